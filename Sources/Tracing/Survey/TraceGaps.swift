package import BalancingModel

/// Where a stored trace begins to lack events: every CPU writes to a buffer of its own, and what is lost is lost there.
///
/// A loss is marked before the next event of its CPU, but it began right after the last event before that. Between the two,
/// other CPUs go on, and what they tell is only a part. Likewise where a buffer was overwritten from its beginning: each
/// CPU's first event is another, and up to the last of these something may be missing. Example: CPU 0 begins at 10.4 s, CPU
/// 1 at 11.1 s: a birth that CPU 0 saw at 10.5 s may be that of a thread whose first second on CPU 1 is gone.
package struct TraceGaps: Sendable {
    private struct CPU: Sendable {
        var first: UInt64
        var last: UInt64
    }

    private var cpus: [Int32: CPU] = [:]
    private var begins: [(time: UInt64, cpu: Int32)] = []
    /// Where all CPUs' buffers hold what happened; nil where they always do.
    private var wholeFrom: UInt64?
    private var position = 0
    private var hasTold = false

    package init() {}

    /// Takes the next event of the first pass.
    package mutating func note(_ event: BalancingEvent) {
        let time = event.timeNanoseconds
        if case .lostEvents = event.payload {
            if let last = cpus[event.cpu]?.last, last < time { begins.append((last &+ 1, event.cpu)) }
            return
        }
        cpus[event.cpu, default: CPU(first: time, last: time)].last = time
    }

    /// Ends the first pass.
    ///
    /// - Parameter wasOverwritten: Whether the buffers had lost their beginning when the trace was taken.
    package mutating func finish(wasOverwritten: Bool) {
        if wasOverwritten { wholeFrom = cpus.values.map(\.first).max() }
        begins.sort { $0.time < $1.time }
    }

    /// Goes to the beginning, for another pass.
    package mutating func rewind() {
        position = 0
        hasTold = false
    }

    /// The next thing the trace does not tell, if its time comes before an event of this time is read: where a gap opens,
    /// a loss of no event, for those that follow are marked where the trace marks them; where the buffers begin to be
    /// whole, a loss of nobody knows how many.
    package mutating func next(through time: UInt64) -> BalancingEvent? {
        if let wholeFrom, !hasTold, wholeFrom <= time, position == begins.count || wholeFrom <= begins[position].time {
            hasTold = true
            return BalancingEvent(timeNanoseconds: wholeFrom, tid: 0, cpu: -1, payload: .lostEvents(count: nil))
        }
        guard position < begins.count, begins[position].time <= time else { return nil }
        defer { position += 1 }
        let begin = begins[position]
        return BalancingEvent(timeNanoseconds: begin.time, tid: 0, cpu: begin.cpu, payload: .lostEvents(count: 0))
    }
}
