import LinuxSystem
import Server
import Testing

@testable import DaemonRuntime

@Suite("Where the daemon listens")
struct SocketPlanTests {
    private let server = DaemonConfiguration.Server()
    private let passed = [PassedSocket(name: "numawatch.socket", descriptor: 3)]

    @Test("a socket systemd passed is used")
    func passedSocket() throws {
        let plan = SocketPlan(passed: passed, path: nil, server: server, groupID: 7)
        guard case .passed(let descriptor) = try #require(plan.sockets.first) else {
            Issue.record("not the passed socket")
            return
        }
        #expect(descriptor == 3)
        #expect(plan.warning == nil)
    }

    @Test("--socket is private, and says that passed sockets are not used")
    func privateSocket() throws {
        let plan = SocketPlan(passed: passed, path: "/tmp/s", server: server, groupID: 7)
        guard case .path(let path, let mode, let group) = try #require(plan.sockets.first) else {
            Issue.record("not a path")
            return
        }
        #expect(path == "/tmp/s")
        #expect(mode == 0o600)
        #expect(group == nil)
        #expect(plan.warning?.contains("not used") == true)
    }

    @Test("otherwise the configured path, mode and group", arguments: [(UInt32(7), UInt32(0o660)), (nil, 0o600)])
    func configured(_ groupID: UInt32?, _ expectedMode: UInt32) throws {
        let plan = SocketPlan(passed: [], path: nil, server: server, groupID: groupID)
        guard case .path(let path, let mode, let group) = try #require(plan.sockets.first) else {
            Issue.record("not a path")
            return
        }
        #expect(path == "/run/numawatch/numawatch.sock")
        #expect(mode == expectedMode)
        #expect(group == groupID)
        #expect((plan.warning == nil) == (groupID != nil))
    }
}
