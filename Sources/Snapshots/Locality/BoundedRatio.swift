/// A figure with its bounds, and what it rests on.
package struct BoundedRatio: Sendable, Equatable {
    /// The likeliest value.
    package var value: Double
    package var low: Double
    package var high: Double
    package var source: FigureSource

    /// - Parameters: In any order of size: the value is drawn into the bounds.
    package init(_ value: Double, low: Double, high: Double, source: FigureSource) {
        self.low = min(low, high)
        self.high = max(low, high)
        self.value = min(max(value, self.low), self.high)
        self.source = source
    }

    /// A figure that is exact.
    package init(exactly value: Double, source: FigureSource) {
        self.init(value, low: value, high: value, source: source)
    }
}

extension BoundedRatio {
    /// Whether it may be off by a percentage point or more.
    package var isEstimate: Bool { high - low >= 0.01 }
}
