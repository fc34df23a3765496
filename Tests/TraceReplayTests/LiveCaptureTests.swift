import BalancingModel
import FixtureSupport
import HostReading
import Insight
import LinuxSystem
import Snapshots
import Testing
import TextOutput
import TraceReplay
import Tracing

/// Real traces as if they came in now: with a bounded delay instead of a second reading.
@Suite struct LiveCaptureTests {
    private struct Capture {
        var machine: ReplayMachine
        var kinds: EventKinds
        var events: [BalancingEvent]

        /// The process of each thread that was born in the trace.
        func processes() -> [Int32: Int32] {
            events.reduce(into: [:]) { processes, event in
                guard case .newTask(let pid, let flags) = event.payload else { return }
                processes[pid] = flags & 0x10000 != 0 ? processes[event.tid] ?? event.tid : pid
            }
        }

        init(_ name: String) throws {
            machine = ReplayMachine(
                try BalancingHost.read(from: Fixture.archive("traces/\(name)").root))
            let trace = FileTrace(path: Fixture.directory + "/traces/\(name).trace.xz", isReopenable: true)
            var reader = try TraceReader(trace)
            var records: [TraceRecord] = []
            var survey = TraceSurvey()
            var events: [BalancingEvent] = []
            // Readings of a live host name the process; the marks of these traces do not.
            var processes: [Int32: Int32] = [:]
            while reader.next(into: &records) {
                for record in records {
                    var event = record.event
                    survey.note(event)
                    switch event.payload {
                    case .newTask(let pid, let flags):
                        processes[pid] = flags & 0x10000 != 0 ? processes[event.tid] ?? event.tid : pid
                    case .mark(var mark):
                        mark.processID = processes[mark.tid] ?? mark.tid
                        event.payload = .mark(mark)
                    default: break
                    }
                    events.append(event)
                }
            }
            self.events = events
            kinds = survey.kinds
        }
    }

    private func run(
        _ capture: Capture, settings: LiveSettings, from first: Int = 0
    ) -> (model: LiveModel, decisions: [Decision], longestLag: UInt64) {
        var model = LiveModel(machine: capture.machine, kinds: capture.kinds, settings: settings)
        var decisions: [Decision] = []
        var longestLag: UInt64 = 0
        var polled: UInt64 = 0
        func take(_ model: inout LiveModel) {
            for story in model.takeStories() {
                if case .fault(let fault) = story.what { decisions.append(fault.decision) }
            }
        }
        for event in capture.events[first...] {
            model.consume(event)
            guard event.timeNanoseconds > polled + 20_000_000 else { continue }
            polled = event.timeNanoseconds
            model.advance(to: polled)
            longestLag = max(longestLag, model.lagNanoseconds)
            take(&model)
        }
        model.finish()
        take(&model)
        return (model, decisions, longestLag)
    }

    @Test(arguments: CaptureTests.names)
    func decidesLiveWhatItDecidesOfTheRecording(name: String) throws {
        let capture = try Capture(name)
        var settings = LiveSettings()
        settings.tasksHavePast = false
        settings.reorderNanoseconds = 50_000_000
        settings.maximumLagNanoseconds = 4_000_000_000
        let live = run(capture, settings: settings)

        var sink = ByteArraySink()
        var options = TraceReplay.Options(path: Fixture.directory + "/traces/\(name).trace.xz")
        options.root = Fixture.archive("traces/\(name)").root
        options.format = .decisions
        let offline = try TraceReplay.run(options, sink: &sink)
        let expected = String(decoding: sink.bytes, as: UTF8.self).split(separator: "\n").map { line in
            line.split(separator: "\t").dropFirst().joined(separator: " ")
        }
        let got = live.decisions.map { "\($0.tid) 0x\(String($0.address, radix: 16)) \($0.target) \($0.rule.rawValue)" }
        #expect(got == expected)
        #expect(live.model.judged.agreement.overall == offline.run.agreement.overall)
        #expect(live.model.judged.agreement.remote == offline.run.agreement.remote)
        #expect(live.model.judged.marks.values == offline.run.marks.values)
        #expect(live.model.judged.marks.group == offline.run.marks.group)
        #expect(live.longestLag <= settings.maximumLagNanoseconds + 40_000_000)
        var record = TracingRecord()
        live.model.fill(&record)
        #expect(record.activity.faultCount == UInt64(live.decisions.count))
        #expect(record.activity.faults.reduce(0) { $0 + $1.count } == record.activity.faultCount)
        #expect(record.activity.migratedPages == offline.run.counters.pagesMigrated)
        #expect(record.groups.reduce(0) { $0 + $1.activity.faultCount } == record.activity.faultCount)
    }

