/// The outcome of a tie: which of two groups lies higher in the kernel's memory.
package struct TieFact: Sendable, Hashable, Comparable {
    /// When the tie arose. The same order may have shown before, through other groups.
    package var timeNanoseconds: UInt64
    package var high: GroupKey
    package var low: GroupKey
    /// Whether another explanation of all that was seen contradicts it.
    package var isDoubtful = false

    package init(timeNanoseconds: UInt64, high: GroupKey, low: GroupKey, isDoubtful: Bool = false) {
        self.timeNanoseconds = timeNanoseconds
        self.high = high
        self.low = low
        self.isDoubtful = isDoubtful
    }

    /// The same outcome, whether in doubt or not.
    var undoubted: TieFact { TieFact(timeNanoseconds: timeNanoseconds, high: high, low: low) }

    /// Earlier ties first.
    package static func < (left: TieFact, right: TieFact) -> Bool {
        (left.timeNanoseconds, left.high, left.low) < (right.timeNanoseconds, right.high, right.low)
    }
}
