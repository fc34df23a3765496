import FixtureSupport
import LinuxSystem
import NUMATopology
import SchedDomains
import Snapshots
import Synchronization
import SystemPackage
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

    /// The files of the captured machine without CPU 7, except what the kernel shows of its domains.
    private static func takeAway(cpu7From files: inout MemoryRoot) {
        files.addFile("/sys/devices/system/cpu/online", text: "0-6\n")
        files.addFile("/sys/devices/system/node/node3/cpulist", text: "6\n")
        files.remove("/sys/devices/system/cpu/cpu7/topology")
    }

    @Test func `a kernel that is still at work on its domains is read again before anything is said`() throws {
        let root = Self.root()
        var observer = DomainsObserver(root: root)
        observer.inspect(now: 1)
        root.change { Self.takeAway(cpu7From: &$0) }
        observer.inspect(now: 2)
        var record = try #require(observer.record)
        #expect(record.generation == 1)
        #expect(record.report.disagreements.isEmpty)
        root.change { files in
            files.remove("/sys/kernel/debug")
            files.remove("/proc/schedstat")
        }
        // No file tells that the kernel has come to its end: the observer looks again by itself.
        let hasChanged = observer.look(now: 3)
        #expect(hasChanged)
        record = try #require(observer.record)
        #expect(record.generation == 2)
        #expect(record.report.disagreements.isEmpty)
        #expect(record.report.hierarchy.online.count == 7)
    }

    @Test func `what disagrees twice in the same way is a disagreement`() throws {
        let root = Self.root()
        var observer = DomainsObserver(root: root)
        observer.inspect(now: 1)
        root.change { Self.takeAway(cpu7From: &$0) }
        let first = observer.look(now: 2)
        #expect(first && observer.record?.generation == 1)
        let second = observer.look(now: 3)
        #expect(second && observer.record?.generation == 2)
        #expect(observer.record?.report.disagreements.isEmpty == false)
        let third = observer.look(now: 4)
        #expect(!third)
    }

    @Test func `a machine that never stands still is published all the same`() {
        let root = Self.root()
        var observer = DomainsObserver(root: root)
        observer.inspect(now: 1)
        var rounds: UInt64 = 1
        while observer.record?.generation == 1, rounds < 8 {
            rounds += 1
            // CPUs leave one after the other, and the kernel's domains show none of it.
            let gone = 9 - Int(rounds)
            root.change { files in
                files.addFile("/sys/devices/system/cpu/online", text: "0-\(gone - 1)\n")
                files.addFile(
                    "/sys/devices/system/node/node\(gone / 2)/cpulist", text: gone % 2 == 1 ? "\(gone - 1)\n" : "\n")
                files.remove("/sys/devices/system/cpu/cpu\(gone)/topology")
            }
            _ = observer.look(now: rounds)
        }
        #expect(observer.record?.generation == 2)
        #expect((3..<8).contains(rounds))
    }

    /// Text of `/proc/schedstat` for CPU 0 in a domain with CPU 1: how often it was balanced while busy, which is first from version 16 on.
    private static func schedstat(_ attempts: Int, span: String = "03") -> String {
        let zeros = String(repeating: " 0", count: 35)
        return "version 16\ntimestamp 1\ncpu0 0 0 0 0 0 0 0 0 0\ndomain0 \(span) \(attempts)\(zeros)\n"
    }

    @Test(arguments: ["03", "0f"])
    func `sums go on where the kernel builds domains anew and counts from zero`(_ span: String) throws {
        let root = Self.root()
        root.change { $0.addFile("/proc/schedstat", text: Self.schedstat(100)) }
        var observer = DomainsObserver(root: root)
        func attempts() -> Double? { observer.record?.totals?.levels.reduce(0) { $0 + $1.busy.attemptsPerSecond } }
        observer.inspect(now: 1_000_000_000)
        #expect(attempts() == 100)
        root.change { $0.addFile("/proc/schedstat", text: Self.schedstat(130)) }
        observer.inspect(now: 2_000_000_000)
        #expect(attempts() == 130)
        root.change { $0.addFile("/proc/schedstat", text: Self.schedstat(4, span: span)) }
        observer.inspect(now: 3_000_000_000)
        #expect(attempts() == 134)
        // A rate of domains that were rebuilt is not known.
        #expect(observer.record?.statistics?.levels.isEmpty == true)
        #expect(observer.record?.statistics?.rebuiltDomainCount == 1)
    }

    @Test(
        arguments: [Errno.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory],
        [
            "/sys/devices/system/cpu/online", "/proc/schedstat", "/sys/kernel/debug", "/sys/devices/system/cpu/cpu3",
            "/sys", "/",
        ])
    func `what cannot be opened for want of descriptors is no rebuild`(_ errno: Errno, _ path: String) throws {
        let root = Self.root()
        var observer = DomainsObserver(root: root)
        observer.inspect(now: 1_000_000_000)
        let before = try #require(observer.record)
        let whole = Fixture.archive("domains/x86-4n-line").root
        for round in 2...8 as ClosedRange<UInt64> {
            // A change comes while nothing can be read, so that everything is looked at.
            root.change {
                $0.addFile("/sys/devices/system/cpu/online", text: "0-6\n")
                $0.fail(path, with: errno)
            }
            observer.inspect(now: round * 1_000_000_000)
            root.change { $0 = whole }
            root.change { $0.fail(path, with: errno) }
            observer.inspect(now: round * 1_000_000_000 + 500_000_000)
        }
        #expect(observer.record?.generation == before.generation)
        #expect(observer.record?.lastChange == before.lastChange)
        #expect(observer.shortages > 0)
        root.change { $0 = whole }
        observer.inspect(now: 20_000_000_000)
        #expect(observer.record?.generation == before.generation)
        #expect(observer.record?.report.disagreements == before.report.disagreements)
    }

    @Test func `counters that stand still because counting is off are absent`() {
        let root = Self.root()
        root.change { $0.addFile("/proc/sys/kernel/sched_schedstats", text: "0\n") }
        var observer = DomainsObserver(root: root)
        observer.inspect(now: 1)
        #expect(observer.record != nil && observer.record?.totals == nil)
    }
}
