package import NUMATopology

/// A cpuset of cgroup v1, with those below it.
package struct CpusetV1: Hashable, Sendable {
    /// `cpuset.cpus`.
    package var cpus: CPUSet
    /// `cpuset.effective_cpus`.
    package var effectiveCPUs: CPUSet
    /// `cpuset.sched_load_balance`.
    package var isLoadBalanced: Bool
    /// `cpuset.sched_relax_domain_level`; -1 for none.
    package var relaxDomainLevel: Int
    package var children: [CpusetV1]

    package init(
        cpus: CPUSet, effectiveCPUs: CPUSet, isLoadBalanced: Bool, relaxDomainLevel: Int = -1,
        children: [CpusetV1] = []
    ) {
        self.cpus = cpus
        self.effectiveCPUs = effectiveCPUs
        self.isLoadBalanced = isLoadBalanced
        self.relaxDomainLevel = relaxDomainLevel
        self.children = children
    }

    /// The largest request of this set and the load-balanced ones below it (`update_domain_attr_tree`).
    fileprivate var largestRelaxRequest: Int {
        guard !effectiveCPUs.isEmpty else { return -1 }
        var largest = isLoadBalanced ? relaxDomainLevel : -1
        for child in children {
            largest = max(largest, child.largestRelaxRequest)
        }
        return largest
    }
}

/// A cpuset of cgroup v2, with those below it.
package struct CpusetV2: Hashable, Sendable {
    /// What `cpuset.cpus.partition` says.
    package enum Partition: Hashable, Sendable {
        /// Part of the partition around it; also any invalid partition.
        case member
        /// `root`, valid: a partition of its own.
        case root
        /// `isolated`, valid: without domains.
        case isolated

        /// Reads the file's text; `root invalid (…)` is no partition.
        package init(text: String) {
            switch text {
            case "root": self = .root
            case "isolated": self = .isolated
            default: self = .member
            }
        }
    }

    package var partition: Partition
    /// `cpuset.cpus.effective`.
    package var effectiveCPUs: CPUSet
    package var children: [CpusetV2]

    package init(partition: Partition, effectiveCPUs: CPUSet, children: [CpusetV2] = []) {
        self.partition = partition
        self.effectiveCPUs = effectiveCPUs
        self.children = children
    }
}

/// Which partitions the cpusets of a host make (`generate_sched_domains`, `kernel/cgroup/cpuset.c`).
package enum CpusetPartitions {
    /// The partitions of a v1 hierarchy.
    ///
    /// If the root balances load everything is one partition. Else each topmost balanced cpuset is one, merged with those
    /// it shares CPUs with.
    ///
    /// - Parameter housekeeping: The CPUs not isolated at boot.
    package static func v1(root: CpusetV1, housekeeping: CPUSet) -> [PartitionRequest] {
        if root.isLoadBalanced {
            let cpus = root.effectiveCPUs.intersection(housekeeping)
            return cpus.isEmpty ? [] : [request(cpus, root.largestRelaxRequest)]
        }
        var taken: [(cpus: CPUSet, relax: Int)] = []
        for child in root.children {
            take(child, housekeeping, &taken)
        }
        var merged: [(cpus: CPUSet, relax: Int)] = []
        for set in taken {
            var current = set
            var isDisjoint = false
            while !isDisjoint {
                isDisjoint = true
                for index in merged.indices.reversed() where !merged[index].cpus.isDisjoint(with: current.cpus) {
                    current.cpus.formUnion(merged[index].cpus)
                    current.relax = max(current.relax, merged[index].relax)
                    merged.remove(at: index)
                    isDisjoint = false
                }
            }
            merged.append(current)
        }
        return merged.compactMap { set in
            let cpus = set.cpus.intersection(housekeeping)
            return cpus.isEmpty ? nil : request(cpus, set.relax)
        }
    }

    private static func take(_ set: CpusetV1, _ housekeeping: CPUSet, _ taken: inout [(cpus: CPUSet, relax: Int)]) {
        let isBalanced = set.isLoadBalanced && !set.cpus.isDisjoint(with: housekeeping)
        if !set.cpus.isEmpty, !isBalanced {
            for child in set.children {
                take(child, housekeeping, &taken)
            }
        } else if set.isLoadBalanced, !set.effectiveCPUs.isEmpty {
            taken.append((set.effectiveCPUs, set.largestRelaxRequest))
        }
    }

    private static func request(_ cpus: CPUSet, _ relax: Int) -> PartitionRequest {
        PartitionRequest(cpus: cpus, relaxDomainLevel: relax >= 0 ? relax : nil)
    }

    /// The partitions of a v2 hierarchy: the root's CPUs, and each valid partition root below it.
    ///
    /// - Parameter housekeeping: The CPUs not isolated at boot.
    package static func v2(root: CpusetV2, housekeeping: CPUSet) -> [PartitionRequest] {
        var result: [PartitionRequest] = []
        add(root, isRoot: true, housekeeping, &result)
        return result
    }

    private static func add(
        _ set: CpusetV2, isRoot: Bool, _ housekeeping: CPUSet, _ result: inout [PartitionRequest]
    ) {
        if isRoot || set.partition == .root {
            let cpus = set.effectiveCPUs.intersection(housekeeping)
            if !cpus.isEmpty {
                result.append(PartitionRequest(cpus: cpus))
            }
        }
        for child in set.children {
            add(child, isRoot: false, housekeeping, &result)
        }
    }
}
