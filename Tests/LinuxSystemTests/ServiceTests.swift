import Glibc
import LinuxSystem
import SystemPackage
import Testing

/// One after the other: they change the environment, which all tests share.
@Suite(.serialized) struct ServiceTests {
    private let scratch: ScratchDirectory
    private let manager: TestSocket

    /// A service manager listens, as systemd would.
    init() throws {
        scratch = try ScratchDirectory()
        manager = try TestSocket(type: TestSocket.datagram)
        try #require(manager.bind(scratch.path + "/notify") == 0)
    }

    private func withEnvironment(_ variables: [String: String], _ body: () throws -> Void) rethrows {
        for (name, value) in variables { unsafe setenv(name, value, 1) }
        defer { for name in variables.keys { unsafe unsetenv(name) } }
        try body()
    }

    @Test(
        arguments: [
            ([ServiceState.ready], "READY=1"),
            ([.ready, .status("watching 12 processes")], "READY=1\nSTATUS=watching 12 processes"),
            // A line break would start another assignment.
            ([.status("a\nSTOPPING=1\r\nb")], "STATUS=a STOPPING=1 b"),
            ([.watchdog], "WATCHDOG=1"),
            ([.reloading(monotonicNanoseconds: 1_234_567_890)], "RELOADING=1\nMONOTONIC_USEC=1234567"),
            ([.stopping], "STOPPING=1"),
        ]
    )
    func `the manager gets what is told`(states: [ServiceState], message: String) throws {
        try withEnvironment(["NOTIFY_SOCKET": scratch.path + "/notify"]) {
            let notifier = ServiceNotifier()
            #expect(notifier.isPresent)
            let isSent = try notifier.send(states)
            #expect(isSent)
        }
        #expect(manager.receive() == message)
    }

    @Test func `without a manager nothing is told and nothing fails`() throws {
        let notifier = ServiceNotifier()
        #expect(!notifier.isPresent)
        #expect(try notifier.send([.ready]) == false)
        #expect(notifier.watchdogNanoseconds == nil)
        #expect(try PassedSocket.takeAll().isEmpty)
    }

    @Test func `a manager that is gone is an error`() throws {
        withEnvironment(["NOTIFY_SOCKET": scratch.path + "/none"]) {
            let failure = #expect(throws: SystemFailure.self) { try ServiceNotifier().send([.ready]) }
            #expect(failure?.errno == .noSuchFileOrDirectory)
        }
    }

    @Test func `the watchdog's interval is the manager's and only for this process`() {
        withEnvironment(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"]) {
            #expect(ServiceNotifier().watchdogNanoseconds == 30_000_000_000)
        }
        withEnvironment(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]) {
            #expect(ServiceNotifier().watchdogNanoseconds == nil)
        }
    }

    @Test func `sockets passed to another process are not taken`() throws {
        try withEnvironment(["LISTEN_FDS": "1", "LISTEN_PID": "1"]) {
            let sockets = try PassedSocket.takeAll()
            #expect(sockets.isEmpty)
        }
    }

    @Test func `a field name the journal would drop is refused`() {
        for name in ["", "lower", "_PRIVATE", "1ST", "A B", String(repeating: "A", count: 65)] {
            let failure = #expect(throws: SystemFailure.self) { try Journal.send([(name, "x")]) }
            #expect(failure?.errno == .invalidArgument, "\(name)")
        }
    }

    @Test func `standard error is the journal only when its inode is the one named`() {
        withEnvironment(["JOURNAL_STREAM": "0:0"]) { #expect(!Journal.isStandardError) }
        var status = stat()
        unsafe fstat(STDERR_FILENO, &status)
        withEnvironment(["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"]) {
            #expect(Journal.isStandardError)
        }
        #expect(!Journal.isStandardError)
    }
}
