/// What waits until the stream of events has come to its time, in order of time.
///
/// The sampler and changes of the filter are not held up by buffers, but events are. Example: at 12.2 s process 7 is shed
/// while events up to 10.8 s have come in. A reader loses track of 7 when it comes to the first event of 12.2 s or later;
/// what 7 did until then is followed. Likewise a ledger that was read at 12.0 s is compared only there.
struct TimeLine<Element: Sendable>: Sendable {
    private var entries: [(nanoseconds: UInt64, element: Element)] = []
    private var head = 0

    /// - Complexity: O(1) for what is later than all that waits.
    mutating func insert(_ element: Element, at nanoseconds: UInt64) {
        var place = entries.endIndex
        while place > head, entries[place - 1].nanoseconds > nanoseconds { place -= 1 }
        entries.insert((nanoseconds, element), at: place)
    }

    /// Takes the first element out, if its time has come.
    mutating func next(through nanoseconds: UInt64) -> Element? {
        guard head < entries.count, entries[head].nanoseconds <= nanoseconds else { return nil }
        let element = entries[head].element
        head += 1
        if head * 2 > entries.count {
            entries.removeFirst(head)
            head = 0
        }
        return element
    }
}
