package import KernelText
package import LinuxSystem
import SystemPackage

/// What tells *why* a source is missing: what is mounted, how the kernel was built, what it is locked down to.
package struct KernelSurroundings: Sendable, Equatable {
    /// Where the build configuration could be had.
    package enum Configuration: Sendable, Equatable {
        case known(KernelConfigFile)
        /// Only `/proc/config.gz` exists, which the daemon does not unpack.
        case compressed
        case absent
    }

    package var isLive: Bool
    package var release: KernelRelease?
    package var configuration: Configuration = .absent
    /// Nil where it cannot be told: `securityfs` is not mounted, or the kernel has no lockdown.
    package var lockdown: Lockdown?
    /// Why ``lockdown`` is not known.
    package var lockdownFailure: ReadFailure?
    package var mounts: Mounts?
    /// The file systems the kernel has (`/proc/filesystems`); nil where that cannot be read.
    package var fileSystems: [String]?

    package static let wantedOptions: Set<String> = [
        "CONFIG_NUMA", "CONFIG_NUMA_BALANCING", "CONFIG_SCHED_DEBUG", "CONFIG_SCHEDSTATS", "CONFIG_DEBUG_FS",
        "CONFIG_KPROBES", "CONFIG_KPROBE_EVENTS", "CONFIG_FTRACE", "CONFIG_TRACING", "CONFIG_CPUSETS",
        "CONFIG_CGROUPS",
        "CONFIG_MIGRATION", "CONFIG_PROC_PAGE_MONITOR", "CONFIG_VM_EVENT_COUNTERS", "CONFIG_SECURITY_LOCKDOWN_LSM",
        "CONFIG_IKCONFIG_PROC",
    ]

    /// Looks. Never fails: what cannot be told is absent.
    package init(of root: any HostRoot) {
        isLive = root.isLive
        release = KernelIdentity(of: root).release
        var buffer: [UInt8] = []
        var defects = LineDefects()
        mounts = try? root.parseLines("/proc/mounts", into: &buffer, defects: &defects) {
            bytes throws(KernelTextError) in try Mounts(parsing: bytes)
        }
        if let text = try? root.readText("/proc/filesystems", limitBytes: 1 << 16) {
            fileSystems = text.split(separator: "\n").compactMap { line in
                line.split(whereSeparator: { $0 == "\t" || $0 == " " }).last.map(String.init)
            }
        }
        do {
            let bytes = try root.readBytes("/sys/kernel/security/lockdown", limitBytes: 4096)
            lockdown = try? Lockdown(parsing: bytes.span)
        } catch {
            lockdownFailure = error
        }
        configuration = Self.configuration(of: root, release)
    }

    private static func configuration(of root: any HostRoot, _ release: KernelRelease?) -> Configuration {
        if let file = KernelConfigFile.read(release?.text, of: root, keeping: wantedOptions) { return .known(file) }
        return root.exists(KernelConfigFile.packedPath) ? .compressed : .absent
    }

    /// Whether the kernel has an option; nil where that cannot be told.
    package func has(_ option: String) -> Bool? {
        guard case .known(let file) = configuration else { return nil }
        return file.config[option]?.isEnabled ?? false
    }

    /// Whether a file system is mounted at a place; nil where the mounts are not known.
    package func isMounted(_ type: String, at place: String) -> Bool? {
        mounts.map { mounts in
            mounts.mounts.last { $0.mountPoint == place }?.fileSystemType == type
        }
    }

    /// Whether the kernel has a file system; nil where that cannot be told.
    package func supports(_ fileSystem: String) -> Bool? {
        fileSystems.map { $0.contains(fileSystem) }
    }

    /// What is known of the lockdown, as the end of a sentence.
    package var lockdownText: String {
        switch lockdown {
        case .some(let mode): "kernel lockdown is \(mode.rawValue)"
        case nil where isMounted("securityfs", at: "/sys/kernel/security") == false && isLive:
            "whether the kernel is locked down is not determinable: securityfs is not mounted"
        case nil: "whether the kernel is locked down is not determinable"
        }
    }
}
