import Glibc
import Synchronization
import Testing

@testable import LinuxSystem

@Suite("Calls that may never return")
struct ExpendableThreadsTests {
    private let time = ManualTime(monotonicNanoseconds: 1_000)

    /// A call that waits until the latch is open, and lets time pass before it does.
    private func blocked(_ threads: ExpendableThreads, _ latch: Latch) throws -> ExpendableCall<Int> {
        let time = time
        return try #require(
            threads.begin {
                time.advance(byNanoseconds: 100)
                latch.wait()
                return 1
            })
    }

    @Test("a call gives its value, and the next is made by the same thread")
    func value() throws {
        let threads = ExpendableThreads(name: "expendable", limit: 1)
        var seen: Set<UInt> = []
        for number in 0..<20 {
            let call = try #require(threads.begin { (number, UInt(pthread_self())) })
            let (value, thread) = try #require(call.value(untilMonotonicNanoseconds: .max, by: time))
            #expect(value == number)
            seen.insert(thread)
        }
        #expect(seen.count == 1)
        #expect(!seen.contains(UInt(pthread_self())))
        #expect(threads.abandonedCount == 0)
    }

    @Test("a call that does not end is left behind, and others go on")
    func leftBehind() async throws {
        let threads = ExpendableThreads(name: "expendable", limit: 2)
        let latch = Latch()
        let call = try blocked(threads, latch)
        #expect(call.value(untilMonotonicNanoseconds: 1_050, by: time) == nil)
        #expect(call.abandon())
        #expect(threads.abandonedCount == 1)
        #expect(!call.abandon(), "it is abandoned once")
        #expect(threads.begin { 2 }?.value(untilMonotonicNanoseconds: .max, by: time) == 2)
        latch.open()
        // The kernel has let it go: its place is free again.
        while threads.abandonedCount > 0 { await Task.yield() }
        #expect(threads.begin { 3 }?.value(untilMonotonicNanoseconds: .max, by: time) == 3)
    }

    @Test("with as many left behind as may be, no call is begun until one comes back")
    func limit() async throws {
        let threads = ExpendableThreads(name: "expendable", limit: 2)
        let latches = [Latch(), Latch()]
        for latch in latches {
            let call = try blocked(threads, latch)
            #expect(call.value(untilMonotonicNanoseconds: time.monotonicNanoseconds, by: time) == nil)
            call.abandon()
        }
        #expect(threads.isExhausted)
        let hasRun = Atomic(false)
        #expect(threads.begin { hasRun.store(true, ordering: .relaxed) } == nil)
        latches[0].open()
        while threads.isExhausted { await Task.yield() }
        #expect(threads.begin { 4 }?.value(untilMonotonicNanoseconds: .max, by: time) == 4)
        let ran = hasRun.load(ordering: .relaxed)
        #expect(!ran)
        latches[1].open()
    }

    @Test("a call that has ended is not abandoned, nor is the call its thread has by then")
    func ended() throws {
        let threads = ExpendableThreads(name: "expendable", limit: 1)
        let first = try #require(threads.begin { 1 })
        #expect(first.value(untilMonotonicNanoseconds: .max, by: time) == 1)
        let latch = Latch()
        let second = try blocked(threads, latch)
        #expect(!first.abandon())
        #expect(threads.abandonedCount == 0)
        latch.open()
        #expect(second.value(untilMonotonicNanoseconds: .max, by: time) == 1)
    }

    @Test("the CPU time of a call's thread tells work from waiting")
    func cpuTime() throws {
        let threads = ExpendableThreads(name: "expendable", limit: 1)
        let call = try #require(
            threads.begin {
                let start = SystemTime.threadCPUNanoseconds
                while SystemTime.threadCPUNanoseconds < start + 1_000_000 {}
            })
        _ = call.value(untilMonotonicNanoseconds: .max, by: time)
        #expect(try #require(call.threadCPUNanoseconds) >= 1_000_000)
    }

    @Test("its threads end with it, those that were left behind once they can")
    func end() async throws {
        let name = "expendable-end"
        let latch = Latch()
        do {
            let threads = ExpendableThreads(name: name, limit: 1)
            try blocked(threads, latch).abandon()
            // It names itself as it starts.
            while try !threadNames().contains(name) { await Task.yield() }
        }
        latch.open()
        while try threadNames().contains(name) { await Task.yield() }
    }

    private func threadNames() throws -> [String] {
        var threads: [Int32] = []
        try ProcessFiles(getpid(), in: DirectoryRoot.live).threadIDs(into: &threads)
        return threads.compactMap { try? DirectoryRoot.live.readText("/proc/self/task/\($0)/comm") }
    }

    @Test("a latch waits by the host's clock, too")
    func systemTime() {
        let latch = Latch()
        let clock = SystemTime()
        let deadline = clock.monotonicNanoseconds + 2_000_000
        #expect(!clock.wait(for: latch, untilMonotonicNanoseconds: deadline))
        #expect(clock.monotonicNanoseconds >= deadline)
        latch.open()
        #expect(clock.wait(for: latch, untilMonotonicNanoseconds: deadline))
        #expect(latch.isOpen)
    }
}

