import NUMATopology
import Snapshots

/// What the iterator tells of threads, as it is added up for processes and groups.
extension SnapshotAssembly {
    /// Threads by their state; nil where it is known of none.
    static func states(of threads: [ThreadRecord]) -> [String: Int]? {
        var states: [String: Int] = [:]
        for thread in threads {
            if let state = thread.kernel?.state { states[state, default: 0] += 1 }
        }
        return states.isEmpty ? nil : states
    }

    /// Adds what is told of a process to its group.
    ///
    /// - Parameter counted: The NUMA groups that are in the sum: several processes may be in one, which counts once.
    static func addKernelView(of process: ProcessRecord, to group: inout GroupRecord, counted: inout Set<UInt64>) {
        if let states = process.threadsByState {
            group.threadsByState = (group.threadsByState ?? [:]).merging(states, uniquingKeysWith: +)
        }
        for numaGroup in process.numaGroups ?? [] where counted.insert(numaGroup.identity).inserted {
            guard let faults = numaGroup.cpuFaults else { continue }
            var sum = group.cpuFaults ?? NodeValues()
            sum += faults
            group.cpuFaults = sum
        }
    }
}
