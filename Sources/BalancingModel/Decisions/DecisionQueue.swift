/// Decisions in the order of their `misplaced` events, waiting for what completes them.
///
/// A decision is complete when the fault's `hint_fault` has told `last_cpupid`; faults of different tasks overlap, and
/// one that was preempted in the middle holds back all that came after it. The queue holds at most ``limit`` decisions;
/// beyond that the oldest is given up as unknown, so memory stays bounded whatever the stream does.
struct DecisionQueue: Sendable {
    /// More than a preempted fault can hold back: a quarter of a second at a quarter of a million faults a second.
    static let limit = 1 << 16

    private var slots: [Decision] = []
    private var isComplete: [Bool] = []
    private var head: UInt64 = 0
    private var tail: UInt64 = 0
    /// Decisions given up because the queue was full.
    private(set) var abandonedCount: UInt64 = 0

    /// Adds a decision and tells its ticket.
    mutating func append(_ decision: Decision) -> UInt64 {
        if tail - head == UInt64(slots.count) { grow() }
        let ticket = tail
        let index = position(ticket)
        slots[index] = decision
        isComplete[index] = false
        tail += 1
        return ticket
    }

    /// Whether a ticket's decision is still here.
    @inline(__always)
    func holds(_ ticket: UInt64) -> Bool { ticket >= head && ticket < tail }

    /// The decision of a ticket that ``holds(_:)``.
    subscript(ticket: UInt64) -> Decision {
        @inline(__always) get { slots[position(ticket)] }
        @inline(__always) _modify { yield &slots[position(ticket)] }
    }

    @inline(__always)
    mutating func complete(_ ticket: UInt64) {
        isComplete[position(ticket)] = true
    }

    /// Takes the oldest decision if it is complete.
    @inline(__always)
    mutating func takeFirst() -> Decision? {
        guard head < tail else { return nil }
        let index = position(head)
        guard isComplete[index] else { return nil }
        head += 1
        return slots[index]
    }

    /// Completes everything as it stands.
    mutating func completeAll() {
        for ticket in head..<tail {
            isComplete[position(ticket)] = true
        }
    }

    /// Whether one more would exceed the limit.
    var isFull: Bool { tail - head >= UInt64(Self.limit) }

    /// Gives up the oldest decision.
    mutating func giveUpFirst() {
        guard head < tail, !isComplete[position(head)] else { return }
        isComplete[position(head)] = true
        abandonedCount += 1
    }

    @inline(__always)
    private func position(_ ticket: UInt64) -> Int { Int(truncatingIfNeeded: ticket) & (slots.count - 1) }

    private mutating func grow() {
        let capacity = max(64, slots.count * 2)
        let filler = Decision(timeNanoseconds: 0, tid: 0, cpu: 0, address: 0)
        var newSlots = [Decision](repeating: filler, count: capacity)
        var newComplete = [Bool](repeating: false, count: capacity)
        for ticket in head..<tail {
            let index = Int(truncatingIfNeeded: ticket) & (capacity - 1)
            newSlots[index] = slots[position(ticket)]
            newComplete[index] = isComplete[position(ticket)]
        }
        slots = newSlots
        isComplete = newComplete
    }
}
