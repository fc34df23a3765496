/// What a look ahead found out about groups of equal size: an order of their objects, to be believed.
package struct TieOracle: Sendable {
    package let order: PointerOrder
    /// Facts of the order that another explanation of all that was seen contradicts.
    private let doubtful: Set<Fact>

    private struct Fact: Hashable, Sendable {
        var high: GroupKey
        var low: GroupKey
    }

    /// Knows nothing.
    package init() {
        order = PointerOrder()
        doubtful = []
    }

    /// - Parameters:
    ///   - order: The likeliest order.
    ///   - doubtful: Of its facts, the ones that are not certain.
    package init(order: PointerOrder, doubtful: [(high: GroupKey, low: GroupKey)] = []) {
        self.order = order
        self.doubtful = Set(doubtful.map { Fact(high: $0.high, low: $0.low) })
    }

    /// Whether the first group's object lies above the second's, if known.
    package func isHigher(_ first: GroupKey, than second: GroupKey) -> Bool? {
        order.isHigher(first, than: second)
    }

    /// Whether the order of two groups could be another for all that was seen.
    package func isDoubtful(_ first: GroupKey, _ second: GroupKey) -> Bool {
        doubtful.contains(Fact(high: first, low: second)) || doubtful.contains(Fact(high: second, low: first))
    }

    /// How many facts are not certain.
    package var doubtfulCount: Int { doubtful.count }
}
