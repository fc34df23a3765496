/// What a look ahead found out about groups of equal size, for the replay to believe.
///
/// The outcomes of ties, in order of time. Each enters the order of addresses when the replay comes to its time, and
/// leaves it when its groups are gone: so the order stays as small as the number of groups that live at once, however long
/// the trace, and outcomes can be added while the replay runs.
package struct TieOracle: Sendable {
    /// In order of time; those before `next` have been entered.
    private var facts: [TieFact]
    private var next = 0
    private var order = PointerOrder()
    /// Of the facts entered, those that are not certain.
    private var doubtful: Set<Pair> = []
    /// How many facts are not certain.
    package private(set) var doubtfulCount: Int

    private struct Pair: Hashable, Sendable {
        var high: GroupKey
        var low: GroupKey
    }

    /// Facts that were entered are dropped once there are this many.
    private static let dropFrom = 4096
    /// Doubtful pairs kept; their groups may be long gone.
    private static let doubtfulLimit = 16384

    /// - Parameter facts: Outcomes of ties, in any order.
    package init(facts: [TieFact] = []) {
        self.facts = facts.sorted()
        doubtfulCount = facts.count(where: \.isDoubtful)
    }

    /// Outcomes that have not been entered yet.
    package var waitingCount: Int { facts.count - next }

    /// Adds outcomes of later ties.
    ///
    /// - Parameter later: In order of time, none earlier than those added before; one that is enters with the next.
    package mutating func append(_ later: [TieFact]) {
        guard !later.isEmpty else { return }
        if next >= Self.dropFrom {
            facts.removeFirst(next)
            next = 0
        }
        facts.append(contentsOf: later)
        doubtfulCount += later.count(where: \.isDoubtful)
    }

    /// Enters the outcomes of the ties up to now.
    ///
    /// - Parameter time: Of the event being replayed, nanoseconds; does not fall.
    package mutating func advance(to time: UInt64) {
        while next < facts.count, facts[next].timeNanoseconds <= time {
            let fact = facts[next]
            next += 1
            if fact.isDoubtful, order.isHigher(fact.high, than: fact.low) == nil {
                if doubtful.count >= Self.doubtfulLimit { doubtful.removeAll(keepingCapacity: true) }
                doubtful.insert(Pair(high: fact.high, low: fact.low))
            }
            order.note(fact.high, isHigherThan: fact.low)
        }
    }

    /// Whether the first group's object lies above the second's, if it is known from the outcomes entered so far.
    package func isHigher(_ first: GroupKey, than second: GroupKey) -> Bool? {
        order.isHigher(first, than: second)
    }

    /// Whether the order of two groups, known from the outcomes entered so far, could be another for all that was seen.
    package func isDoubtful(_ first: GroupKey, _ second: GroupKey) -> Bool {
        !doubtful.isEmpty
            && (doubtful.contains(Pair(high: first, low: second)) || doubtful.contains(Pair(high: second, low: first)))
    }

    /// A group is gone.
    package mutating func forget(_ key: GroupKey) { order.forget(key) }
}
