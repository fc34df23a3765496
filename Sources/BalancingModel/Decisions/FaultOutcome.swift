/// What became of the page of a hint fault.
///
/// Names are stable: reports, metrics and documents carry them.
package enum FaultOutcome: String, Sendable, CaseIterable {
    /// It stayed.
    case stayed
    /// It was moved to the faulting CPU's node.
    case migrated
    /// It was to move, but isolating or moving it failed.
    case failed
    /// The kernel never accounted the fault, or the stream ends before.
    case unaccounted

    /// Place in `allCases`.
    package var position: Int {
        switch self {
        case .stayed: 0
        case .migrated: 1
        case .failed: 2
        case .unaccounted: 3
        }
    }
}
