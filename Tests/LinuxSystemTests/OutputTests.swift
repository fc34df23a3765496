import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite struct OutputTests {
    @Test func `a file is replaced whole and nothing is left beside it`() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path + "/out"
        try Output.replaceFile(path, with: Array("one".utf8))
        try Output.replaceFile(path, with: Array("second".utf8), mode: 0o600)
        #expect(try DirectoryRoot.live.readText(path) == "second")
        #expect(try DirectoryRoot.live.list(scratch.path) == ["out"])
        var status = stat()
        try #require(unsafe lstat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test(arguments: [SystemCall.open, .write, .rename])
    func `a failure leaves the old file and nothing beside it`(call: SystemCall) throws {
        let scratch = try ScratchDirectory()
        try scratch.write("out", "old")
        let failure = #expect(throws: SystemFailure.self) {
            try ForcedFailures.with({ $0 == call ? .noSpace : nil }) {
                try Output.replaceFile(scratch.path + "/out", with: [1])
            }
        }
        #expect(failure?.errno == .noSpace)
        #expect(try DirectoryRoot.live.readText(scratch.path + "/out") == "old")
        #expect(try DirectoryRoot.live.list(scratch.path) == ["out"])
    }

    @Test func `more than a pipe holds arrives whole`() async throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let (readEnd, writeEnd) = (ends[0], ends[1])
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        async let received: [UInt8] = Self.readAll(readEnd)
        try await Writer(ThreadExecutor(name: "writer")).writeAll(bytes, writeEnd)
        #expect(await received == bytes)
    }

    /// Writes on a thread of its own: the pipe is full long before all is written, and a thread of the shared pool that
    /// waited would be missing to the reader.
    private actor Writer {
        private let executor: ThreadExecutor

        init(_ executor: ThreadExecutor) { self.executor = executor }

        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

        func writeAll(_ bytes: [UInt8], _ descriptor: Int32) throws {
            defer { close(descriptor) }
            try Output.write(bytes, to: descriptor)
        }
    }

    @concurrent private static func readAll(_ descriptor: Int32) async -> [UInt8] {
        defer { close(descriptor) }
        var (all, chunk): ([UInt8], [UInt8]) = ([], Array(repeating: 0, count: 4096))
        while true {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count <= 0 { return all }
            all += chunk[..<count]
        }
    }

    @Test func `a closed pipe is an error once broken pipes are ignored`() throws {
        Terminal.ignoreBrokenPipe()
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let failure = #expect(throws: SystemFailure.self) { try Output.write([1], to: ends[1]) }
        #expect(failure?.errno == .brokenPipe)
    }

    @Test func `a file is no terminal and has no size`() throws {
        let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        #expect(!Terminal.isTerminal(null))
        #expect(Terminal.size(null) == nil)
    }

    @Test func `a terminal has the size it was given`() throws {
        let primary = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(primary >= 0)
        defer { close(primary) }
        #expect(Terminal.isTerminal(primary))
        #expect(Terminal.size(primary) == nil)
        var size = winsize(ws_row: 40, ws_col: 132, ws_xpixel: 0, ws_ypixel: 0)
        try #require(unsafe ioctl(primary, UInt(TIOCSWINSZ), &size) == 0)
        let found = try #require(Terminal.size(primary))
        #expect(found == (132, 40))
    }
}

@Suite struct ReadFailureTests {
    @Test(
        arguments: [
            (
                ReadFailure(.open, "/sys/kernel/debug/sched/debug", .notPermitted),
                "cannot open /sys/kernel/debug/sched/debug: Operation not permitted"
                    + " (kernel lockdown forbids it: see /sys/kernel/security/lockdown)"
            ),
            (
                ReadFailure(.open, "/proc/12/numa_maps", .permissionDenied),
                "cannot open /proc/12/numa_maps: Permission denied (it belongs to another user: CAP_SYS_PTRACE is needed)"
            ),
            (
                ReadFailure(.open, "/proc/schedstat", .noSuchFileOrDirectory),
                "cannot open /proc/schedstat: No such file or directory (the kernel is built without CONFIG_SCHEDSTATS)"
            ),
            (ReadFailure(.open, "/proc/12", .noSuchFileOrDirectory), "cannot open /proc/12: the process has exited"),
            (
                ReadFailure(.read, "/proc/vmstat", .fileTooLarge),
                "cannot read /proc/vmstat: longer than is ever expected of it"
            ),
            (ReadFailure(.link, "/a", .ioError), "cannot read the link /a: Input/output error"),
        ]
    )
    func `a failure says what, why and what helps`(failure: ReadFailure, text: String) {
        #expect(failure.description == text)
    }
}
