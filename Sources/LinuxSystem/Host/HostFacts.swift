import CLinuxShims
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

    /// Where relative paths begin; nil where it was removed, or lies beneath what may not be read.
    package static var currentDirectory: String? {
        guard let path = unsafe getcwd(nil, 0) else { return nil }
        defer { unsafe free(path) }
        // One that is not below our root is told as such.
        let text = unsafe String(cString: path)
        return text.hasPrefix("/") ? text : nil
    }

    /// How many descriptors this process may have open: the soft limit of getrlimit(2), RLIMIT_NOFILE. It may be changed
    /// at any time, from outside, too (prlimit(1)).
    package static var descriptorLimit: Int { Int(numawatch_descriptor_limit()) }

    /// How many descriptors this process has open; nil where that cannot be told, as when there is none left to look with.
    ///
    /// - Complexity: O(descriptors), about 0.2 µs for each.
    package static var openDescriptorCount: Int? {
        var numbers: [Int32] = []
        do throws(ReadFailure) {
            try DirectoryRoot.live.openDirectory("/proc/self/fd").numbers(in: ".", into: &numbers)
        } catch {
            return nil
        }
        // Two of them are there to look with.
        return max(0, numbers.count - 2)
    }

    /// Gives memory that was freed back to the kernel: malloc_trim(3).
    ///
    /// The C library keeps what was freed for the next who asks, so that after a burst the process stays as large as it
    /// was at most. All free chunks are walked: 7 ms of CPU for 30 MiB of small ones, 2 ms to find that all is given back.
    package static func returnFreeMemory() { _ = numawatch_return_free_memory() }

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
