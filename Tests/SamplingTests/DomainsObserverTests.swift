import FixtureSupport
import LinuxSystem
import NUMATopology
import SchedDomains
import Snapshots
import Synchronization
import Testing

@testable import Sampling

/// The domains of a captured machine of eight CPUs on four nodes, followed while it changes.
struct DomainsObserverTests {
    /// A root whose files a test changes between rounds.
    private final class ChangingRoot: HostRoot {
        private let files: Mutex<MemoryRoot>

        init(_ root: MemoryRoot) {
            files = Mutex(root)
        }

        func change(_ body: (inout MemoryRoot) -> Void) {
            files.withLock { body(&$0) }
        }

        var isLive: Bool { false }

        func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
            try files.withLock { $0 }.read(path, into: &buffer, limitBytes: limitBytes)
        }

        func list(_ directory: String) throws(ReadFailure) -> [String] {
            try files.withLock { $0 }.list(directory)
        }

        func linkTarget(_ path: String) throws(ReadFailure) -> String {
            try files.withLock { $0 }.linkTarget(path)
        }

        func openDirectory(_ path: String) throws(ReadFailure) -> HostDirectory {
            try files.withLock { $0 }.openDirectory(path)
        }
    }

    private static func root() -> ChangingRoot {
        ChangingRoot(Fixture.archive("domains/x86-4n-line").root)
    }

    @Test func `everything is read once, and a round without a change reads little`() {
        var observer = DomainsObserver(root: Self.root())
        let isNew = observer.look(now: 1)
        #expect(isNew)
        let first = observer.filesRead
        #expect(observer.record?.generation == 1)
        #expect(observer.record?.report.hierarchy.online.count == 8)
        let hasChanged = observer.look(now: 2)
        #expect(!hasChanged)
        #expect(observer.filesRead - first < first / 4)
    }

    @Test func `a CPU that goes is noticed at the next look, with what changed`() throws {
        let root = Self.root()
        var observer = DomainsObserver(root: root)
        observer.inspect(now: 1)
        root.change { files in
            files.addFile("/sys/devices/system/cpu/online", text: "0-6\n")
            files.addFile("/sys/devices/system/node/node3/cpulist", text: "6\n")
            files.remove("/sys/devices/system/cpu/cpu7/topology")
            files.remove("/sys/kernel/debug")
            files.remove("/proc/schedstat")
        }
        let hasChanged = observer.look(now: 2)
        #expect(hasChanged)
        let record = try #require(observer.record)
        #expect(record.generation == 2)
        #expect(record.report.hierarchy.online.count == 7)
        #expect(record.lastChange?.contains("7") == true)
    }

    @Test func `counters are rates between two inspections and absent without schedstat`() throws {
        let root = Self.root()
        var observer = DomainsObserver(root: root)
        observer.inspect(now: 1_000_000_000)
        #expect(observer.record?.statistics == nil)
        #expect(observer.record?.totals != nil)
        observer.inspect(now: 2_000_000_000)
        let levels = try #require(observer.record?.statistics?.levels)
        // Nothing was counted between two equal readings.
        #expect(!levels.isEmpty && levels.allSatisfy { $0.idle.attemptsPerSecond == 0 })
        root.change { $0.remove("/proc/schedstat") }
        observer.inspect(now: 3_000_000_000)
        #expect(observer.record?.statistics == nil && observer.record?.totals == nil)
    }

    @Test func `counters that stand still because counting is off are absent`() {
        let root = Self.root()
        root.change { $0.addFile("/proc/sys/kernel/sched_schedstats", text: "0\n") }
        var observer = DomainsObserver(root: root)
        observer.inspect(now: 1)
        #expect(observer.record != nil && observer.record?.totals == nil)
    }
}
