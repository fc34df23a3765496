import SystemPackage
import Testing

@testable import Commands

@Suite("Where the daemon is not there, the command line says what helps")
struct DaemonAbsenceTests {
    @Test(
        "no socket, a socket nobody listens on: both units are started, and the status is 69",
        arguments: [Errno.noSuchFileOrDirectory, .connectionRefused])
    func notRunning(_ errno: Errno) {
        let failure = DaemonClient.unreachable(socketPath: "/run/numawatch/numawatch.sock", errno: errno)
        #expect(failure.status == .unavailable)
        #expect(failure.remedy?.contains("systemctl restart numawatch.socket numawatchd.service") == true)
        #expect(failure.remedy?.contains("--local") == true)
    }

    @Test("a socket that is not for this user: the group is named, and the status is 77")
    func notPermitted() {
        let failure = DaemonClient.unreachable(socketPath: "/s", errno: .permissionDenied)
        #expect(failure.status == .noPermission)
        #expect(failure.remedy?.contains("group numawatch") == true)
    }

    @Test("a daemon that ends before it answers, as with a refused configuration: where the reason is found")
    func ended() async throws {
        // A listener that takes the connection and closes it, as systemd does with FlushPending=.
        let listener = try ClosingListener()
        let failure = await #expect(throws: CommandFailure.self) {
            try await DaemonClient(socketPath: listener.path, timeout: .seconds(30)).get("/v1/status")
        }
        #expect(failure?.status == .unavailable)
        #expect(failure?.remedy?.contains("numawatchd --check-config") == true)
        #expect(failure?.remedy?.contains("systemctl status numawatchd") == true)
    }
}
