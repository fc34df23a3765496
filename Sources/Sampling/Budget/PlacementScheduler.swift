/// Decides whose memory placement is read next, and when to stop.
///
/// Each tick (a round of the ledger) brings two credits: *CPU time*, a fixed share of the limit, and *turns*, the number of
/// processes that must be read per tick so that each is read once per interval. A tick reads in order of priority until
/// either is used up. Turns smear the readings over the interval instead of doing all at once; CPU time bounds them where
/// there is more to read than the budget allows, and then intervals grow. Processes never read before need no turn: a user
/// who asks for a new process should not wait a minute.
///
/// The priority is staleness times size: age over interval, weighted with 1 + log2(1 + RSS / 16 MiB). The weight of the
/// largest process imaginable (2^47 bytes) is 24 times that of the smallest, and the age of whoever waits grows without
/// end: nobody starves.
package struct PlacementScheduler: Sendable, Equatable {
    /// A process whose placement may be read.
    package struct Candidate: Sendable, Equatable {
        package var identity: Int
        package var residentBytes: UInt64
        /// Time since its placement was last taken, nanoseconds; nil for never.
        package var ageNanoseconds: UInt64?
        /// Time since it was first seen, nanoseconds.
        package var seenForNanoseconds: UInt64

        /// - Parameter identity: Whatever the caller finds it by.
        package init(identity: Int, residentBytes: UInt64, ageNanoseconds: UInt64?, seenForNanoseconds: UInt64) {
            self.identity = identity
            self.residentBytes = residentBytes
            self.ageNanoseconds = ageNanoseconds
            self.seenForNanoseconds = seenForNanoseconds
        }
    }

    /// A placement younger than this part of the interval is not read again, even with turns to spare.
    static let youngestPart = 0.5
    /// Credit of this many ticks may be saved for a process dearer than one tick's.
    static let savedTicks = 2.0

    private var cpuCreditNanoseconds = 0.0
    private var turns = 0.0

    package init() {}

    /// Brings the credit of the time that passed.
    ///
    /// - Parameters:
    ///   - elapsedNanoseconds: Since the last tick.
    ///   - cpuShare: What placement may use, as a share of one CPU.
    ///   - intervalNanoseconds: How often each process is to be read.
    package mutating func tick(
        elapsedNanoseconds: UInt64, cpuShare: Double, candidateCount: Int, intervalNanoseconds: UInt64
    ) {
        let earned = Double(elapsedNanoseconds) * max(cpuShare, 0)
        cpuCreditNanoseconds = min(cpuCreditNanoseconds + earned, earned * Self.savedTicks)
        let share = Double(elapsedNanoseconds) / Double(max(intervalNanoseconds, 1))
        turns = min(turns + Double(candidateCount) * share, Double(candidateCount))
    }

    /// The candidates worth reading now, most urgent first. O(n log n).
    package func order(_ candidates: [Candidate], intervalNanoseconds: UInt64) -> [Candidate] {
        let interval = Double(max(intervalNanoseconds, 1))
        let due = candidates.filter { candidate in
            candidate.ageNanoseconds.map { Double($0) >= interval * Self.youngestPart } ?? true
        }
        let weighted = due.map { (candidate: $0, priority: Self.priority($0, interval: interval)) }
        return weighted.sorted { left, right in
            left.priority != right.priority
                ? left.priority > right.priority : left.candidate.identity < right.candidate.identity
        }.map(\.candidate)
    }

    static func priority(_ candidate: Candidate, interval: Double) -> Double {
        let units = Double(candidate.residentBytes) / Double(16 << 20)
        let weight = 1 + units.logarithmOfOneMore
        guard let age = candidate.ageNanoseconds else {
            // One interval ahead of a process of its size that was read when this one appeared.
            return (1 + Double(candidate.seenForNanoseconds) / interval) * weight
        }
        return Double(age) / interval * weight
    }

    /// Whether a candidate's turn has come.
    package func mayRead(_ candidate: Candidate) -> Bool {
        cpuCreditNanoseconds > 0 && (candidate.ageNanoseconds == nil || turns >= 1)
    }

    /// Charges a reading. Credit may become negative: the next ticks pay for it.
    package mutating func charge(_ candidate: Candidate, cpuNanoseconds: UInt64) {
        charge(cpuNanoseconds: cpuNanoseconds)
        if candidate.ageNanoseconds != nil { turns -= 1 }
    }

    /// Charges the CPU time of a reading whose turn was charged when it began.
    package mutating func charge(cpuNanoseconds: UInt64) {
        cpuCreditNanoseconds -= Double(cpuNanoseconds)
    }
}

extension Double {
    /// log2(1 + self) for a number that is not negative, to within 0.09: from exponent and significand, as the C library's
    /// logarithm is not imported here and a priority needs no more.
    var logarithmOfOneMore: Double {
        let value = 1 + Swift.max(self, 0)
        guard value.isFinite else { return 1024 }
        return Double(value.exponent) + (value.significand - 1)
    }
}
