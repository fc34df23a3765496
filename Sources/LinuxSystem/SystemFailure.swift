package import SystemPackage

/// A system call on something other than kernel text that failed: what, on what, why.
package struct SystemFailure: Error, Hashable, Sendable {
    /// What was being done, in words that complete "cannot …": `bind the socket`.
    package let operation: String
    /// What it was done to: a path, a process, a name.
    package let subject: String
    package let errno: Errno
    /// What an administrator can do, where it is known.
    package let remedy: String?

    package init(_ operation: String, _ subject: String, _ errno: Errno, remedy: String? = nil) {
        self.operation = operation
        self.subject = subject
        self.errno = errno
        self.remedy = remedy
    }

    /// Whether the process it was about has exited.
    package var isGone: Bool { errno == .noSuchProcess }

    /// Whether a permission is missing.
    package var isPermission: Bool { errno == .notPermitted || errno == .permissionDenied }
}

extension SystemFailure: CustomStringConvertible {
    /// One sentence for an administrator.
    package var description: String {
        "cannot \(operation) \(subject): \(errno)" + (remedy.map { " (\($0))" } ?? "")
    }
}
