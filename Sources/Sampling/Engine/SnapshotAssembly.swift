import NUMATopology
import Snapshots

/// Makes the records of a snapshot from what is tracked: processes, and the groups they are in.
enum SnapshotAssembly {
    /// The record of one process: the one that was published before, where nothing changed.
    ///
    /// - Parameters:
    ///   - inheritsMigrated: Whether tasks begin with their parents' counts of migrated pages.
    ///   - numaGroups: What the iterator told of groups, by their identities.
    static func record(
        of process: TrackedProcess, units: HostUnits, nodeByCPU: [NodeID?], onlineCPUs: CPUSet,
        inheritsMigrated: Bool = false, numaGroups: [UInt64: NUMAGroupRecord] = [:]
    ) -> ProcessRecord {
        var record =
            process.record
            ?? newRecord(
                of: process, units: units, nodeByCPU: nodeByCPU, onlineCPUs: onlineCPUs, numaGroups: numaGroups,
                inheritsMigrated: inheritsMigrated)
        process.record = record
        record.unchangedAtNanoseconds = process.unchangedAt
        return record
    }

    private static func newRecord(
        of process: TrackedProcess, units: HostUnits, nodeByCPU: [NodeID?], onlineCPUs: CPUSet,
        numaGroups: [UInt64: NUMAGroupRecord], inheritsMigrated: Bool
    ) -> ProcessRecord {
        var record = ProcessRecord(
            identity: process.identity, command: process.command, groupName: process.groupName)
        record.parentPID = process.parentPID
        record.uid = process.uid
        record.ownerUID = process.ownerUID
        record.cgroupPath = process.cgroupPath
        record.$groupIdentity = process.$groupIdentity
        record.groupCgroupPath = process.groupCgroupPath
        record.jobStep = process.jobStep
        record.threadCount = process.threadCount
        record.residentBytes = units.bytes(pages: process.residentPages)
        record.cpuNanoseconds = units.nanoseconds(ticks: process.cpuTicks)
        record.cpuNanosecondsByNode = process.cpuNanosecondsByNode
        record.uncertainCPUNanoseconds = process.uncertainCPUNanoseconds
        record.threadNodeChanges = process.threadNodeChanges
        record.$recentCPU = process.$recentCPU
        record.threads.reserveCapacity(process.threads.count)
        for tid in process.threads.keys.sorted() {
            guard var thread = process.threads[tid]?.record else { continue }
            if inheritsMigrated { thread.migratedPages = nil }
            record.threads.append(thread)
        }
        record.threadsByNode.unlocated = process.unreadThreadCount
        for thread in record.threads {
            if let node = thread.node {
                record.threadsByNode[node] += 1
            } else {
                record.threadsByNode.unlocated += 1
            }
        }
        record.allowedCPUNodes = process.allowedCPUs.flatMap { nodes(of: $0, nodeByCPU, onlineCPUs) }
        record.allowedMemoryNodes = process.allowedMemoryNodes
        record.ledger = ledger(of: process)
        if inheritsMigrated { record.ledger?.migratedPages = nil }
        let identities = Set(process.threads.values.compactMap(\.groupIdentity))
        let known = identities.sorted().compactMap { numaGroups[$0] }
        if !known.isEmpty { record.numaGroups = known }
        record.scans = ScanSummary(record.threads.lazy.compactMap(\.kernel))
        record.threadsByState = states(of: record.threads)
        if record.threadsByState != nil { record.nextScanAtNanoseconds = process.nextScanAt }
        record.$placement = process.$placement
        record.placementGap = process.placementGap
        if record.recentCPU == nil { record.recentCPU = lifetimeCPU(of: process) }
        record.locality = locality(of: record)
        record.denied = process.denied
        return record
    }

    /// The nodes of some CPUs; nil where the node of an online one, or of all, is not known.
    private static func nodes(of cpus: CPUSet, _ nodeByCPU: [NodeID?], _ online: CPUSet) -> NodeSet? {
        let hasUnknown = cpus.intersection(online).contains { $0 >= nodeByCPU.count || nodeByCPU[$0] == nil }
        guard !nodeByCPU.isEmpty, !hasUnknown else { return nil }
        var result = NodeSet()
        // `Cpus_allowed` names possible CPUs, most of which may not exist: only those of a node count.
        for (cpu, node) in nodeByCPU.enumerated() {
            if let node, cpus.contains(cpu) { result.insert(node) }
        }
        return result
    }

    /// The sum of the threads' ledgers; nil when none was readable.
    private static func ledger(of process: TrackedProcess) -> LedgerSummary? {
        var ledger = LedgerSummary()
        var groups: Set<Int32> = []
        var displacedTasks = 0
        // Tasks that may be displaced for all that is known.
        var unknownTasks = process.unreadThreadCount
        for thread in process.threads.values {
            if let sequence = thread.scanSequence { ledger.scanSequence = max(ledger.scanSequence ?? 0, sequence) }
            guard let migrated = thread.record.migratedPages else {
                unknownTasks += 1
                continue
            }
            ledger.taskCount += 1
            ledger.migratedPages = ledger.migratedPages.map { $0.addingSaturated(migrated) }
            ledger.privatePages += thread.record.privatePages ?? NodeValues()
            ledger.sharedPages += thread.record.sharedPages ?? NodeValues()
            if let group = thread.record.groupID, group != 0 { groups.insert(group) }
            if let preferred = thread.record.preferredNode {
                ledger.tasksByPreferredNode[preferred] += 1
                if let node = thread.record.node {
                    if node != preferred { displacedTasks += 1 }
                } else {
                    unknownTasks += 1
                }
            } else {
                ledger.tasksWithoutPreferredNode += 1
            }
        }
        guard ledger.taskCount > 0 else { return nil }
        // At least so many; none of some that are known is not none of all.
        if displacedTasks > 0 || unknownTasks == 0 { ledger.tasksOffPreferredNode = displacedTasks }
        ledger.groupIDs = groups.sorted()
        ledger.changePages = process.faultChange
        return ledger
    }

