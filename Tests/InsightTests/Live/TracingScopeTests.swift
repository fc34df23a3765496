import Insight
import Snapshots
import Testing
import Tracing

/// Which processes are traced.
@Suite struct TracingScopeTests {
    private func process(
        _ pid: Int32, parent: Int32 = 1, unit: String = "-", group: Int32 = 0, start: UInt64 = 1
    ) -> ProcessRecord {
        var record = ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTimeTicks: start), command: "p", groupName: unit)
        record.parentPID = parent
        if group != 0 {
            record.ledger = LedgerSummary()
            record.ledger?.groupIDs = [group]
        }
        return record
    }

    private func scope(_ choice: TracingScope.Choice = .init()) -> TracingScope {
        TracingScope(choice) { name, pattern in name == pattern }
    }

    private func shedder(level: Int) -> LoadShedder {
        var shedder = LoadShedder(LoadShedder.Settings())
        var now: UInt64 = 0
        while shedder.level < level {
            now += 300_000_000
            _ = shedder.observe(.init(nowNanoseconds: now, events: 0, fillShare: 0.9, hasLost: false))
        }
        return shedder
    }

    @Test func tracesEverythingWithoutAChoice() {
        var scope = scope()
        #expect(scope.filter == .everything)
        #expect(scope.update([process(10), process(11)], shedder: shedder(level: 0)) == nil)
    }

    @Test func tracesAUnitsProcessesOnceTheyAreListed() {
        var choice = TracingScope.Choice()
        choice.units = ["db.service"]
        var scope = scope(choice)
        let all = shedder(level: 0)
        #expect(scope.filter.scope == .processes([]))
        #expect(scope.update([process(11)], shedder: all) == nil)
        // Its child in another unit is a descendant, and was born before anybody looked.
        let listed = [process(10, unit: "db.service"), process(11), process(12, parent: 10)]
        #expect(scope.update(listed, shedder: all) == .add([10, 12], unseen: .processes([10, 12])))
        #expect(scope.update(listed, shedder: all) == nil)
        #expect(scope.filter.scope == .processes([]))
    }

    @Test func knowsAUnitBySystemdsNameToo() {
        var choice = TracingScope.Choice()
        choice.units = ["machine-c1.scope"]
        var scope = scope(choice)
        var container = process(10, unit: "machine-c1")
        container.cgroupPath = "/machine.slice/machine-c1.scope"
        #expect(
            scope.update([container, process(11)], shedder: shedder(level: 0)) == .add([10], unseen: .processes([10])))
    }

    @Test func followsWhatATracedProcessBringsIntoBeing() {
        var choice = TracingScope.Choice()
        choice.processes = [10]
        var scope = scope(choice)
        let all = shedder(level: 0)
        var listed = [process(10), process(11)]
        // Named from the start; what it did before it was listed is not certain to be known.
        #expect(scope.update(listed, shedder: all) == .add([10], unseen: .processes([10])))
        // Listed by a round that may have begun before the filter was set: perhaps born out of sight.
        listed.append(process(12, parent: 10))
        #expect(scope.update(listed, shedder: all) == .add([12], unseen: .processes([12])))
        #expect(scope.update(listed, shedder: all) == nil)
        // Two rounds after its parent was named a child was born in sight, and its own child was; 12 is not so far yet.
        listed += [process(13, parent: 10), process(14, parent: 13), process(15, parent: 12)]
        #expect(scope.update(listed, shedder: all) == .add([13, 14, 15], unseen: .processes([15])))
        #expect(scope.update(listed, shedder: all) == nil)
    }

    @Test func takesANumberThatHasPassedToAnotherProcessForAnother() {
        var choice = TracingScope.Choice()
        choice.units = ["db.service"]
        var scope = scope(choice)
        let all = shedder(level: 0)
        let first = scope.update([process(10, unit: "db.service", start: 5)], shedder: all)
        #expect(first == .add([10], unseen: .processes([10])))
        #expect(scope.update([process(10, unit: "db.service", start: 5)], shedder: all) == nil)
        let second = scope.update([process(10, unit: "db.service", start: 9)], shedder: all)
        #expect(second == .add([10], unseen: .processes([10])))
    }

    @Test func shedsWholeProcessesAndTakesThemUpAgain() {
        var scope = scope()
        let listed = (1...400).map { process(Int32($0), parent: 0) }
        func kept(_ level: Int) -> Set<Int32> {
            Set(listed.map(\.identity.pid).filter { LoadShedder.keeps($0, level: level) })
        }
        // Nobody else was seen, be it one that no round has listed yet.
        let change = scope.update(listed, shedder: shedder(level: 2))
        #expect(change == .set(TraceFilter(scope: .processes(kept(2))), unseen: .allBut(kept(2))))
        #expect(scope.shedProcesses.count == 400 - kept(2).count)
        #expect(scope.update(listed, shedder: shedder(level: 2)) == nil)
        let less = scope.update(listed, shedder: shedder(level: 1))
        let taken = kept(1).subtracting(kept(2))
        #expect(!taken.isEmpty)
        #expect(less == .add(taken, unseen: .processes(taken)))
        let more = scope.update(listed, shedder: shedder(level: 3))
        #expect(more == .set(TraceFilter(scope: .processes(kept(3))), unseen: .allBut(kept(3))))
        let restored = scope.update(listed, shedder: shedder(level: 0))
        #expect(restored == .set(.everything, unseen: .allBut(kept(3))))
        #expect(scope.shedProcesses.isEmpty)
        #expect(scope.update(listed, shedder: shedder(level: 0)) == nil)
    }

    @Test func shedsAllThereIsIfNoneIsToBeKept() throws {
        var scope = scope()
        let shed = try #require((1...400).first { !LoadShedder.keeps(Int32($0), level: 1) })
        let change = scope.update([process(Int32(shed), parent: 0)], shedder: shedder(level: 1))
        #expect(change == .set(TraceFilter(scope: .processes([])), unseen: .all))
    }

    @Test func shedsProcessesOfOneNUMAGroupTogether() {
        var scope = scope()
        let listed = (1...64).map { process(Int32($0), parent: 0, group: 7) }
        guard case .set(let filter, _)? = scope.update(listed, shedder: shedder(level: 1)),
            case .processes(let kept) = filter.scope
        else {
            Issue.record("no change")
            return
        }
        #expect(kept.isEmpty || kept.count == 64)
    }
}
