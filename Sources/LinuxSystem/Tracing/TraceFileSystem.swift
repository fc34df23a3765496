import Glibc
import SystemPackage

/// The kernel's trace file system, where it is mounted. Nothing here mounts it.
///
/// Only system calls are used that every sandbox lets through: systemd's filter for `RestrictSUIDSGID=` answers openat2(2)
/// with `ENOSYS`, and access(2) judges by the real user, who has no capabilities.
package struct TraceFileSystem: Sendable, Hashable {
    /// `/sys/kernel/tracing`, as a rule.
    package let path: String

    /// Takes a directory for it.
    package init(at path: String) {
        self.path = path
    }

    // MARK: Files

    /// Reads a file to its end.
    package func read(_ name: String, limitBytes: Int = 16 << 20) throws(SystemFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            let file = try openFile("\(path)/\(name)", relativeTo: AT_FDCWD)
            try readWhole(file, into: &bytes, limitBytes: limitBytes)
        } catch {
            throw failure("read", name, error.errno)
        }
        return bytes
    }

    /// Whether a file or directory is there, judged by the rights this process has.
    ///
    /// - Throws: Where that cannot be looked at.
    package func exists(_ name: String) throws(SystemFailure) -> Bool {
        var status = stat()
        do {
            _ = try calling(.stat) { unsafe stat("\(path)/\(name)", &status) }
            return true
        } catch {
            if error == .noSuchFileOrDirectory { return false }
            throw failure("look for", name, error)
        }
    }

    /// The names in a directory, sorted.
    package func list(_ name: String) throws(SystemFailure) -> [String] {
        do {
            var entries = DirectoryEntries(try openDirectoryFile("\(path)/\(name)", relativeTo: AT_FDCWD))
            var names: [String] = []
            while let name = try entries.next(where: .name) { names.append(name) }
            return names.sorted()
        } catch {
            throw failure("list", name, error.errno)
        }
    }

    /// Writes one text to a file with one write(2), as these files want it.
    ///
    /// - Parameter isAppending: false empties the file first, which for `set_event_pid`, `kprobe_events` and their like
    ///   removes what stands there.
    package func write(_ text: String, to name: String, isAppending: Bool) throws(SystemFailure) {
        let flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | (isAppending ? O_APPEND : O_TRUNC)
        do {
            let file = OwnedDescriptor(
                adopting: try calling(.open) { unsafe open("\(path)/\(name)", flags) })
            let bytes = Array(text.utf8)
            var start = 0
            while start < bytes.count {
                start += try calling(.write) {
                    unsafe bytes[start...].withUnsafeBytes { rest in
                        unsafe Glibc.write(file.rawValue, rest.baseAddress, rest.count)
                    }
                }
            }
        } catch {
            throw failure("write \(text.prefix(80)) to", name, error)
        }
    }

    // MARK: Instances

    /// The instances there are.
    package func instances() throws(SystemFailure) -> [String] { try list("instances") }

    func failure(_ operation: String, _ name: String, _ errno: Errno) -> SystemFailure {
        SystemFailure(operation, "\(path)/\(name)", errno, remedy: Self.remedy(errno))
    }

    /// What gives numawatchd the rights to trace. Another way would be worse: no mount option of tracefs lets a group write,
    /// and one that lets it read shows it everybody's traces.
    package static let dropIn =
        "for numawatchd the drop-in tracing.conf: install -D -m 644 /usr/share/numawatch/tracing.conf "
        + "/etc/systemd/system/numawatchd.service.d/tracing.conf && systemctl daemon-reload && "
        + "systemctl restart numawatchd"

    /// What an administrator can do about an errno of tracefs.
    static func remedy(_ errno: Errno) -> String? {
        switch errno {
        case .permissionDenied: "tracefs is root's: root is needed, or \(dropIn)"
        case .readOnlyFileSystem: "a sandbox makes it read-only; \(dropIn)"
        case .notPermitted: "kernel lockdown (confidentiality) forbids tracing: see /sys/kernel/security/lockdown"
        case .noFunction: "a sandbox refuses the system call: see SystemCallFilter= and RestrictSUIDSGID= of the unit"
        default: nil
        }
    }
}
