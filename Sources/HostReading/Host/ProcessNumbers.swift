import KernelText
package import LinuxSystem

/// Whose numbers of processes `/proc` has.
package enum ProcessNumbers {
    /// Whether `/proc` is that of a PID namespace further out than our own, as in one that was made without a mount of its
    /// own (`unshare --pid`). Its processes have other numbers there than system calls of ours take: move_pages(2) would ask
    /// about another process, or none.
    ///
    /// `NSpid:` (Linux 4.1) has a number for each namespace from that of the mount inwards. A copy of a host is not asked.
    package static func areForeign(in root: any HostRoot) -> Bool {
        guard root.isLive else { return false }
        let status = try? root.parse("/proc/self/status") { bytes throws(KernelTextError) in
            try ProcessStatus(parsing: bytes)
        }
        return status?.namespacePIDs?.count ?? 1 > 1
    }

    /// Why system calls cannot be used on processes then.
    package static let foreignReason =
        "/proc is that of an outer PID namespace: system calls know its processes by other numbers"
}
