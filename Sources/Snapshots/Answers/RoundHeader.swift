/// What every answer about a round begins with.
package struct RoundHeader: Sendable, Equatable {
    /// Counts rounds from 1.
    package var sequence: UInt64
    /// When the round ended, nanoseconds since 1970.
    package var wallClockNanoseconds: UInt64
    /// When the round ended, monotonic nanoseconds.
    package var monotonicNanoseconds: UInt64
    /// When the question was asked, monotonic nanoseconds: what instants in the answer are compared with.
    package var nowNanoseconds: UInt64

    package init(_ snapshot: HostSnapshot, nowNanoseconds: UInt64) {
        sequence = snapshot.sequence
        wallClockNanoseconds = snapshot.wallClockNanoseconds
        monotonicNanoseconds = snapshot.monotonicNanoseconds
        self.nowNanoseconds = nowNanoseconds
    }

    /// A header that says nothing yet.
    package init() {
        sequence = 0
        wallClockNanoseconds = 0
        monotonicNanoseconds = 0
        nowNanoseconds = 0
    }

    /// Time since the round ended, nanoseconds.
    package var ageNanoseconds: UInt64 { Self.age(of: monotonicNanoseconds, now: nowNanoseconds) }

    /// Time from an instant to the question, nanoseconds.
    package func age(of instant: UInt64) -> UInt64 { Self.age(of: instant, now: nowNanoseconds) }

    /// Time since an instant; 0 for one that is still to come.
    package static func age(of instant: UInt64, now: UInt64) -> UInt64 {
        now > instant ? now - instant : 0
    }
}
