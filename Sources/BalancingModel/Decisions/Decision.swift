/// What the model says the kernel would do with the page of one hint fault, which rule said so, and the numbers that
/// entered.
package struct Decision: Hashable, Sendable {
    /// Trace clock of the `misplaced` event, nanoseconds.
    package var timeNanoseconds: UInt64
    package var tid: Int32
    package var cpu: Int32
    /// The faulting address, aligned to its page.
    package var address: UInt64
    /// The predicted target node, or -1 to leave the page.
    package var target: Int32 = -1
    /// What the kernel answered, kept to compare with; absent if it was not seen.
    package var observedTarget: Int32?
    package var rule: DecisionRule = .unknown
    /// The page's node before the fault; -1 if unknown.
    package var sourceNode: Int32 = -1
    /// The node of the faulting CPU; -1 if unknown.
    package var cpuNode: Int32 = -1
    package var evidence = Evidence()

    /// The numbers a decision was made from, as they were when the kernel asked (`should_numa_migrate_memory`).
    package struct Evidence: Hashable, Sendable {
        /// `last_cpupid` before this fault, as the kernel reported it afterwards.
        package var lastCPUPID: Int32?
        /// `numa_scan_seq` of the task.
        package var scanSequence: Int32 = 0
        /// `numa_preferred_nid` of the task.
        package var preferredNode: Int32 = -1
        /// `numa_group_id`, 0 for none.
        package var groupID: Int32 = 0
        /// Group CPU share at the faulting CPU's node and at the page's, Q16 fixed point.
        package var groupCPUHere: UInt64 = 0
        package var groupCPUThere: UInt64 = 0
        /// Group faults at the faulting CPU's node and at the page's, base pages.
        package var groupFaultsHere: UInt64 = 0
        package var groupFaultsThere: UInt64 = 0
        /// Whether the group's membership rests on a guess about two groups of equal size.
        package var isGroupUncertain = false
        /// Nodes that run more than a third of what the group's busiest does (`active_nodes`).
        package var groupActiveNodes: Int32 = 0
        /// Members of the group whose part in the sums is not known in full.
        package var unsettledMembers: Int32 = 0
        /// Events of this task were lost, or it was there before the stream began, and what entered the decision is not
        /// known (again): it is no test of the model.
        package var isResynchronising = false

        package init() {}
    }

    package init(timeNanoseconds: UInt64, tid: Int32, cpu: Int32, address: UInt64) {
        self.timeNanoseconds = timeNanoseconds
        self.tid = tid
        self.cpu = cpu
        self.address = address
    }

    /// Whether the page was known to be away from the faulting CPU's node.
    package var isRemote: Bool { sourceNode >= 0 && sourceNode != cpuNode }

    /// Whether the kernel agreed; absent if its answer was not seen.
    package var isRight: Bool? { observedTarget.map { $0 == target } }

    /// The numbers that entered, each with how it is known.
    package var quantities: [Quantity] {
        // Without the task's past the model has nothing but what it began with.
        let task: Quantity.Provenance = evidence.isResynchronising ? .unknown : .modelled
        let group: Quantity.Provenance = evidence.isGroupUncertain ? .unknown : task
        var list = [
            Quantity(name: "cpu_nid", value: Int64(cpuNode), provenance: cpuNode >= 0 ? .observed : .unknown),
            Quantity(name: "src_nid", value: Int64(sourceNode), provenance: sourceNode >= 0 ? .observed : .unknown),
            Quantity(
                name: "last_cpupid", value: Int64(evidence.lastCPUPID ?? -1),
                provenance: evidence.lastCPUPID == nil ? .unknown : .observed),
        ]
        switch rule {
        case .local, .policy, .memoryless, .unaccounted, .tieringPromote, .tieringStay, .slowNodeUnset:
            break
        case .earlyLife, .twoStage, .private, .noGroup, .unknown:
            list.append(
                Quantity(name: "numa_scan_seq", value: Int64(evidence.scanSequence), provenance: task))
            list.append(
                Quantity(name: "numa_preferred_nid", value: Int64(evidence.preferredNode), provenance: task))
        case .cpuRatio, .cpuMemRatio:
            list.append(Quantity(name: "numa_group_id", value: Int64(evidence.groupID), provenance: group))
            list.append(
                Quantity(name: "group_cpu_dst", value: Int64(clamping: evidence.groupCPUHere), provenance: group))
            list.append(
                Quantity(name: "group_cpu_src", value: Int64(clamping: evidence.groupCPUThere), provenance: group))
            list.append(
                Quantity(name: "group_mem_dst", value: Int64(clamping: evidence.groupFaultsHere), provenance: group))
            list.append(
                Quantity(name: "group_mem_src", value: Int64(clamping: evidence.groupFaultsThere), provenance: group))
        }
        return list
    }
}
