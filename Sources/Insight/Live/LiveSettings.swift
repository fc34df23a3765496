/// Bounds of the live model.
package struct LiveSettings: Sendable, Equatable {
    /// How late an event may come in, nanoseconds: per-CPU buffers are read in turn, and a ledger reading carries the time
    /// before it was handed over.
    package var reorderNanoseconds: UInt64 = 500_000_000
    /// How long events wait for a tie to be settled, nanoseconds: two rounds of the ledger, so that each task in question
    /// is read once whatever the order.
    package var maximumLagNanoseconds: UInt64 = 10_000_000_000
    /// How many events wait at most: 64 bytes each.
    package var maximumEvents = 1 << 17
    /// Whether tasks the stream did not see born have a past that the ledger tells. False for a recording that began
    /// before the load.
    package var tasksHavePast = true
    /// A reading taken so shortly after a placement is not adopted, nanoseconds.
    package var adoptionQuietNanoseconds: UInt64 = 5_000_000
    /// Whether single faults and moves are told.
    package var tellsStories = true

    /// Where events come faster than the line is long, ties are decided for so much time at once, nanoseconds.
    static let hurryNanoseconds: UInt64 = 10_000_000
    /// Processes counted apart at most; further ones count in their group and in total.
    static let processLimit = 4096
    /// Groups counted apart at most.
    static let groupLimit = 1024
    /// Where further groups count.
    static let otherGroups = "(other groups)"

    package init() {}
}
