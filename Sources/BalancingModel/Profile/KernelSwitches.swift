/// What differs between kernel versions, one flag for each change of behaviour.
///
/// Several changes were backported to stable releases, so a version is only a first guess: a distribution may carry a
/// change early, and the model corrects ``localityReset`` when the stream contradicts it. Sources compared: 6.1.192,
/// 6.12.117 and 7.3.4 (`kernel/sched/fair.c`, `mm/memory.c`, `mm/huge_memory.c`, `mm/mempolicy.c`).
package struct KernelSwitches: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The period controller's slow branch clears `numa_faults_locality[]` (7.3, 6.12.117).
    package static let localityReset = KernelSwitches(rawValue: 1 << 0)
    /// Shared-memory VMAs without a policy of their own are scanned (7.3, 6.12.109).
    package static let shmemEligible = KernelSwitches(rawValue: 1 << 1)
    /// VMAs have scan state of their own, and a pass may be forced (6.7).
    package static let perVMAState = KernelSwitches(rawValue: 1 << 2)
    /// An armed entry remembers whether it was writable (before 6.2).
    package static let savedWrite = KernelSwitches(rawValue: 1 << 3)
    /// Large folios mapped by PTEs are accounted (6.10).
    package static let largeFolioHint = KernelSwitches(rawValue: 1 << 4)
    /// Huge pages mapped by PMDs can be flagged shared (6.12).
    package static let hugePageSharedFlag = KernelSwitches(rawValue: 1 << 5)
    /// A page is isolated before the page-table lock is dropped (6.11, 6.10.4).
    package static let isolateUnderLock = KernelSwitches(rawValue: 1 << 6)
    /// A failed migration whose entry changed meanwhile is not accounted (6.11, 6.10.7, 6.1.107).
    package static let noAccountIfChanged = KernelSwitches(rawValue: 1 << 7)
    /// Pages never go to a node without memory (about 6.9).
    package static let memorylessDestinationCheck = KernelSwitches(rawValue: 1 << 8)
    /// `MPOL_F_NUMA_BALANCING` goes with `MPOL_PREFERRED_MANY` (about 6.10).
    package static let preferManyBalancing = KernelSwitches(rawValue: 1 << 9)
    /// Local faults update `last_cpupid` too (up to 5.14).
    package static let exchangeOnLocal = KernelSwitches(rawValue: 1 << 10)
    /// The scanner passes by a task confined to one node (6.16).
    package static let cpusetSingleNodeSkip = KernelSwitches(rawValue: 1 << 11)
    /// Kernel threads are no swap candidates (6.16).
    package static let swapSkipsKernelThreads = KernelSwitches(rawValue: 1 << 12)
    /// One arming filter for PTEs and PMDs (after 6.12).
    package static let unifiedArmingFilter = KernelSwitches(rawValue: 1 << 13)
    /// Memory tiering exists as a mode (5.18).
    package static let tieringMode = KernelSwitches(rawValue: 1 << 14)
    /// Promotion has a hot threshold and a rate limit (6.1).
    package static let promotionThreshold = KernelSwitches(rawValue: 1 << 15)

    /// Every flag with its name, in order.
    package static let named: [(name: String, flag: KernelSwitches)] = [
        ("localityReset", .localityReset), ("shmemEligible", .shmemEligible), ("perVmaState", .perVMAState),
        ("savedWrite", .savedWrite), ("largeFolioHint", .largeFolioHint), ("thpSharedFlag", .hugePageSharedFlag),
        ("isolateUnderPTL", .isolateUnderLock), ("noAccountIfChanged", .noAccountIfChanged),
        ("memorylessDstCheck", .memorylessDestinationCheck), ("preferManyBalancing", .preferManyBalancing),
        ("cpupidXchgOnLocal", .exchangeOnLocal), ("cpusetSingleNodeSkip", .cpusetSingleNodeSkip),
        ("swapSkipsKthreads", .swapSkipsKernelThreads), ("armFilterUnified", .unifiedArmingFilter),
        ("tieringMode", .tieringMode), ("promotionThreshold", .promotionThreshold),
    ]

    /// The flags a mainline or stable kernel of this version is expected to have.
    package init(release: KernelRelease) {
        var flags: KernelSwitches = []
        func insert(_ flag: KernelSwitches, if holds: Bool) {
            if holds { flags.insert(flag) }
        }
        let from = { (major: Int, minor: Int) in release >= KernelRelease(major, minor) }
        insert(.localityReset, if: from(7, 3) || release.isBranch(6, 12, atLeast: 117))
        insert(.shmemEligible, if: from(7, 3) || release.isBranch(6, 12, atLeast: 109))
        insert(.perVMAState, if: from(6, 7))
        insert(.savedWrite, if: !from(6, 2))
        insert(.largeFolioHint, if: from(6, 10))
        insert(.hugePageSharedFlag, if: from(6, 12))
        insert(.isolateUnderLock, if: from(6, 11) || release.isBranch(6, 10, atLeast: 4))
        insert(
            .noAccountIfChanged,
            if: from(6, 11) || release.isBranch(6, 10, atLeast: 7) || release.isBranch(6, 1, atLeast: 107))
        insert(.memorylessDestinationCheck, if: from(6, 9))
        insert(.preferManyBalancing, if: from(6, 10))
        insert(.exchangeOnLocal, if: !from(5, 15))
        insert(.cpusetSingleNodeSkip, if: from(6, 16))
        insert(.swapSkipsKernelThreads, if: from(6, 16))
        insert(.unifiedArmingFilter, if: from(6, 13))
        insert(.tieringMode, if: from(5, 18))
        insert(.promotionThreshold, if: from(6, 1))
        self = flags
    }
}
