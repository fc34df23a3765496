/// The flags of a scheduling domain (`include/linux/sched/sd_flags.h`), in the kernel's order.
///
/// Bit numbers differ between kernels and are never printed; names and their order are what counts. Flags this list does
/// not know are kept by name in ``FlagNames``.
package struct DomainFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `SD_BALANCE_NEWIDLE`: pull work when about to become idle.
    package static let balanceNewidle = DomainFlags(rawValue: 1 << 0)
    /// `SD_BALANCE_EXEC`: choose a CPU at exec.
    package static let balanceExec = DomainFlags(rawValue: 1 << 1)
    /// `SD_BALANCE_FORK`: choose a CPU at fork.
    package static let balanceFork = DomainFlags(rawValue: 1 << 2)
    /// `SD_BALANCE_WAKE`: choose a CPU at every wakeup; never set by default.
    package static let balanceWake = DomainFlags(rawValue: 1 << 3)
    /// `SD_WAKE_AFFINE`: a waking task may move towards its waker.
    package static let wakeAffine = DomainFlags(rawValue: 1 << 4)
    /// `SD_ASYM_CPUCAPACITY`: CPUs of different capacity.
    package static let asymCPUCapacity = DomainFlags(rawValue: 1 << 5)
    /// `SD_ASYM_CPUCAPACITY_FULL`: every capacity of the partition is present.
    package static let asymCPUCapacityFull = DomainFlags(rawValue: 1 << 6)
    /// `SD_SHARE_CPUCAPACITY`: hardware threads of one core.
    package static let shareCPUCapacity = DomainFlags(rawValue: 1 << 7)
    /// `SD_CLUSTER`: CPUs of one cluster (since 6.7).
    package static let cluster = DomainFlags(rawValue: 1 << 8)
    /// `SD_SHARE_LLC`, before 6.9 `SD_SHARE_PKG_RESOURCES`: one last-level cache.
    package static let shareLLC = DomainFlags(rawValue: 1 << 9)
    /// `SD_SERIALIZE`: one balancer at a time.
    package static let serialize = DomainFlags(rawValue: 1 << 10)
    /// `SD_ASYM_PACKING`: prefer CPUs of higher priority.
    package static let asymPacking = DomainFlags(rawValue: 1 << 11)
    /// `SD_PREFER_SIBLING`: spread to sibling domains first.
    package static let preferSibling = DomainFlags(rawValue: 1 << 12)
    /// `SD_OVERLAP`: groups may overlap (until 6.16).
    package static let overlap = DomainFlags(rawValue: 1 << 13)
    /// `SD_NUMA`: the domain crosses nodes.
    package static let numa = DomainFlags(rawValue: 1 << 14)

    /// Expected in the child too if set (`SDF_SHARED_CHILD`), for kernels from 6.5; see ``sharedChild(on:)``.
    private static let sharedChildFlags: DomainFlags = [
        .balanceNewidle, .balanceExec, .balanceFork, .balanceWake, .wakeAffine, .shareCPUCapacity, .shareLLC,
    ]

    /// Expected in the child too if set (`SDF_SHARED_CHILD`).
    package static func sharedChild(on kernel: SchedKernelVersion) -> DomainFlags {
        kernel.has(.asymPackingInChild) ? sharedChildFlags.union(.asymPacking) : sharedChildFlags
    }

    /// Expected in the parent too if set (`SDF_SHARED_PARENT`).
    package static let sharedParent: DomainFlags = [
        .asymCPUCapacity, .asymCPUCapacityFull, .serialize, .overlap, .numa,
    ]

    /// Meaningful only with at least two groups (`SDF_NEEDS_GROUPS`): all but `SD_WAKE_AFFINE`.
    package static let needsGroups = DomainFlags(rawValue: ((1 << 15) - 1) & ~DomainFlags.wakeAffine.rawValue)

    private static let names: [String] = [
        "SD_BALANCE_NEWIDLE", "SD_BALANCE_EXEC", "SD_BALANCE_FORK", "SD_BALANCE_WAKE", "SD_WAKE_AFFINE",
        "SD_ASYM_CPUCAPACITY", "SD_ASYM_CPUCAPACITY_FULL", "SD_SHARE_CPUCAPACITY", "SD_CLUSTER", "SD_SHARE_LLC",
        "SD_SERIALIZE", "SD_ASYM_PACKING", "SD_PREFER_SIBLING", "SD_OVERLAP", "SD_NUMA",
    ]

    private static let flagsByName: [String: DomainFlags] = {
        var result: [String: DomainFlags] = ["SD_SHARE_PKG_RESOURCES": .shareLLC]
        for (bit, name) in names.enumerated() {
            result[name] = DomainFlags(rawValue: 1 << UInt32(bit))
        }
        return result
    }()

    /// The flag of a kernel name, in the old or the new spelling; nothing for a name this list does not know.
    package init?(name: String) {
        guard let known = Self.flagsByName[name] else { return nil }
        self = known
    }

    /// The kernel's names in the kernel's order.
    ///
    /// - Parameter kernel: Decides the spelling of `SD_SHARE_LLC`.
    package func names(on kernel: SchedKernelVersion) -> [String] {
        var result: [String] = []
        for (bit, name) in Self.names.enumerated() where rawValue & (1 << UInt32(bit)) != 0 {
            let isOldSpelling = name == "SD_SHARE_LLC" && !kernel.has(.namedShareLLC)
            result.append(isOldSpelling ? "SD_SHARE_PKG_RESOURCES" : name)
        }
        return result
    }
}

/// Flags as the kernel listed them: the known ones as bits, the others by name.
package struct FlagNames: Hashable, Sendable {
    package var flags: DomainFlags
    /// Names this program does not know, in the order they were read.
    package var unknown: [String]

    package init(_ flags: DomainFlags, unknown: [String] = []) {
        self.flags = flags
        self.unknown = unknown
    }

    /// The flags of a list of names, as debugfs `flags` has them.
    package init(names: some Sequence<String>) {
        flags = []
        unknown = []
        for name in names {
            if let known = DomainFlags(name: name) {
                flags.insert(known)
            } else {
                unknown.append(name)
            }
        }
    }
}
