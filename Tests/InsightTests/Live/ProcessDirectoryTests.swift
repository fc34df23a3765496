import NUMATopology
import Snapshots
import Testing

@testable import Insight

/// Whose a thread is.
@Suite struct ProcessDirectoryTests {
    private func process(_ pid: Int32, threads: [Int32]) -> ProcessRecord {
        var record = ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTimeTicks: 1), command: "p", groupName: "db.service")
        record.threads = threads.map {
            ThreadRecord(tid: $0, command: "t", cpu: 0, node: NodeID(0), cpuNanoseconds: 0, readAtNanoseconds: 0)
        }
        return record
    }

    @Test func birthsAndRoundsTell() {
        var directory = ProcessDirectory()
        directory.born(11, parent: 10, cloneFlags: 0x10000)
        directory.born(20, parent: 11, cloneFlags: 0)
        #expect(directory.process(of: 11) == 10)
        #expect(directory.process(of: 20) == 20)
        directory.update([process(30, threads: [30, 31])], at: 5, past: 4)
        #expect(directory.process(of: 31) == 30)
        #expect(directory.group(ofProcess: 30) == "db.service")
    }

    /// Events come later than rounds: what has ended is still asked for.
    @Test func aThreadThatIsGoneIsKnownUntilItsEventsAreRead() {
        var directory = ProcessDirectory()
        directory.update([process(10, threads: [10, 11])], at: 100, past: 90)
        for (now, past) in [(200, 95), (300, 150), (400, 200)] as [(UInt64, UInt64)] {
            directory.update([], at: now, past: past)
            #expect(directory.process(of: 11) == 10)
            #expect(directory.group(ofProcess: 10) == "db.service")
        }
        directory.update([], at: 500, past: 201)
        #expect(directory.process(of: 11) == 11)
        #expect(directory.group(ofProcess: 10) == "-")
    }

    @Test func aThreadThatIsListedAgainHasNotGone() {
        var directory = ProcessDirectory()
        let listed = [process(10, threads: [10, 11])]
        directory.update(listed, at: 100, past: 90)
        directory.update([], at: 200, past: 190)
        directory.update(listed, at: 300, past: 290)
        directory.update([], at: 400, past: 390)
        #expect(directory.process(of: 11) == 10)
    }
}
