import Glibc
import LinuxSystem
import SystemPackage
import Testing

/// What the running kernel does; nothing here depends on the machine having more than one node.
@Suite struct LiveRootTests {
    private let root = DirectoryRoot.live

    @Test func `a pseudo file of unknown size is read whole`() throws {
        let text = try root.readText("/proc/vmstat")
        #expect(text.hasPrefix("nr_free_pages "))
        #expect(!text.hasSuffix("\n"))
        #expect(text.split(separator: "\n").count > 50)
    }

    @Test func `the buffer keeps its capacity from file to file`() throws {
        var buffer: [UInt8] = []
        buffer.reserveCapacity(1 << 20)
        try root.read("/proc/vmstat", into: &buffer)
        #expect(buffer.capacity >= 1 << 20)
        let first = buffer.count
        try root.read("/proc/vmstat", into: &buffer)
        #expect(abs(buffer.count - first) < 200)
    }

    @Test func `a file nobody may read is a matter of permission`() {
        // Mode 0200, which sysfs enforces for root too.
        let failure = #expect(throws: ReadFailure.self) { try root.readBytes("/sys/bus/cpu/uevent") }
        #expect(failure?.kind == .permission)
        #expect(failure?.errno == .permissionDenied)
        #expect(failure?.description == "cannot open /sys/bus/cpu/uevent: Permission denied")
    }

    @Test func `an empty file is no error`() throws {
        var buffer: [UInt8] = [1]
        try root.read("/dev/null", into: &buffer)
        #expect(buffer.isEmpty)
    }

