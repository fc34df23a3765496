import NUMATopology
import Snapshots

/// What memory a group has: the kernel's account of its cgroups where there is one, else its processes' mappings, in which
/// what they share counts once.
extension SnapshotAssembly {
    /// The mappings of a group's processes, as they are added up.
    struct MappedSum {
        /// By the key of shared mappings: the most that any process maps of it, by node.
        private var counted: [UInt64: NodeValues<UInt64>] = [:]
        private(set) var namelessSharedBytes: UInt64 = 0
        /// Processes with memory that others may map under no name.
        private(set) var namelessProcesses = 0

        /// Takes off a group's sums what the mappings of this process share with those before it.
        ///
        /// Processes map parts of what they share. What all of them map together is at least what one of them does: of
        /// each mapping the largest amount on each node counts.
        mutating func add(_ placement: PlacementRecord, to group: inout GroupRecord) {
            if placement.namelessSharedBytes > 0 {
                namelessSharedBytes = namelessSharedBytes.addingSaturated(placement.namelessSharedBytes)
                namelessProcesses += 1
            }
            for mapping in placement.sharedMappings {
                guard var most = counted[mapping.key] else {
                    counted[mapping.key] = mapping.bytes
                    continue
                }
                let again = most.formMaximum(mapping.bytes)
                group.bytesByClass?[mapping.memoryClass]? -= again
                group.bytesByPolicy?[mapping.policy]? -= again
                counted[mapping.key] = most
            }
        }

        /// Where the sums come from. What one process alone maps counts once whatever others may map of it.
        var source: GroupMemorySource {
            .mappings(sharedBytes: namelessProcesses > 1 ? namelessSharedBytes : 0)
        }
    }

    /// Gives groups the kernel's account of their cgroups.
    ///
    /// A group has it if all its processes are in cgroups that have one. Of cgroups within each other the outermost
    /// counts, as its account holds those below; the cgroups of *other* groups that lie below are taken off again.
    ///
    /// - Parameters:
    ///   - cgroups: Of each group, by name, the cgroups its processes are in; nil among them for a process in none.
    ///   - accounts: By cgroup.
    static func account(
        _ groups: inout [GroupRecord], cgroups: [String: Set<String?>], accounts: [String: CgroupAccount]
    ) {
        guard !accounts.isEmpty else { return }
        var owner: [String: Int] = [:]
        for (index, group) in groups.enumerated() {
            for case .some(let path) in cgroups[group.name] ?? [] { owner[path] = index }
        }
        // Of each group, its cgroups that lie in none of its own, and those of other groups that lie next below its own.
        var tops: [Int: [CgroupAccount]] = [:]
        var others: [Int: [CgroupAccount]] = [:]
        for (path, index) in owner {
            let above = nearest(above: path, in: owner).flatMap { owner[$0] }
            guard above != index, let account = accounts[path] else { continue }
            tops[index, default: []].append(account)
            if let above { others[above, default: []].append(account) }
        }
        for (index, accounted) in tops
        where (cgroups[groups[index].name] ?? []).allSatisfy({ path in path.map { accounts[$0] != nil } ?? false }) {
            apply(accounted, less: others[index] ?? [], to: &groups[index])
        }
    }

    /// The innermost of some cgroups that a path lies below.
    private static func nearest(above path: String, in owner: [String: Int]) -> String? {
        var rest = path[...]
        while rest != "/", let slash = rest.lastIndex(of: "/") {
            rest = slash == rest.startIndex ? "/" : rest[..<slash]
            if owner[String(rest)] != nil { return String(rest) }
        }
        return nil
    }

    private static func apply(_ tops: [CgroupAccount], less others: [CgroupAccount], to group: inout GroupRecord) {
        var classes: [MemoryClass: NodeValues<UInt64>] = [:]
        var counters: [String: UInt64] = [:]
        var current: UInt64? = 0
        for account in tops {
            for (kind, bytes) in account.bytesByClass {
                classes[kind, default: NodeValues()] += bytes
            }
            for (name, value) in account.counters { counters[name] = (counters[name] ?? 0).addingSaturated(value) }
            current = current.flatMap { sum in account.currentBytes.map { sum.addingSaturated($0) } }
        }
        for account in others {
            for (kind, bytes) in account.bytesByClass {
                // Read at other instants, and a page may have changed its owner in between.
                classes[kind]? -= bytes
            }
            for (name, value) in account.counters {
                if let sum = counters[name] { counters[name] = sum - min(value, sum) }
            }
            current = current.map { $0 - min($0, account.currentBytes ?? 0) }
        }
        // Huge pages of hugetlbfs are mostly in no account of a cgroup's: what the mappings tell of them stays.
        func isAccounted(_ kind: MemoryClass) -> Bool {
            guard case .huge(let size) = kind else { return true }
            return tops.allSatisfy { $0.hugePageSizes.contains(size) }
        }
        classes = classes.filter { isAccounted($0.key) }
        for (kind, bytes) in group.bytesByClass ?? [:] where !isAccounted(kind) { classes[kind] = bytes }
        group.bytesByClass = classes
        group.memorySource = .cgroup(count: tops.count)
        group.halfWidth95Bytes = nil
        group.accountTakenAtNanoseconds = (tops + others).map(\.takenAtNanoseconds).min()
        group.currentBytes = current
        group.kernelCounters = counters.isEmpty ? nil : counters
    }
}