    /// The groups of the processes, ascending by name.
    ///
    /// - Parameters:
    ///   - totals: What their tasks did since observing began, those that have exited included.
    ///   - accounts: What the kernel accounts to cgroups, by path.
    ///   - names: What an administrator calls them.
    static func groups(
        of processes: [ProcessRecord], totals: GroupTotals, accounts: [String: CgroupAccount] = [:],
        names: GivenNames = GivenNames()
    ) -> [GroupRecord] {
        var groups: [String: GroupRecord] = [:]
        var mapped: [String: MappedSum] = [:]
        var cgroups: [String: Set<String?>] = [:]
        var counted: [String: Set<UInt64>] = [:]
        for process in processes {
            var group = groups.removeValue(forKey: process.groupName) ?? GroupRecord(name: process.groupName)
            group.identity = process.groupIdentity
            if let step = process.jobStep, !group.jobSteps.contains(step) { group.jobSteps.append(step) }
            cgroups[group.name, default: []].insert(process.groupCgroupPath)
            group.pids.append(process.identity.pid)
            group.threadCount += process.threadCount
            group.residentBytes = group.residentBytes.addingSaturated(process.residentBytes)
            group.threadsByNode += process.threadsByNode
            if let ledger = process.ledger { add(ledger, to: &group) }
            if process.threadsByState != nil {
                addKernelView(of: process, to: &group, counted: &counted[process.groupName, default: []])
            }
            if let scans = process.scans {
                var sum = group.scans ?? ScanSummary()
                sum += scans
                group.scans = sum
            }
            add(process.placement, to: &group)
            if let placement = process.placement {
                mapped[group.name, default: MappedSum()].add(placement, to: &group)
                group.memorySource = mapped[group.name]?.source
            }
            groups[group.name] = group
        }
        var result = groups.values.sorted { $0.name < $1.name }.map { group in
            var group = group
            let total = totals[group.name]
            group.migratedPagesTotal = total.migratedPages
            group.cpuNanosecondsByNode = total.cpuNanosecondsByNode
            group.uncertainCPUNanoseconds = total.uncertainCPUNanoseconds
            group.threadNodeChanges = total.threadNodeChanges
            group.hasChangedOwner = totals.hasChangedOwner(group.name)
            group.jobSteps.sort()
            group.title = names.title(of: group.identity)
            return group
        }
        account(&result, cgroups: cgroups, accounts: accounts)
        return result
    }

    private static func add(_ ledger: LedgerSummary, to group: inout GroupRecord) {
        guard var sum = group.ledger else {
            group.ledger = ledger
            // Scans are counted per address space: a group has none.
            group.ledger?.scanSequence = nil
            return
        }
        group.ledger = nil
        sum.taskCount += ledger.taskCount
        sum.privatePages += ledger.privatePages
        sum.sharedPages += ledger.sharedPages
        if let change = ledger.changePages {
            var total = sum.changePages ?? NodeValues()
            total += change
            sum.changePages = total
        }
        sum.migratedPages = sum.migratedPages.flatMap { sum in ledger.migratedPages.map(sum.addingSaturated) }
        sum.tasksByPreferredNode += ledger.tasksByPreferredNode
        sum.tasksWithoutPreferredNode += ledger.tasksWithoutPreferredNode
        let displaced = (sum.tasksOffPreferredNode ?? 0) + (ledger.tasksOffPreferredNode ?? 0)
        let isWhole = sum.tasksOffPreferredNode != nil && ledger.tasksOffPreferredNode != nil
        sum.tasksOffPreferredNode = isWhole || displaced > 0 ? displaced : nil
        sum.groupIDs = Array(Set(sum.groupIDs).union(ledger.groupIDs)).sorted()
        group.ledger = sum
    }

    private static func add(_ placement: PlacementRecord?, to group: inout GroupRecord) {
        guard let placement else {
            group.unplacedProcessCount += 1
            return
        }
        group.placedProcessCount += 1
        add(placement.bytesByClass, to: &group.bytesByClass)
        if let policies = placement.bytesByPolicy {
            add(policies, to: &group.bytesByPolicy)
        } else {
            group.unknownPolicyBytes = group.unknownPolicyBytes.addingSaturated(placement.bytes.total)
                .addingSaturated(placement.unlocatedBytes ?? 0)
        }
        if let width = placement.halfWidth95Bytes {
            // Widths add up linearly: wider than independent errors would give, never too narrow.
            var sum = group.halfWidth95Bytes ?? NodeValues()
            sum += width
            group.halfWidth95Bytes = sum
        }
    }

    /// Adds in place: the sums are in no other's hands meanwhile and need not be copied.
    private static func add<Key>(_ amounts: [Key: NodeValues<UInt64>], to sums: inout [Key: NodeValues<UInt64>]?) {
        var all = sums ?? [:]
        sums = nil
        for (key, bytes) in amounts { all[key, default: NodeValues()] += bytes }
        sums = all
    }
}
