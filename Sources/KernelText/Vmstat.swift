/// The NUMA, migration and fault counters of `/proc/vmstat`, of a node's `vmstat`, and of a cgroup's `memory.stat`.
///
/// Counts since boot. A counter this kernel does not print is nil: it differs by version, configuration and file (a
/// node's file has no `numa_hint_*` events). Any other counter: ``CounterLines/value(of:in:file:)``.
package struct Vmstat: Hashable, Sendable {
    /// `numa_pte_updates`: base pages armed by the scanner; a transparent huge page counts 512 on x86-64.
    package var numaPTEUpdates: UInt64?
    /// `numa_huge_pte_updates`: huge entries changed, for any cause.
    package var numaHugePTEUpdates: UInt64?
    /// `numa_hint_faults`: hint faults counted, a huge page as one.
    package var numaHintFaults: UInt64?
    /// `numa_hint_faults_local`: those whose page was on the faulting CPU's node.
    package var numaHintFaultsLocal: UInt64?
    /// `numa_pages_migrated`: base pages moved by hint faults.
    package var numaPagesMigrated: UInt64?
    /// `pgmigrate_success`: base pages, all reasons.
    package var pagesMigrateSuccess: UInt64?
    /// `pgmigrate_fail`
    package var pagesMigrateFail: UInt64?
    /// `thp_migration_success`
    package var thpMigrationSuccess: UInt64?
    /// `thp_migration_fail`
    package var thpMigrationFail: UInt64?
    /// `thp_migration_split`
    package var thpMigrationSplit: UInt64?
    /// `pgpromote_success`
    package var pagesPromoteSuccess: UInt64?
    /// `pgpromote_candidate`
    package var pagesPromoteCandidate: UInt64?
    /// `pgpromote_candidate_nrl`: not rate limited; since 6.18.
    package var pagesPromoteCandidateNotLimited: UInt64?
    /// `pgdemote_kswapd`
    package var pagesDemoteKswapd: UInt64?
    /// `pgdemote_direct`
    package var pagesDemoteDirect: UInt64?
    /// `pgdemote_khugepaged`: since 6.5 or so.
    package var pagesDemoteKhugepaged: UInt64?
    /// `pgdemote_proactive`: since 6.16 at the latest.
    package var pagesDemoteProactive: UInt64?
    /// `numa_hit`: pages allocated on the node asked for.
    package var numaHit: UInt64?
    /// `numa_miss`
    package var numaMiss: UInt64?
    /// `numa_foreign`
    package var numaForeign: UInt64?
    /// `numa_interleave`
    package var numaInterleave: UInt64?
    /// `numa_local`
    package var numaLocal: UInt64?
    /// `numa_other`
    package var numaOther: UInt64?
    /// `pgfault`
    package var pageFaults: UInt64?
    /// `pgmajfault`
    package var majorPageFaults: UInt64?
    /// `numa_task_migrated`: only in some 6.16 release candidates.
    package var numaTaskMigrated: UInt64?
    /// `numa_task_swapped`: only in some 6.16 release candidates.
    package var numaTaskSwapped: UInt64?

    package init() {}

    /// Reads a whole file. Allocates nothing.
    package init(parsing bytes: Span<UInt8>, file: KernelFile = .vmstat) throws(KernelTextError) {
        self.init()
        var counters = Vmstat()
        try CounterLines.forEach(bytes, file: file) { (name, value) throws(KernelTextError) in
            counters.assign(bytes, name, value)
        }
        self = counters
    }

    @inline(__always)
    private mutating func assign(_ bytes: Span<UInt8>, _ name: Range<Int>, _ value: UInt64) {
        switch bytes[name.lowerBound] {
        case 0x6E where bytes.hasPrefix("numa_", name.lowerBound, name.upperBound): assignNUMA(bytes, name, value)
        case 0x70 where bytes.hasPrefix("pg", name.lowerBound, name.upperBound): assignPages(bytes, name, value)
        case 0x74 where bytes.hasPrefix("thp_migration", name.lowerBound, name.upperBound):
            if bytes.equals("thp_migration_success", name) {
                thpMigrationSuccess = value
            } else if bytes.equals("thp_migration_fail", name) {
                thpMigrationFail = value
            } else if bytes.equals("thp_migration_split", name) {
                thpMigrationSplit = value
            }
        default: break
        }
    }

    private static let numaFields: [(String, any WritableKeyPath<Vmstat, UInt64?> & Sendable)] = [
        ("numa_pte_updates", \.numaPTEUpdates),
        ("numa_huge_pte_updates", \.numaHugePTEUpdates),
        ("numa_hint_faults", \.numaHintFaults),
        ("numa_hint_faults_local", \.numaHintFaultsLocal),
        ("numa_pages_migrated", \.numaPagesMigrated),
        ("numa_hit", \.numaHit),
        ("numa_miss", \.numaMiss),
        ("numa_foreign", \.numaForeign),
        ("numa_interleave", \.numaInterleave),
        ("numa_local", \.numaLocal),
        ("numa_other", \.numaOther),
        ("numa_task_migrated", \.numaTaskMigrated),
        ("numa_task_swapped", \.numaTaskSwapped),
    ]

    private static let pageFields: [(String, any WritableKeyPath<Vmstat, UInt64?> & Sendable)] = [
        ("pgmigrate_success", \.pagesMigrateSuccess),
        ("pgmigrate_fail", \.pagesMigrateFail),
        ("pgpromote_success", \.pagesPromoteSuccess),
        ("pgpromote_candidate", \.pagesPromoteCandidate),
        ("pgpromote_candidate_nrl", \.pagesPromoteCandidateNotLimited),
        ("pgdemote_kswapd", \.pagesDemoteKswapd),
        ("pgdemote_direct", \.pagesDemoteDirect),
        ("pgdemote_khugepaged", \.pagesDemoteKhugepaged),
        ("pgdemote_proactive", \.pagesDemoteProactive),
        ("pgfault", \.pageFaults),
        ("pgmajfault", \.majorPageFaults),
    ]

    private mutating func assignNUMA(_ bytes: Span<UInt8>, _ name: Range<Int>, _ value: UInt64) {
        for (field, path) in Self.numaFields where bytes.equals(field, name) {
            self[keyPath: path] = value
            return
        }
    }

    private mutating func assignPages(_ bytes: Span<UInt8>, _ name: Range<Int>, _ value: UInt64) {
        for (field, path) in Self.pageFields where bytes.equals(field, name) {
            self[keyPath: path] = value
            return
        }
    }
}
