import BalancingModel
import Testing
import Tracing

@Suite struct TraceLevelTests {
    @Test(
        arguments: [
            (.all, .full),
            (.all.subtracting(.faultJiffies), .faults),
            (.all.subtracting([.placement, .schedSwitch]), .faults),
            ([.misplaced, .hintFault], .faults),
            ([.hintFault, .schedSwitch], .accounting),
            ([.misplaced, .schedSwitch], .outcomes),
            ([.migratePages], .outcomes),
            ([.marks], .outcomes),
            ([.schedSwitch, .newTask, .vmstat], .none),
            ([], .none),
        ] as [(EventKinds, TraceLevel.Name)])
    func namesTheLevelByWhatOccurs(kinds: EventKinds, name: TraceLevel.Name) {
        #expect(TraceLevel(kinds: kinds).name == name)
    }

    @Test func saysWhatEachMissingEventCosts() {
        let level = TraceLevel(kinds: EventKinds.all.subtracting([.placement, .taskMoves, .exec]))
        #expect(level.missing.map(\.name) == ["placement", "sched_move_numa/stick/swap"])
        #expect(level.missing.map(\.mayNotHaveHappened) == [false, true])
        #expect(level.missing.allSatisfy { !$0.lost.isEmpty })
    }

    @Test func missesNoJiffiesWhereThereAreNoFaults() {
        #expect(!TraceLevel(kinds: []).missing.contains { $0.kind == .faultJiffies })
    }
}

@Suite struct TraceSurveyTests {
    @Test func findsMachineAndTickRateInASyntheticTrace() {
        let shape = SyntheticTrace.Shape(faults: 20_000, tasks: 16, nodes: 4, cpusPerNode: 2, threadsPerProcess: 8)
        var survey = TraceSurvey()
        let trace = SyntheticTrace(shape)
        for record in trace { survey.note(record.event) }
        #expect(survey.nodes == [0, 1, 2, 3])
        #expect(survey.nodeByCPU() == [0, 0, 1, 1, 2, 2, 3, 3])
        #expect(survey.maximumCPUCount == 8192)
        #expect(survey.kinds.contains([.misplaced, .hintFault, .faultJiffies, .placement, .schedSwitch, .newTask]))
        #expect(!survey.hasSkipReasons)
    }

    @Test(arguments: [UInt64(100), 250, 300, 1000])
    func tellsTheTickRateFromJiffies(rate: UInt64) {
        var survey = TraceSurvey()
        for step in 0..<20 as Range<UInt64> {
            survey.note(
                event(1_000_000 + step * 100_000, tid: 1, cpu: 0, .scanWork(jiffies: 4_294_893_086 + step * rate / 10)))
        }
        #expect(survey.ticksPerSecond == rate)
    }

    @Test func concludesNothingFromNothing() {
        let survey = TraceSurvey()
        #expect(survey.nodeByCPU() == nil)
        #expect(survey.ticksPerSecond == nil)
        #expect(survey.maximumCPUCount == nil)
        #expect(survey.nodes.isEmpty)
    }

    @Test func followsTheMajorityAndFillsCPUsNothingWasSaidOf() {
        var survey = TraceSurvey()
        for _ in 0..<3 {
            survey.note(
                event(
                    1, tid: 1, cpu: 2, .hintFault(lastCPUPID: 5, memNode: 1, pages: 1, flags: .faultLocal, jiffies: nil)
                ))
        }
        survey.note(
            event(1, tid: 1, cpu: 2, .hintFault(lastCPUPID: 5, memNode: 0, pages: 1, flags: .faultLocal, jiffies: nil)))
        survey.note(event(1, tid: 1, cpu: 4, .misplacedReturn(target: 3)))
        survey.note(event(1, tid: 1, cpu: 5, .misplaced(address: 1)))
        #expect(survey.nodeByCPU() == [1, 1, 1, 1, 3, 3])
        #expect(survey.nodes == [0, 1, 3])
    }

    @Test func ignoresNumbersNoMachineHas() {
        var survey = TraceSurvey()
        survey.note(event(1, tid: 1, cpu: .max, .setPreferred(node: .max)))
        survey.note(event(1, tid: 1, cpu: .max, .misplacedReturn(target: .max)))
        #expect(survey.nodes.isEmpty)
        #expect(survey.nodeByCPU() == nil)
    }
}
