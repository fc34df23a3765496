import CTraceFS
import Glibc
import SystemPackage

/// The kernel's trace file system, where it is mounted. Nothing here mounts it.
@safe package struct TraceFileSystem: Sendable, Hashable {
    /// `/sys/kernel/tracing`, as a rule.
    package let path: String

    /// Looks it up in the mount table.
    ///
    /// - Throws: `ENOENT` where none is mounted.
    package init() throws(SystemFailure) {
        tracefs_set_loglevel(TEP_LOG_NONE)
        var found: UnsafePointer<CChar>?
        // false: the library would mount it otherwise.
        guard unsafe tracefs_tracing_dir_is_mounted(false, &found) == 1, let found = unsafe found else {
            throw SystemFailure(
                "find", "tracefs", .noSuchFileOrDirectory, remedy: "mount -t tracefs nodev /sys/kernel/tracing")
        }
        path = unsafe String(cString: found)
    }

    /// Takes a directory for it, in a test or where `directory` is configured.
    package init(at path: String) {
        tracefs_set_loglevel(TEP_LOG_NONE)
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

    /// Whether a file or directory is there.
    package func exists(_ name: String) -> Bool {
        unsafe access("\(path)/\(name)", F_OK) == 0
    }

    /// The names in a directory, sorted.
    package func list(_ name: String) throws(SystemFailure) -> [String] {
        do {
            return try DirectoryRoot(path).list("/\(name)")
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

    /// What an administrator can do about an errno of tracefs.
    static func remedy(_ errno: Errno) -> String? {
        switch errno {
        case .permissionDenied: "CAP_DAC_OVERRIDE or root is needed: tracefs belongs to root"
        case .notPermitted: "kernel lockdown (confidentiality) forbids tracing: see /sys/kernel/security/lockdown"
        default: nil
        }
    }
}
