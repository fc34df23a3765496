package import SystemPackage

/// What was being done to a file when it failed.
package enum ReadOperation: String, Sendable {
    case open, read, list
    case link = "read the link"
}

/// A file that could not be read: what, where, why, and what an administrator can do about it.
///
/// `kind` classifies absence once, so that callers need not look at errno: a process that is gone is skipped, a missing
/// permission leaves a field empty, a missing feature is reported once, anything else is an error.
package struct ReadFailure: Error, Hashable, Sendable {
    /// The classes a caller acts on.
    package enum Kind: String, Sendable, CaseIterable {
        /// The process or thread whose file it is has exited.
        case gone
        /// The file does not exist on this host.
        case missing
        /// The file exists but may not be read by us (EPERM, EACCES).
        case permission
        /// The file is longer than the bound the caller gave.
        case tooLarge
        /// The path names something else: a directory where a file is wanted, the reverse, a loop of links.
        case wrongType
        /// The process whose file it is lets nobody in: one of its threads has its memory locked and waits for something
        /// (`ETIMEDOUT`). Or too many others are so (`EAGAIN`), and it was not tried.
        case stuck
        /// Anything else the kernel says.
        case io
    }

    package let operation: ReadOperation
    /// The path as the caller gave it, beneath the root.
    package let path: String
    /// The kernel's reason. `EFBIG` where `kind` is `tooLarge`.
    package let errno: Errno
    package let kind: Kind

    /// Describes a failure.
    ///
    /// - Parameters:
    ///   - kind: The class, where the caller knows better than errno tells. When nil, `ENOENT` on a path beneath
    ///     `/proc/<pid>` counts as `missing`, unless the path is that of the process or thread itself.
    package init(_ operation: ReadOperation, _ path: String, _ errno: Errno, kind: Kind? = nil) {
        self.operation = operation
        self.path = path
        self.errno = errno
        self.kind = kind ?? Self.classify(errno, path: path)
    }

    /// Whether it says nothing of the file: we had no descriptor or no memory left, or were interrupted. What the file
    /// shows is then as unknown as before, and nothing follows from it but to try again.
    package var isShortage: Bool {
        switch errno {
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .noBufferSpace, .interrupted: true
        default: false
        }
    }

    static func classify(_ errno: Errno, path: String) -> Kind {
        switch errno {
        case .noSuchProcess: .gone
        case .noSuchFileOrDirectory: ProcessPath(path)?.isWhole == true ? .gone : .missing
        case .notPermitted, .permissionDenied: .permission
        case .fileTooLarge: .tooLarge
        case .isDirectory, .notDirectory, .tooManySymbolicLinkLevels: .wrongType
        default: .io
        }
    }
}

extension ReadFailure: CustomStringConvertible {
    /// One sentence for an administrator, with the remedy where one is known.
    package var description: String {
        let what = "cannot \(operation.rawValue) \(path)"
        return switch kind {
        case .tooLarge: "\(what): longer than is ever expected of it"
        case .gone: "\(what): the process has exited"
        case .stuck where errno == .timedOut: "\(what): the process keeps its memory locked and does not let go of it"
        case .stuck: "\(what): not tried, as too many processes keep their memory locked"
        default: remedy.map { "\(what): \(errno) (\($0))" } ?? "\(what): \(errno)"
        }
    }

    /// As ``description``; of a copy, a file that is not in it says nothing about the host it was taken of.
    package func description(isLive: Bool) -> String {
        !isLive && kind == .missing ? "cannot \(operation.rawValue) \(path): the capture does not hold it" : description
    }

    /// The one thing that would make this readable, or nil where none is known.
    package var remedy: String? {
        switch kind {
        case .permission: permissionRemedy
        case .missing: missingRemedy
        case .io where errno == .tooManyOpenFiles: "raise the service's LimitNOFILE="
        case .io where errno == .noFunction:
            "openat2 is refused: Linux 5.6 or later is needed, and no sandbox that refuses it, as systemd's "
                + "RestrictSUIDSGID=yes does"
        case .gone, .stuck, .tooLarge, .wrongType, .io: nil
        }
    }

    private var permissionRemedy: String? {
        if path.hasPrefix("/sys/kernel/debug") || path.hasPrefix("/sys/kernel/tracing") {
            if errno == .notPermitted { return "kernel lockdown forbids it: see /sys/kernel/security/lockdown" }
            return path.hasPrefix("/sys/kernel/tracing")
                ? "only root may read it, or \(TraceFileSystem.dropIn)"
                : "only root may read it: give access with the mount options gid= and mode="
        }
        if ProcessPath(path) != nil {
            return "it belongs to another user: CAP_SYS_PTRACE is needed"
        }
        return nil
    }

    private var missingRemedy: String? {
        if path.hasPrefix("/sys/kernel/debug") {
            return "mount debugfs: mount -t debugfs none /sys/kernel/debug; or the kernel is built without it"
        }
        if path.hasPrefix("/sys/kernel/tracing") {
            return "mount tracefs: mount -t tracefs none /sys/kernel/tracing; or the kernel is built without it"
        }
        if path == "/proc/schedstat" || path.hasSuffix("/schedstat") {
            return "the kernel is built without CONFIG_SCHEDSTATS"
        }
        guard ProcessPath(path) != nil else { return nil }
        if path.hasSuffix("/sched") { return "the kernel is built without CONFIG_SCHED_DEBUG" }
        if path.hasSuffix("/numa_maps") { return "the kernel is built without CONFIG_NUMA" }
        return nil
    }
}
