import BalancingModel

/// Events that wait for their turn, in the order of time, in bounded memory.
///
/// Two readers follow each other through the line: one that looks ahead, as soon as an event can no longer be overtaken by
/// a late one, and one that judges, later. What the second has read leaves. A late event is put where its time belongs,
/// but never before what the first reader has read.
///
/// A ring of a power of two slots that grows up to ``limit``; a full line makes room by having its oldest event judged.
struct EventDelay: Sendable {
    /// Events it holds at most.
    let limit: Int
    private var slots: [BalancingEvent] = []
    private var head: UInt64 = 0
    private var tail: UInt64 = 0
    /// Number of the next event for the reader that looks ahead.
    private(set) var aheadPosition: UInt64 = 0

    private static let filler = BalancingEvent(timeNanoseconds: 0, tid: 0, cpu: 0, payload: .placement)

    init(limit: Int) {
        self.limit = max(16, limit)
    }

    var count: Int { Int(tail - head) }
    var isFull: Bool { count >= limit }
    /// Number of the next event to be judged.
    var judgedPosition: UInt64 { head }
    /// Time of the last event the look ahead read; 0 before the first.
    private(set) var aheadNanoseconds: UInt64 = 0
    /// Time of the oldest event.
    var oldestNanoseconds: UInt64? { count == 0 ? nil : slots[index(head)].timeNanoseconds }

    /// Adds an event; there must be room.
    mutating func append(_ event: BalancingEvent) {
        if count == slots.count { grow() }
        var place = tail
        tail += 1
        while place > aheadPosition, slots[index(place - 1)].timeNanoseconds > event.timeNanoseconds {
            slots[index(place)] = slots[index(place - 1)]
            place -= 1
        }
        slots[index(place)] = event
    }

    /// The next event for the look ahead, if its time has come.
    ///
    /// - Parameter time: Events up to then are handed out.
    mutating func nextAhead(until time: UInt64) -> BalancingEvent? {
        guard aheadPosition < tail, slots[index(aheadPosition)].timeNanoseconds <= time else { return nil }
        let event = slots[index(aheadPosition)]
        aheadPosition += 1
        aheadNanoseconds = max(aheadNanoseconds, event.timeNanoseconds)
        return event
    }

    /// The next event to judge; it leaves. Only what was looked at ahead is handed out.
    mutating func nextJudged() -> BalancingEvent? {
        guard head < aheadPosition else { return nil }
        let place = index(head)
        let event = slots[place]
        // A mark holds memory of its own.
        if case .mark = event.payload { slots[place] = Self.filler }
        head += 1
        return event
    }

    @inline(__always)
    private func index(_ position: UInt64) -> Int { Int(truncatingIfNeeded: position) & (slots.count - 1) }

    private mutating func grow() {
        let capacity = max(64, slots.count * 2)
        var larger = [BalancingEvent](repeating: Self.filler, count: capacity)
        for position in head..<tail {
            larger[Int(truncatingIfNeeded: position) & (capacity - 1)] = slots[index(position)]
        }
        slots = larger
    }
}
