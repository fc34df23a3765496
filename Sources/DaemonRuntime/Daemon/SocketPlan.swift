import LinuxSystem
import Server

/// Where to listen and whom to let in, decided from what systemd passed, the command line and the configuration.
struct SocketPlan {
    var sockets: [ListeningSocket]
    /// Where metrics are served to anyone on this host.
    var metricsSockets: [ListeningSocket] = []
    /// What to tell the administrator about that; nil where there is none.
    var metricsDescription: String?
    /// What to tell the administrator about it: one sentence.
    var description: String
    /// What is not as configured, and why.
    var warning: String?

    /// - Parameters:
    ///   - passed: The sockets systemd opened. They win: the socket unit is where the administrator set them up.
    ///   - path: `--socket`: private to the own user, and nothing beside it.
    ///   - metrics: `ListenLoopback=`; empty for none.
    ///   - groupID: The configured group's number; nil when the host has no such group.
    init(
        passed all: [PassedSocket], path: String?, server: DaemonConfiguration.Server,
        metrics: DaemonConfiguration.Metrics = DaemonConfiguration.Metrics(), groupID: UInt32?
    ) {
        let ports = all.compactMap { socket in socket.loopback.map { (socket, $0) } }
        let passed = all.filter { $0.loopback == nil }
        if path == nil {
            let opened = LoopbackAddress(metrics.listenLoopback)
            metricsSockets = ports.map { .passed(descriptor: $0.0.descriptor) }
            var places = ports.map(\.1.description)
            // One that was passed has the port already.
            if let opened, !ports.contains(where: { $0.1 == opened }) {
                metricsSockets.append(.loopback(opened))
                places.append(opened.description)
            }
            if !places.isEmpty {
                metricsDescription = "Metrics for anyone on this host at \(places.joined(separator: ", "))"
            }
        }
        if let path {
            sockets = [.path(path, mode: 0o600, groupID: nil)]
            description = "Listening at \(path), for this user only"
            if !all.isEmpty { warning = "--socket is given: the sockets systemd passed are not used" }
        } else if !passed.isEmpty {
            sockets = passed.map { .passed(descriptor: $0.descriptor) }
            description = "Listening at the socket systemd passed (\(passed.map(\.name).joined(separator: ", ")))"
        } else if let groupID {
            sockets = [.path(server.socketPath, mode: server.socketMode, groupID: groupID)]
            description = "Listening at \(server.socketPath), group \(server.socketGroup)"
        } else {
            // Without the group, the group's permission bits would belong to whatever group we run as.
            let mode = server.socketMode & ~0o070
            sockets = [.path(server.socketPath, mode: mode, groupID: nil)]
            description = "Listening at \(server.socketPath)"
            warning =
                "There is no group \(server.socketGroup) (SocketGroup=): the socket is not opened to any group; create it "
                + "with systemd-sysusers, or name another"
        }
    }
}
