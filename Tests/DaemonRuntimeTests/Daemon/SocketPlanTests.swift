import Glibc
import LinuxSystem
import Server
import Testing

@testable import DaemonRuntime

@Suite("Where the daemon listens")
struct SocketPlanTests {
    private let server = DaemonConfiguration.Server()
    /// No descriptor of this process: a low one may be a port that another test has just opened.
    private static let unused: CInt = 1 << 20
    private let passed = [PassedSocket(name: "numawatch.socket", descriptor: unused)]

    @Test("a socket systemd passed is used")
    func passedSocket() throws {
        let plan = SocketPlan(passed: passed, path: nil, server: server, groupID: 7)
        guard case .passed(let descriptor) = try #require(plan.sockets.first) else {
            Issue.record("not the passed socket")
            return
        }
        #expect(descriptor == Self.unused)
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

    @Test("a port for metrics is opened where one is configured, and never beside a private socket")
    func metricsPort() throws {
        var metrics = DaemonConfiguration.Metrics()
        #expect(
            SocketPlan(passed: passed, path: nil, server: server, metrics: metrics, groupID: 7).metricsSockets.isEmpty)
        metrics.listenLoopback = "127.0.0.1:9786"
        let plan = SocketPlan(passed: passed, path: nil, server: server, metrics: metrics, groupID: 7)
        guard case .loopback(let address) = try #require(plan.metricsSockets.first) else {
            Issue.record("not a port")
            return
        }
        #expect(address == LoopbackAddress(port: 9786))
        #expect(plan.metricsDescription == "Metrics for anyone on this host at 127.0.0.1:9786")
        #expect(plan.sockets.count == 1)
        let alone = SocketPlan(passed: [], path: "/tmp/s", server: server, metrics: metrics, groupID: 7)
        #expect(alone.metricsSockets.isEmpty && alone.metricsDescription == nil)
    }

    @Test("a port that systemd passed is for metrics alone, and is not opened a second time")
    func passedPort() throws {
        var metrics = DaemonConfiguration.Metrics()
        let port = try LoopbackAddress(isIPv6: false, port: 0).listen()
        defer { close(port) }
        let sockets = passed + [PassedSocket(name: "numawatch-metrics.socket", descriptor: port)]
        let bound = try #require(LoopbackAddress(ofSocket: port))
        metrics.listenLoopback = bound.description
        let plan = SocketPlan(passed: sockets, path: nil, server: server, metrics: metrics, groupID: 7)
        #expect(plan.sockets.count == 1 && plan.metricsSockets.count == 1)
        guard case .passed(let descriptor) = try #require(plan.metricsSockets.first) else {
            Issue.record("not the passed port")
            return
        }
        #expect(descriptor == port)
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
