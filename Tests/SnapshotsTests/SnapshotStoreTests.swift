import NUMATopology
import Snapshots
import Testing

struct SnapshotStoreTests {
    private func snapshot(_ sequence: UInt64, pids: [Int32] = []) -> HostSnapshot {
        var snapshot = HostSnapshot(
            sequence: sequence, wallClockNanoseconds: 0, monotonicNanoseconds: sequence,
            machine: Machine(nodes: [], distances: nil, possibleCPUs: [], onlineCPUs: []))
        snapshot.processes = pids.map {
            ProcessRecord(identity: .init(pid: $0, startTimeTicks: 1), command: "x", groupName: "-")
        }
        return snapshot
    }

    @Test func `readers see nothing before the first round and the newest after it`() {
        let store = SnapshotStore()
        #expect(store.current == nil)
        store.publish(snapshot(1))
        store.publish(snapshot(2))
        #expect(store.current?.sequence == 2)
    }

    @Test func `a slow follower gets the newest snapshot, not a queue`() async {
        let store = SnapshotStore()
        var updates = store.updates().makeAsyncIterator()
        for sequence in 1...5 {
            store.publish(snapshot(UInt64(sequence)))
        }
        #expect(await updates.next()?.sequence == 5)
    }

    @Test func `a process is found by pid`() {
        let snapshot = snapshot(1, pids: [1, 7, 40])
        #expect(snapshot.process(pid: 7)?.identity.pid == 7)
        #expect(snapshot.process(pid: 8) == nil)
        #expect(self.snapshot(1).process(pid: 1) == nil)
    }
}

struct EventLogTests {
    @Test func `events are numbered, kept in order, and bounded`() {
        let log = EventLog()
        for number in 0..<(EventLog.capacity * 2) {
            log.post(kind: "test", message: "event \(number)", wallClockNanoseconds: UInt64(number))
        }
        let events = log.events()
        #expect(events.count <= EventLog.capacity && events.count > EventLog.capacity / 2)
        #expect(events.last?.sequence == UInt64(EventLog.capacity * 2))
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.sequence + 1 == $1.sequence })
        #expect(log.events(after: events[events.count - 2].sequence).count == 1)
    }

    @Test func `a follower that never reads does not hold up posting`() async {
        let log = EventLog()
        var reader = log.stream().makeAsyncIterator()
        for number in 0..<(EventLog.backlog * 3) {
            log.post(kind: "test", message: "event", wallClockNanoseconds: UInt64(number))
        }
        // The oldest were dropped for this reader; what it gets first is the oldest still waiting.
        #expect(await reader.next()?.sequence == UInt64(EventLog.backlog * 2 + 1))
    }
}
