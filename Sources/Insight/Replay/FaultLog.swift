import BalancingModel
import Tracing

/// What the trace said of one hint fault, waiting for the model's decision on it.
struct ObservedFault: Sendable {
    var stamp: TraceStamp
    var tid: Int32
    /// The kernel's answer; nil if it was not seen.
    var answer: Int32?
    /// `migrate_check`'s source; -1 if it was not asked.
    var source: Int32 = -1
    var hint: Hint?

    /// What became of the page: as the kernel said or, in the blind drive, as the model did.
    func outcome(of decision: Decision, isBlind: Bool = false) -> FaultOutcome {
        guard let hint else { return .unaccounted }
        if isBlind { return decision.target >= 0 ? .migrated : .stayed }
        if hint.flags.contains(.migrated) { return .migrated }
        return hint.flags.contains(.migrateFail) ? .failed : .stayed
    }

    /// The fault as it was accounted.
    struct Hint: Sendable {
        var memNode: Int32
        var pages: UInt64
        var flags: FaultFlags
        var nanoseconds: UInt64
    }
}

/// The faults seen and not yet decided, in the order of their `misplaced` events.
///
/// The model hands out one decision for each `misplaced` event in that order, so the oldest fault here belongs to the next
/// decision.
struct FaultLog: Sendable {
    private var faults: [ObservedFault?] = []
    private var head = 0
    /// Number of the fault at `head`.
    private var firstNumber: UInt64 = 0
    /// Number of the fault each task is in.
    private var open: [Int32: UInt64] = [:]

    mutating func begin(tid: Int32, stamp: TraceStamp) {
        open[tid] = firstNumber + UInt64(faults.count - head)
        faults.append(ObservedFault(stamp: stamp, tid: tid))
    }

    /// Changes the fault a task is in, if it still waits.
    mutating func update(_ tid: Int32, _ body: (inout ObservedFault) -> Void) {
        guard let number = open[tid], number >= firstNumber else { return }
        let index = head + Int(number - firstNumber)
        guard index < faults.count, var fault = faults[index] else { return }
        body(&fault)
        faults[index] = fault
    }

    /// A task's fault is over, or the task is.
    mutating func end(_ tid: Int32) {
        open[tid] = nil
    }

    /// The oldest fault.
    mutating func takeFirst() -> ObservedFault? {
        guard head < faults.count else { return nil }
        let fault = faults[head]
        faults[head] = nil
        head += 1
        firstNumber += 1
        if head == faults.count {
            faults.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 4096, head * 2 >= faults.count {
            faults.removeFirst(head)
            head = 0
        }
        return fault
    }
}
