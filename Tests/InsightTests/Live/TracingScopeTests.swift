import Insight
import Snapshots
import Testing
import Tracing

/// Which processes are traced.
@Suite struct TracingScopeTests {
    private func process(_ pid: Int32, parent: Int32 = 1, unit: String = "-", group: Int32 = 0) -> ProcessRecord {
        var record = ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTimeTicks: 1), command: "p", groupName: unit)
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
        #expect(scope.filter.scope == .processes([]))
        let listed = [process(10, unit: "db.service"), process(11), process(12, parent: 10, unit: "db.service")]
        #expect(scope.update(listed, shedder: shedder(level: 0))?.filter.scope == .processes([10, 12]))
        // A child of one that is traced is traced by the kernel already.
        let more = listed + [process(13, parent: 12, unit: "db.service")]
        #expect(scope.update(more, shedder: shedder(level: 0)) == nil)
        // One that is not a child has to be put in, and what it did so far was not seen.
        let change = scope.update(more + [process(20, unit: "db.service")], shedder: shedder(level: 0))
        #expect(change?.filter.scope == .processes([10, 12, 13, 20]))
        #expect(change?.unseen == [20])
    }

    @Test func shedsWholeProcessesAndTakesThemUpAgain() {
        var scope = scope()
        let listed = (1...400).map { process(Int32($0), parent: 0) }
        let change = scope.update(listed, shedder: shedder(level: 2))
        let kept = Set(listed.map(\.identity.pid).filter { LoadShedder.keeps($0, level: 2) })
        #expect(change?.filter.scope == .processes(kept))
        #expect(change?.unseen == Set(listed.map(\.identity.pid)).subtracting(kept))
        #expect(scope.shedProcesses.count == 400 - kept.count)
        #expect(scope.update(listed, shedder: shedder(level: 2)) == nil)
        let restored = scope.update(listed, shedder: shedder(level: 0))
        #expect(restored?.filter == .everything)
        #expect(restored?.unseen == Set(listed.map(\.identity.pid)).subtracting(kept))
        #expect(scope.shedProcesses.isEmpty)
    }

    @Test func shedsProcessesOfOneNUMAGroupTogether() {
        var scope = scope()
        let listed = (1...64).map { process(Int32($0), parent: 0, group: 7) }
        guard case .processes(let kept)? = scope.update(listed, shedder: shedder(level: 1))?.filter.scope else {
            Issue.record("no change")
            return
        }
        #expect(kept.isEmpty || kept.count == 64)
    }
}
