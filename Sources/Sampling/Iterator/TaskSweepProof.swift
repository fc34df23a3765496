import KernelText
import LinuxSystem
import TaskIterator

/// Holds what the iterator says of a thread against what `/proc` says of it.
///
/// Of one that sleeps, and has the same run time to the nanosecond in both, nothing can have changed between the two readings
/// but what others change (its group's figures and its memory's scan sequence, which are left out). One thread of which
/// everything else is equal is enough: the places of the fields are the same for all.
enum TaskSweepProof {
    enum Outcome: Equatable {
        case proved
        /// No thread stood still for the moment it takes.
        case undecided
        case differs(String)
    }

    /// Threads that are tried: those with a ledger first, which say more.
    private static let mostTried = 24

    static func outcome(of sweep: TaskSweep, in root: any HostRoot) -> Outcome {
        var candidates: [TaskRecord] = []
        for tid in sweep.keptThreads {
            guard let (record, _) = sweep.record(of: tid), record.state != 0, !record.isTorn else { continue }
            candidates.append(record)
        }
        candidates.sort { ($0.totalFaults == 0 ? 1 : 0, $0.tid) < ($1.totalFaults == 0 ? 1 : 0, $1.tid) }
        var outcome = Outcome.undecided
        for record in candidates.prefix(mostTried) {
            let path = "/proc/\(record.processID)/task/\(record.tid)/sched"
            guard let bytes = try? root.readBytes(path, limitBytes: ProcessFiles.defaultReadLimitBytes),
                let sched = try? TaskSched(parsing: bytes.span), !sched.isTorn,
                sched.sumExecRuntimeNanoseconds == record.runNanoseconds
            else { continue }
            if let difference = difference(sched, record) { return .differs("\(path) has \(difference)") }
            outcome = .proved
            // Without a ledger it says little of where the arrays are; the next may have one.
            if sched.totalFaults ?? 0 > 0 { break }
        }
        return outcome
    }

    private static func difference(_ sched: TaskSched, _ record: TaskRecord) -> String? {
        func compare(_ name: String, _ theirs: Int64?, _ ours: Int64?) -> String? {
            guard let theirs, let ours, theirs != ours else { return nil }
            return "\(name) \(theirs), the iterator \(ours)"
        }
        func count(_ value: UInt64?) -> Int64? { value.map { Int64(truncatingIfNeeded: $0) } }
        var found =
            compare("nr_migrations", count(sched.migrationCount), count(record.migrationCount))
            ?? compare("numa_pages_migrated", count(sched.pagesMigrated), count(record.pagesMigrated))
            ?? compare("total_numa_faults", count(sched.totalFaults), count(record.totalFaults))
            ?? compare("numa_preferred_nid", sched.preferredNode.map(Int64.init), record.preferredNode.map(Int64.init))
            ?? compare("numa_group_id", sched.groupID.map(Int64.init), Int64(record.group?.groupID ?? 0))
        guard found == nil, let faults = record.faults else { return found }
        for line in sched.faults {
            let ours = faults.indices.contains(line.node) ? faults[line.node].averages : nil
            found =
                found
                ?? compare(
                    "task_private of node \(line.node)", count(line.taskPrivate), count(ours?.memoryPrivate ?? 0))
                ?? compare("task_shared of node \(line.node)", count(line.taskShared), count(ours?.memoryShared ?? 0))
        }
        return found
    }
}
