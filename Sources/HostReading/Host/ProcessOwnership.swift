import KernelText
package import LinuxSystem

/// Asks whose a process is at this moment.
package struct ProcessOwnership: Sendable {
    private let root: any HostRoot

    package init(_ root: any HostRoot) {
        self.root = root
    }

    /// Whether a process is wholly one user's: its real, effective and saved user are that one.
    ///
    /// One that has exited has not become anybody else's. One whose `status` cannot be read for another reason may have.
    ///
    /// - Complexity: One read, about 10 µs.
    package func stillOwns(pid: Int32, uid: UInt32) -> Bool {
        do {
            let status = try root.parse("/proc/\(pid)/status") { bytes throws(KernelTextError) in
                try ProcessStatus(parsing: bytes)
            }
            return status.userIDs?.single == uid
        } catch .unreadable(let failure) where failure.kind == .gone || failure.kind == .missing {
            return true
        } catch {
            return false
        }
    }
}
