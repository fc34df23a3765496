import BalancingModel
import KernelText
import LinuxSystem

/// Readings of ledgers for whoever traces.
extension LedgerReader {
    /// Takes the readings since the last call.
    mutating func takeReadings() -> [BalancingEvent] {
        guard !readings.isEmpty else { return [] }
        let taken = readings
        readings = []
        return taken
    }

    /// The ledger as the tracer's model compares it; the time is that after the read.
    ///
    /// - Parameter groupOrder: Where its group lies among the others, where the iterator told.
    mutating func keepReading(of tid: Int32, _ process: Int32, at time: UInt64, groupOrder: UInt64? = nil) {
        guard sched.totalFaults != nil else { return }
        var mark = BalancingEvent.LedgerMark(tid: tid)
        mark.processID = process
        mark.readingNanoseconds = time - min(readingBegan, time)
        mark.sumExecRuntimeNanoseconds = sched.sumExecRuntimeNanoseconds
        mark.scanSequence = sched.scanSequence.map { Int64($0) }
        mark.pagesMigrated = sched.pagesMigrated
        mark.preferredNode = sched.preferredNode.map { Int32(clamping: $0) }
        mark.totalFaults = sched.totalFaults
        mark.currentNode = sched.currentNode.map { Int32(clamping: $0) }
        mark.groupID = sched.groupID.map { Int32(clamping: $0) }
        mark.groupOrder = groupOrder
        mark.nodes = sched.faults.map {
            BalancingEvent.LedgerMark.NodeFaults(
                node: Int32(clamping: $0.node), taskPrivate: $0.taskPrivate, taskShared: $0.taskShared,
                groupPrivate: $0.groupPrivate, groupShared: $0.groupShared)
        }
        readings.append(BalancingEvent(timeNanoseconds: time, tid: tid, cpu: -1, payload: .mark(mark)))
    }
}