    @Test func `a file exactly as long as the bound is read and one longer is refused`() throws {
        let length = try root.readBytes("/proc/version").count
        #expect(try root.readBytes("/proc/version", limitBytes: length).count == length)
        let failure = #expect(throws: ReadFailure.self) {
            try root.readBytes("/proc/version", limitBytes: length - 1)
        }
        #expect(failure?.kind == .tooLarge)
    }

    @Test func `an endless file is refused at the bound`() {
        let failure = #expect(throws: ReadFailure.self) { try root.readBytes("/dev/zero", limitBytes: 1 << 20) }
        #expect(failure?.kind == .tooLarge)
    }

    @Test func `the names of a directory are those the kernel lists`() throws {
        let names = try root.list("/sys/devices/system/cpu")
        #expect(names.contains("cpu0"))
        #expect(names.contains("online"))
        #expect(!names.contains("."))
        #expect(names == names.sorted())
    }

    @Test func `a link is read and is told from a file`() throws {
        #expect(try root.linkTarget("/proc/self") == "\(getpid())")
        let failure = #expect(throws: ReadFailure.self) { try root.linkTarget("/proc/vmstat") }
        #expect(failure?.errno == .invalidArgument)
    }

    @Test func `a missing file and a missing process are told apart`() {
        let missing = #expect(throws: ReadFailure.self) { try root.readBytes("/proc/no_such_file") }
        #expect(missing?.kind == .missing)
        #expect(missing?.operation == .open)
        let absent = #expect(throws: ReadFailure.self) { try root.readBytes("/proc/\(getpid())/no_such_file") }
        #expect(absent?.kind == .missing)
        // Numbers end below 4,194,304 (PID_MAX_LIMIT, include/linux/threads.h).
        let gone = #expect(throws: ReadFailure.self) { try root.readBytes("/proc/4194304/stat") }
        #expect(gone?.kind == .gone)
        #expect(throws: ReadFailure.self) { _ = try root.openDirectory("/proc/4194304") }
    }

    @Test func `this process is among the processes and this thread among its threads`() throws {
        var numbers: [Int32] = []
        try root.processIDs(into: &numbers)
        #expect(numbers.contains(getpid()))
        let process = try ProcessFiles(getpid(), in: root)
        try process.threadIDs(into: &numbers)
        #expect(numbers.contains(getpid()))
        var buffer: [UInt8] = []
        try process.read("task/\(getpid())/stat", into: &buffer)
        #expect(buffer.starts(with: "\(getpid()) (".utf8))
    }

    @Test func `a process is read through its directory after it has exited as gone`() throws {
        let child = try Child()
        let process = try ProcessFiles(child.pid, in: root)
        var buffer: [UInt8] = []
        try process.read("stat", into: &buffer)
        #expect(!buffer.isEmpty)
        let missing = #expect(throws: ReadFailure.self) { try process.read("no_such_file", into: &buffer) }
        #expect(missing?.kind == .missing)
        child.endAndReap()
        for name in ["stat", "sched", "no_such_file", "task/\(child.pid)/stat"] {
            let failure = #expect(throws: ReadFailure.self) { try process.read(name, into: &buffer) }
            #expect(failure?.kind == .gone, "\(name)")
            #expect(buffer.isEmpty)
        }
        var threads: [Int32] = []
        let failure = #expect(throws: ReadFailure.self) { try process.threadIDs(into: &threads) }
        #expect(failure?.kind == .gone)
        let reopened = #expect(throws: ReadFailure.self) { try root.readBytes("/proc/\(child.pid)/stat") }
        #expect(reopened?.kind == .gone)
    }

    @Test(arguments: [64, 512, 65_536])
    func `numa_maps in chunks names the same mappings as in one piece`(chunkBytes: Int) throws {
        let child = try Child()
        let process = try ProcessFiles(child.pid, in: root)
        var (scratch, whole): ([UInt8], [UInt8]) = ([], [])
        var longest: UInt64 = 0
        let result = try process.readChunks("numa_maps", chunkBytes: chunkBytes, scratch: &scratch) {
            chunk, nanoseconds in
            for index in chunk.indices { whole.append(chunk[index]) }
            longest = max(longest, nanoseconds)
            return true
        }
        var reference: [UInt8] = []
        try process.read("numa_maps", into: &reference)
        // The counts may change between the two (mapmax= with every other process), the mappings do not.
        #expect(Self.firstWords(whole) == Self.firstWords(reference))
        #expect(result.bytes == whole.count)
        #expect(result.longestNanoseconds >= longest)
        #expect(result.totalNanoseconds >= result.longestNanoseconds)
        #expect(longest > 0)
        child.endAndReap()
    }

    private static func firstWords(_ lines: [UInt8]) -> [Substring] {
        String(decoding: lines, as: UTF8.self).split(separator: "\n").compactMap { $0.split(separator: " ").first }
    }

    @Test func `chunked reading stops when told to and at the bound`() throws {
        let process = try ProcessFiles(getpid(), in: root)
        var (scratch, calls): ([UInt8], Int) = ([], 0)
        let result = try process.readChunks("maps", chunkBytes: 128, scratch: &scratch) { _, _ in
            calls += 1
            return calls < 2
        }
        #expect(result.stoppedEarly)
        #expect(calls == 2)
        let failure = #expect(throws: ReadFailure.self) {
            try process.readChunks("maps", chunkBytes: 128, limitBytes: 200, scratch: &scratch) { _, _ in true }
        }
        #expect(failure?.kind == .tooLarge)
    }

    @Test(
        arguments: [
            (SystemCall.open, Errno.permissionDenied, ReadFailure.Kind.permission),
            (.open, .tooManyOpenFiles, .io),
            (.read, .noSuchProcess, .gone),
            (.read, .ioError, .io),
            (.read, .notPermitted, .permission),
        ]
    )
    func `a system call that fails gives its class`(call: SystemCall, errno: Errno, kind: ReadFailure.Kind) {
        let failure = #expect(throws: ReadFailure.self) {
            try ForcedFailures.with({ $0 == call ? errno : nil }) {
                _ = try root.readBytes("/proc/vmstat")
            }
        }
        #expect(failure?.errno == errno)
        #expect(failure?.kind == kind)
        #expect(failure?.description.contains("/proc/vmstat") == true)
    }
}
