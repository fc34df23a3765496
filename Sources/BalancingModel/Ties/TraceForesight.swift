/// The first pass over a trace: which kinds of events it holds, and which groups were seen when last.
///
/// Both are needed before the first event can be replayed: what never occurs must not be waited for, and a group whose id
/// is printed later cannot have lost a tie before.
package struct TraceForesight: Sendable {
    package private(set) var kinds: EventKinds = []
    /// By group id: the last time the kernel printed it, nanoseconds; marks may have been read that much earlier.
    package private(set) var lastSeenNanoseconds: [Int32: UInt64] = [:]

    package init() {}

    /// - Parameter kinds: What a stream holds that cannot be read ahead, or what a trace would hold if it had happened.
    package init(kinds: EventKinds) {
        self.kinds = kinds
    }

    /// Takes the next event.
    package mutating func note(_ event: BalancingEvent) {
        kinds.formUnion(EventKinds(of: event.payload))
        switch event.payload {
        case .mark(let mark):
            if let gid = mark.groupID {
                note(gid: gid, at: event.timeNanoseconds, delay: LedgerAgreement.markDelayNanoseconds)
            }
        case .moveNUMA(let move), .stickNUMA(let move), .swapNUMA(let move):
            note(gid: move.groupID, at: event.timeNanoseconds, delay: 0)
            note(gid: move.otherGroupID, at: event.timeNanoseconds, delay: 0)
        default:
            break
        }
    }

    /// Takes a group id that was printed.
    mutating func note(gid: Int32, at time: UInt64, delay: UInt64) {
        guard gid > 0 else { return }
        let read = time > delay ? time - delay : 0
        lastSeenNanoseconds[gid] = max(lastSeenNanoseconds[gid] ?? 0, read)
    }
}