    /// A third of the trace is gone when tracing starts: what is unknown is left out and counted, the rest is right.
    @Test(arguments: CaptureTests.names)
    func comesBackInTheMiddleOfATrace(name: String) throws {
        let capture = try Capture(name)
        var settings = LiveSettings()
        settings.reorderNanoseconds = 50_000_000
        // These marks were written up to 0.2 s after they were read.
        settings.adoptionQuietNanoseconds = 0
        let first = capture.events.count / 3
        let live = run(capture, settings: settings, from: first)
        let agreement = live.model.judged.agreement
        let marks = live.model.judged.marks
        #expect(agreement.overall.total > 3000)
        #expect(agreement.overall.right == agreement.overall.total)
        #expect(live.model.judged.resynchronisingMarks > 0)
        // A task that was there before is followed from its second reading on, if it was placed in between. In the other
        // traces no task is read often enough after the first third, and none is born.
        let hasComparisons = ["t-pingpong-policy-2n-6.12", "t-shared-2n-6.1", "t-shared-2n-6.12"].contains(name)
        #expect((marks.values.total > 0) == hasComparisons)
        #expect(marks.values.right == marks.values.total)
        #expect(marks.preferred.right == marks.preferred.total)
        #expect(marks.group.right == marks.group.total)
        // Where groups form, something rests on what was not seen.
        if !name.contains("private") { #expect(agreement.resynchronising.total > 0) }
    }

    /// Every other process is shed for the middle of the trace, while the events before that are still on their way, and
    /// then taken up again.
    @Test(arguments: CaptureTests.names)
    func staysRightWhenTheFilterChangesAheadOfTheEvents(name: String) throws {
        let capture = try Capture(name)
        var settings = LiveSettings()
        settings.tasksHavePast = false
        settings.reorderNanoseconds = 50_000_000
        settings.adoptionQuietNanoseconds = 0
        let first = try #require(capture.events.first).timeNanoseconds
        let length = try #require(capture.events.last).timeNanoseconds - first
        let (narrowed, widened) = (first + length / 3, first + 2 * length / 3)
        let lag: UInt64 = 3_000_000_000
        let processes = capture.processes()
        let faulting = Set(
            capture.events.compactMap { event -> Int32? in
                if case .hintFault = event.payload { processes[event.tid] ?? event.tid } else { nil }
            }
        ).sorted()
        // The first, the third, and so on are shed.
        let kept = Set(faulting.enumerated().compactMap { $0.offset % 2 == 1 ? $0.element : nil })
        func isKept(_ tid: Int32) -> Bool { kept.contains(processes[tid] ?? tid) }

        var model = LiveModel(machine: capture.machine, kinds: capture.kinds, settings: settings)
        var (changes, shed, polled) = (0, 0, first)
        for event in capture.events {
            while polled < event.timeNanoseconds {
                polled += 20_000_000
                // The filter changes now; the model has come to where the events were three seconds ago.
                if changes < 2, polled + lag >= [narrowed, widened][changes] {
                    let change = [narrowed, widened][changes]
                    model.beginGap(at: change, of: .allBut(kept))
                    model.endGap(at: change + 100_000_000, of: .allBut(kept))
                    changes += 1
                }
                model.advance(to: polled)
            }
            if (narrowed..<widened).contains(event.timeNanoseconds) {
                let isSeen: Bool
                switch event.payload {
                case .schedSwitch(let previous, _, let next): isSeen = isKept(previous) || isKept(next)
                case .mark, .vmstat: isSeen = true
                case .free: isSeen = false
                default: isSeen = isKept(event.tid)
                }
                if case .hintFault = event.payload, !isSeen { shed += 1 }
                if !isSeen { continue }
            }
            model.consume(event)
        }
        model.finish()
        let agreement = model.judged.agreement
        let marks = model.judged.marks
        #expect(changes == 2)
        #expect(shed > 0)
        #expect(agreement.overall.total > 3000)
        #expect(agreement.overall.right == agreement.overall.total)
        #expect(marks.values.total > 0)
        #expect(marks.values.right == marks.values.total)
        #expect(marks.preferred.right == marks.preferred.total)
        #expect(marks.group.right == marks.group.total)
        #expect(model.judged.resynchronisingMarks > 0)
    }
}
