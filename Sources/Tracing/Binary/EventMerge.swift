package import BalancingModel

/// Brings the events of several CPUs, each in order of time, into one order.
///
/// A queue per CPU, and a heap of the queues by the time of their first event. Events of one CPU come in runs: a run is
/// handed over up to the time at which the next CPU has its turn. Example: CPU 0 holds 10 12 30, CPU 1 holds 20 25; the
/// run 10 12 goes up to 20, then 20 25 up to 30, then 30. Events of the same time are in the order of their CPUs.
package struct EventMerge: Sendable {
    private struct Queue: Sendable {
        var events: [BalancingEvent] = []
        var head = 0
        var isInHeap = false
    }

    private struct Turn: Sendable {
        var time: UInt64
        var queue: Int

        @inline(__always)
        func comes(before other: Turn) -> Bool {
            time != other.time ? time < other.time : queue < other.queue
        }
    }

    private var queues: [Queue]
    private var heap: [Turn] = []
    /// Events held.
    package private(set) var pending = 0

    /// - Parameter queueCount: CPUs; each is named by its place.
    package init(queueCount: Int) {
        queues = Array(repeating: Queue(), count: queueCount)
    }

    /// Takes a queue's events out, for the caller to append to, in order of time. `close` must follow.
    package mutating func open(_ index: Int) -> [BalancingEvent] {
        pending -= queues[index].events.count - queues[index].head
        var events: [BalancingEvent] = []
        swap(&events, &queues[index].events)
        // A live queue seldom runs empty: what was handed over is dropped once it is the larger part.
        if queues[index].head > events.count / 2 {
            events.removeFirst(queues[index].head)
            queues[index].head = 0
        }
        return events
    }

    /// Puts a queue's events back.
    package mutating func close(_ index: Int, _ events: consuming [BalancingEvent]) {
        queues[index].events = events
        pending += queues[index].events.count - queues[index].head
        enter(index)
    }

    /// The time of the last event of a queue; nil if it is empty.
    package func lastTime(of index: Int) -> UInt64? {
        let queue = queues[index]
        return queue.head < queue.events.count ? queue.events.last?.timeNanoseconds : nil
    }

    /// Hands over events in order.
    ///
    /// - Parameters:
    ///   - limit: Only events of this time or earlier.
    ///   - count: At most this many.
    ///   - output: They are appended.
    ///   - refill: Asked for more events of a queue that ran empty, before anything later is handed over.
    package mutating func take(
        through limit: UInt64, atMost count: Int, into output: inout [BalancingEvent],
        refill: (_ queue: Int, inout [BalancingEvent]) -> Void = { _, _ in }
    ) {
        var left = count
        while left > 0, let turn = heap.first, turn.time <= limit {
            let bound = min(limit, secondTime)
            let index = turn.queue
            var head = queues[index].head
            let events = queues[index].events
            let start = head
            repeat {
                output.append(events[head])
                head += 1
                left -= 1
            } while left > 0 && head < events.count && events[head].timeNanoseconds <= bound
            pending -= head - start
            queues[index].head = head
            if head == events.count { empty(index, refill) }
            settle(index)
        }
    }

    /// The time at which another queue than the first has its turn.
    private var secondTime: UInt64 {
        let left = heap.count > 1 ? heap[1].time : .max
        let right = heap.count > 2 ? heap[2].time : .max
        // Of equal times the smaller place goes first, so a run must not go beyond.
        let second = min(left, right)
        return second == 0 ? 0 : second - (second == .max ? 0 : 1)
    }

    private mutating func empty(_ index: Int, _ refill: (Int, inout [BalancingEvent]) -> Void) {
        queues[index].events.removeAll(keepingCapacity: true)
        queues[index].head = 0
        refill(index, &queues[index].events)
        pending += queues[index].events.count
    }

    // MARK: Heap

    private mutating func enter(_ index: Int) {
        guard !queues[index].isInHeap, queues[index].head < queues[index].events.count else { return }
        queues[index].isInHeap = true
        heap.append(Turn(time: queues[index].events[queues[index].head].timeNanoseconds, queue: index))
        var place = heap.count - 1
        while place > 0, heap[place].comes(before: heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Puts the first queue where its next event belongs, or takes it out.
    private mutating func settle(_ index: Int) {
        if queues[index].head < queues[index].events.count {
            heap[0].time = queues[index].events[queues[index].head].timeNanoseconds
        } else {
            queues[index].isInHeap = false
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
        }
        var place = 0
        while true {
            var least = place
            for child in (2 * place + 1)...(2 * place + 2)
            where child < heap.count && heap[child].comes(before: heap[least]) {
                least = child
            }
            if least == place { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
