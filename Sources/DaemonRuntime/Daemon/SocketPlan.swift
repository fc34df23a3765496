import LinuxSystem
import Server

/// Where to listen and whom to let in, decided from what systemd passed, the command line and the configuration.
struct SocketPlan {
    var sockets: [ListeningSocket]
    /// What to tell the administrator about it: one sentence.
    var description: String
    /// What is not as configured, and why.
    var warning: String?

    /// - Parameters:
    ///   - passed: The sockets systemd opened. They win: the socket unit is where the administrator set them up.
    ///   - path: `--socket`: private to the own user.
    ///   - groupID: The configured group's number; nil when the host has no such group.
    init(passed: [PassedSocket], path: String?, server: DaemonConfiguration.Server, groupID: UInt32?) {
        if let path {
            sockets = [.path(path, mode: 0o600, groupID: nil)]
            description = "Listening at \(path), for this user only"
            if !passed.isEmpty { warning = "--socket is given: the sockets systemd passed are not used" }
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