@Suite("A root with patience")
struct PatientRootTests {
    /// A live root of which some files are never read to the end.
    private struct StuckRoot: HostRoot {
        var memory = MemoryRoot(files: [
            "/proc/10/stat": "a", "/proc/10/numa_maps": "b", "/proc/11/numa_maps": "c", "/proc/vmstat": "d",
        ])
        let time: ManualTime
        let latch: Latch
        var isLive: Bool { true }

        func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
            if path.hasPrefix("/proc/10/"), path.hasSuffix("maps") {
                time.advance(byNanoseconds: 3_000)
                latch.wait()
            }
            try memory.read(path, into: &buffer, limitBytes: limitBytes)
        }

        func list(_ directory: String) throws(ReadFailure) -> [String] { try memory.list(directory) }
        func linkTarget(_ path: String) throws(ReadFailure) -> String { try memory.linkTarget(path) }
    }

    private let time = ManualTime()
    private let latch = Latch()

    private func root(limit: Int) -> PatientRoot {
        PatientRoot(
            StuckRoot(time: time, latch: latch),
            Patience(
                threads: ExpendableThreads(name: "patient", limit: limit), time: time, firstNanoseconds: 2_000,
                laterNanoseconds: 500))
    }

    @Test("a file of a stuck process fails as stuck, all others are read")
    func stuck() throws {
        defer { latch.open() }
        let root = root(limit: 2)
        let failure = #expect(throws: ReadFailure.self) { try root.readBytes("/proc/10/numa_maps") }
        #expect(failure?.kind == .stuck)
        #expect("\(try #require(failure))".contains("keeps its memory locked"))
        #expect(try root.readText("/proc/10/stat") == "a")
        #expect(try root.readText("/proc/11/numa_maps") == "c")
        #expect(try root.readText("/proc/vmstat") == "d")
        // Also through its directory.
        var buffer: [UInt8] = []
        let process = try ProcessFiles(10, in: root)
        do throws(ReadFailure) {
            try process.read("numa_maps", into: &buffer)
            Issue.record("read")
        } catch {
            #expect(error.kind == .stuck)
        }
        try process.read("stat", into: &buffer)
        #expect(buffer == Array("a".utf8))
    }

    @Test("with too many stuck ones the others are not tried, and it is said so")
    func exhausted() throws {
        defer { latch.open() }
        let root = root(limit: 1)
        #expect(throws: ReadFailure.self) { try root.readBytes("/proc/10/numa_maps") }
        let failure = #expect(throws: ReadFailure.self) { try root.readBytes("/proc/11/numa_maps") }
        #expect(failure?.kind == .stuck)
        #expect("\(try #require(failure))".contains("not tried"))
        #expect(try root.readText("/proc/10/stat") == "a")
    }

    @Test("a failure within the time is what it is")
    func failure() {
        let failure = #expect(throws: ReadFailure.self) { try root(limit: 1).readBytes("/proc/11/maps") }
        #expect(failure?.kind == .missing)
    }

    // Everything that waits for mmap_lock or the end of an exec; what the daemon reads on its own thread does not.
    @Test(
        "what may wait for a process is told by its name",
        arguments: [
            ("/proc/10/numa_maps", true), ("/proc/10/maps", true), ("/proc/10/cmdline", true),
            ("/proc/10/environ", true), ("/proc/10/smaps_rollup", true), ("/proc/10/task/11/maps", true),
            ("/proc/10/stat", false), ("/proc/10/status", false), ("/proc/10/task/11/sched", false),
            ("/proc/10/cgroup", false), ("/proc/10", false), ("/proc/cmdline", false), ("/sys/maps", false),
        ] as [(String, Bool)])
    func names(path: String, waits: Bool) {
        #expect(ProcessPath.mayWait(path) == waits)
    }
}
