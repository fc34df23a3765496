import NUMATopology
import Snapshots

/// How much of the CPU time was spent on the node of the memory in use: ``Locality`` of processes, groups and the host.
///
/// Of a group there are two ways to it. Its processes, each with memory of its own, are added up by their CPU time; or, where its
/// cgroups have an account, all of its CPU time is held against all of its memory. The former tells more where each process has
/// a node of its own, the latter is of this round and has no gaps. Both bounds hold, so that the narrower ones are taken.
extension SnapshotAssembly {
    static func locality(of process: ProcessRecord) -> BoundedRatio? {
        guard let cpu = process.recentCPU, let placement = process.placement, let memory = placement.judgedMemory else {
            return nil
        }
        return Locality.ratio(cpu: cpu, memory: memory, source: placement.figureSource)
    }

    /// All the CPU time of a process that was read for the first time, on the nodes its threads are on: nobody saw where else.
    static func lifetimeCPU(of process: TrackedProcess) -> RecentCPUTime? {
        var result = RecentCPUTime()
        for thread in process.threads.values {
            let time = thread.record.cpuNanoseconds
            result.byNode.add(time, on: thread.record.node)
            guard let node = thread.record.node else { continue }
            if thread.migrationCount == 0 || process.onlyCPUNode == node {
                result.certainByNode.add(time, on: node)
            }
        }
        return result.total > 0 ? result : nil
    }

    /// What is added up of a group.
    private struct Members {
        var parts: [(weight: Double, ratio: BoundedRatio?)] = []
        var cpu = RecentCPUTime()

        mutating func add(_ process: ProcessRecord) {
            guard let cpu = process.recentCPU else { return }
            parts.append((Double(cpu.total), process.locality))
            self.cpu += cpu
        }
    }

    /// Gives groups their locality.
    ///
    /// Processes count by their CPU time of late, if they ran in this round; where none of a group did, as they ran last.
    ///
    /// - Returns: That of the host: of all groups by their CPU time.
    static func judgeLocality(of groups: inout [GroupRecord], processes: [ProcessRecord]) -> BoundedRatio? {
        var running: [String: Members] = [:]
        var resting: [String: Members] = [:]
        for process in processes {
            if process.unchangedAtNanoseconds == nil {
                running[process.groupName, default: Members()].add(process)
            } else {
                resting[process.groupName, default: Members()].add(process)
            }
        }
        var parts: [(weight: Double, ratio: BoundedRatio?)] = []
        for index in groups.indices {
            let name = groups[index].name
            let active = running[name].flatMap { $0.cpu.total > 0 ? $0 : nil }
            guard let members = active ?? resting[name] else { continue }
            groups[index].locality = locality(of: groups[index], members)
            if active != nil { parts.append((Double(members.cpu.total), groups[index].locality)) }
        }
        return Locality.ratio(of: parts)
    }

    private static func locality(of group: GroupRecord, _ members: Members) -> BoundedRatio? {
        let added = Locality.ratio(of: members.parts)
        guard case .cgroup? = group.memorySource, let bytes = group.bytesByClass?.judgedBytes,
            let accounted = Locality.ratio(cpu: members.cpu, memory: Locality.Memory(bytes: bytes), source: .account)
        else { return added }
        guard let added, added.high - added.low < accounted.high - accounted.low else { return accounted }
        return added
    }
}
