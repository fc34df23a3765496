package import BalancingModel

/// What a replay learned of each task: its faults, its ledger at the end, and how it came there.
///
/// Memory is bounded: at most ``taskLimit`` tasks that faulted or whose ledger changed, each with at most
/// ``sampleLimit`` samples. Where a task has more changes, every second sample is dropped and from then on only every
/// second change kept, again and again: samples stay spread over its life. Tasks beyond the limit are counted together.
package struct TaskFigures: Sendable {
    package static let taskLimit = 2048
    package static let sampleLimit = 32

    /// A ledger at one time.
    package struct Sample: Sendable, Equatable {
        package var timeNanoseconds: UInt64
        package var cause: LedgerChange.Cause
        package var preferredNode: Int32
        package var totalFaults: UInt64
        package var groupID: Int32
        package var scanSequence: Int32
        package var scanPeriodMilliseconds: UInt32
    }

    package struct Task: Sendable, Equatable {
        package var tid: Int32
        package var faults: UInt64 = 0
        package var remoteFaults: UInt64 = 0
        package var migratedPages: UInt64 = 0
        package var comparedDecisions: UInt64 = 0
        package var wrongDecisions: UInt64 = 0
        /// The last ledger seen before the end of the task or the trace.
        package var ledger: LedgerChange?
        package var samples: [Sample] = []
        package var ledgerChanges: UInt64 = 0
        package var hasExited = false
        var stride: UInt64 = 1

        init(tid: Int32) { self.tid = tid }
    }

    /// In the order in which they were first seen.
    package private(set) var tasks: [Task] = []
    /// Faults of tasks beyond the limit.
    package private(set) var otherFaults: UInt64 = 0
    private var indices: [Int32: Int] = [:]

    init() {}

    private mutating func index(_ tid: Int32) -> Int? {
        if let known = indices[tid] { return known }
        guard tasks.count < Self.taskLimit else { return nil }
        indices[tid] = tasks.count
        tasks.append(Task(tid: tid))
        return tasks.count - 1
    }

    mutating func add(_ decision: Decision, answer: Int32?, migratedPages: UInt64) {
        guard let index = index(decision.tid) else {
            otherFaults += 1
            return
        }
        tasks[index].faults += 1
        if decision.isRemote { tasks[index].remoteFaults += 1 }
        tasks[index].migratedPages += migratedPages
        if let answer, !decision.evidence.isResynchronising {
            tasks[index].comparedDecisions += 1
            if answer != decision.target { tasks[index].wrongDecisions += 1 }
        }
    }

    mutating func note(_ change: LedgerChange) {
        // A birth alone is no reason to keep a task: most never fault.
        if change.cause == .birth || change.cause == .exit, indices[change.tid] == nil { return }
        guard let index = index(change.tid) else { return }
        if change.cause == .exit {
            tasks[index].hasExited = true
        } else {
            tasks[index].ledger = change
        }
        tasks[index].ledgerChanges += 1
        guard (tasks[index].ledgerChanges - 1) % tasks[index].stride == 0 else { return }
        if tasks[index].samples.count == Self.sampleLimit {
            tasks[index].samples = tasks[index].samples.indices.filter { $0 % 2 == 0 }.map { tasks[index].samples[$0] }
            tasks[index].stride *= 2
            guard (tasks[index].ledgerChanges - 1) % tasks[index].stride == 0 else { return }
        }
        tasks[index].samples.append(
            Sample(
                timeNanoseconds: change.timeNanoseconds, cause: change.cause, preferredNode: change.preferredNode,
                totalFaults: change.totalFaults, groupID: change.groupID, scanSequence: change.scanSequence,
                scanPeriodMilliseconds: change.scanPeriodMilliseconds))
    }
}
