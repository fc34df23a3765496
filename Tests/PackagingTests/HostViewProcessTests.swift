import Foundation
import Testing

/// Namespaces of its own around a program, for which one must be root.
private enum Apart {
    /// `/proc` mounted anew with an option, and the program run by a user who is nobody. It is reached by a mount of its
    /// directory, because those above it may be closed to that user.
    static func unprivileged(
        hidepid: String, program: String = #""$1/numawatch""#, _ arguments: String
    ) throws -> Command {
        let directory = try TemporaryDirectory()
        return try Command(
            "/bin/sh",
            [
                "-c",
                """
                exec unshare --mount sh -c '
                    mount --bind "$1" "$2" && mount -t proc -o hidepid=\(hidepid) proc /proc && shift &&
                    exec setpriv --reuid=65534 --regid=65534 --clear-groups \(program) \(arguments)
                ' sh "$1" "$2"
                """, "sh", RunningDaemon.directory, directory.path,
            ])
    }

    static func shell(_ command: String) throws -> Command {
        try Command("/bin/sh", ["-c", command])
    }

    /// Why they cannot be had; nil where they can. Tried with a program that is not ours: one of ours that fails is no reason.
    static let obstacle: String? = {
        guard let result = try? unprivileged(hidepid: "2", program: "true", ""), result.status == 0 else {
            return "needs root, to mount /proc for itself and run the program as another user"
        }
        return nil
    }()
}

@Suite("What the commands say of whose view they have", .disabled(if: Apart.obstacle != nil, "\(Apart.obstacle ?? "")"))
struct HostViewProcessTests {
    private static var numawatch: String { "\(RunningDaemon.directory)/numawatch" }

    // The option, its newer name, and what it does to others' processes.
    @Test(
        "where /proc hides the processes of others, status and doctor say so",
        arguments: [("1", "noaccess", "closed"), ("2", "invisible", "hidden"), ("4", "ptraceable", "hidden")])
    func hidepid(option: String, name: String, what: String) throws {
        let sentence = "processes of other users are \(what): /proc is mounted with hidepid=\(name)"
        let status = try Apart.unprivileged(hidepid: option, "status --local")
        #expect(status.status == 0)
        #expect(status.output.contains("\nView            \(sentence)\n"), "\(status.output)")
        let doctor = try Apart.unprivileged(hidepid: option, "doctor --local")
        #expect(doctor.output.hasPrefix("view  \(sentence)\n"), "\(doctor.output.prefix(200))")
        #expect(doctor.output.contains("numa_maps-others  /proc/<pid>/numa_maps\n       why     \(sentence)\n"))
        #expect(
            doctor.output.contains("remedy  root, a group named by gid= of the mount, or mount -o remount,hidepid=off"))
    }

    @Test("root, from whom nothing is hidden, is told nothing of it")
    func root() throws {
        let result = try Apart.shell(
            "exec unshare --mount sh -c 'mount -t proc -o hidepid=2 proc /proc && exec \"$1\" status --local' sh "
                + "'\(Self.numawatch)'")
        #expect(result.status == 0)
        #expect(!result.output.contains("hidepid"), "\(result.output)")
    }

    @Test("a PID namespace is said to show its own processes, and one with an outer /proc those of that")
    func pidNamespace() throws {
        let own = try Apart.shell("exec unshare --pid --fork --mount-proc '\(Self.numawatch)' status --local")
        #expect(
            own.output.contains(
                "\nView            the view of a PID namespace: only processes started in it are seen\n"))
        #expect(own.output.contains("\nProcesses       1 with "), "\(own.output)")
        let outer = try Apart.shell("exec unshare --pid --fork '\(Self.numawatch)' status --local")
        #expect(
            outer.output.contains("\nView            the view from a PID namespace whose /proc is that of an outer one")
        )
        let doctor = try Apart.shell("exec unshare --pid --fork '\(Self.numawatch)' doctor --local")
        #expect(doctor.output.contains("n/a  move_pages"), "\(doctor.output)")
    }

    @Test("in what looks like a pod, doctor says whose view it has, and of each source what is lost")
    func pod() throws {
        let doctor = try Apart.shell(
            """
            exec unshare --mount --pid --fork --mount-proc --cgroup sh -c '
                mount -t tmpfs tmpfs /run && mkdir -p /run/secrets/kubernetes.io/serviceaccount &&
                mount -t tmpfs tmpfs /sys && exec "$1" doctor --local
            ' sh '\(Self.numawatch)'
            """)
        let views = doctor.output.split(separator: "\n").filter { $0.hasPrefix("view  ") }
        #expect(views.first?.contains("a container's view (Kubernetes, by /run/secrets/kubernetes.io)") == true)
        for about in ["PID namespace", "cgroup namespace", "without /sys"] {
            #expect(views.contains { $0.contains(about) }, "\(about): \(views)")
        }
        // Each source that is missing is followed by what is lost.
        let missing = doctor.output.split(separator: "\n").count { $0.hasPrefix("NO ") || $0.hasPrefix("n/a ") }
        let lost = doctor.output.split(separator: "\n").count { $0.hasPrefix("       lost    ") }
        #expect(missing > 5 && lost == missing, "\(doctor.output)")
    }

    @Test("a user namespace is said to have its own users, and a host without /sys to have no nodes to show")
    func others() throws {
        let user = try Apart.shell("exec unshare --user --map-root-user '\(Self.numawatch)' status --local")
        #expect(user.output.contains("\nView            the view of a user namespace: "), "\(user.output)")
        let blind = try Apart.shell(
            "exec unshare --mount sh -c 'umount -l /sys && exec \"$1\" status --local' sh '\(Self.numawatch)'")
        #expect(blind.output.contains("nodes unknown\nView            without /sys, nodes"), "\(blind.output)")
    }
}
