import Glibc
import SystemPackage

/// What the running kernel and C library say of the host in one call each.
package enum HostFacts {
    /// Bytes in a page: the unit of the page counts in `numa_maps`, where a line names no other.
    package static let pageSizeBytes = sysconf(Int32(_SC_PAGESIZE))

    /// Ticks per second of the times in `/proc/<pid>/stat` (USER_HZ).
    package static let clockTicksPerSecond = sysconf(Int32(_SC_CLK_TCK))

    /// Processors the kernel could use, and those it uses now.
    package static var configuredProcessorCount: Int { sysconf(Int32(_SC_NPROCESSORS_CONF)) }
    package static var onlineProcessorCount: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

    /// Names the kernel and the machine: uname(2).
    package struct KernelName: Hashable, Sendable {
        /// `Linux`
        package let system: String
        /// The host's name.
        package let node: String
        /// `6.1.0-18-amd64`
        package let release: String
        package let version: String
        /// `x86_64`
        package let machine: String
    }

    package static func kernelName() -> KernelName {
        var name = utsname()
        // Fails only for a bad pointer.
        unsafe uname(&name)
        return KernelName(
            system: text(name.sysname), node: text(name.nodename), release: text(name.release),
            version: text(name.version), machine: text(name.machine))
    }

    /// The user this process acts as, and the process itself.
    package static var effectiveUserID: UInt32 { geteuid() }
    package static var processID: Int32 { getpid() }

    /// Makes sure that this process sees itself below `/proc`. Where it does not, no process is seen, and Swift's own
    /// `CommandLine` ends the program without a word.
    package static func requireOwnProcess() throws(SystemFailure) {
        do throws(Errno) {
            _ = try calling(.open) { unsafe access("/proc/self/cmdline", R_OK) }
        } catch {
            throw SystemFailure(
                "read", "/proc/self", error,
                remedy: "/proc is not mounted here, or is that of other processes: mount -t proc proc /proc")
        }
    }

    /// The value of an environment variable.
    package static func environmentVariable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// A C array of characters, which Swift sees as a tuple, up to its zero.
    private static func text<Characters>(_ characters: Characters) -> String {
        unsafe withUnsafeBytes(of: characters) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
