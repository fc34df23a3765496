import CLinuxShims
import Glibc
import SystemPackage

/// Puts a terminal back even when the process ends by a fault of its own.
package enum TerminalGuard {
    /// From here on, a trap, an abort or a fault of memory first writes `bytes` to the terminal and gives it the settings that
    /// it has at this moment.
    ///
    /// - Parameter bytes: At most 255: leave the second screen, show the cursor.
    package static func set(_ descriptor: Int32, restoring bytes: [UInt8]) throws(SystemFailure) {
        let status = unsafe bytes.withUnsafeBytes { bytes in
            unsafe numawatch_guard_terminal(
                descriptor, bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1), bytes.count)
        }
        guard status == 0 else { throw SystemFailure("read the settings of", "the terminal", Errno(rawValue: errno)) }
    }

    /// Ends that.
    package static func release() { numawatch_release_terminal() }
}
