package import Snapshots

/// The samples a picture may step through, oldest first: those of this session, the newest last.
///
/// A picture is drawn from one of them, and from those before it for its rates: a past one as the present one.
package struct SampleRing: Sendable {
    /// Records of groups, processes and threads that are kept, all samples together: some 10 MB. At 40 groups that is half an
    /// hour of rounds of five seconds.
    package static let recordLimit = 16_000
    /// Samples that are kept in any case: for the rates of the present one and the one before.
    private static let minimum = 3

    package private(set) var samples: [LiveSample] = []
    private var records = 0

    package init() {}

    package var last: LiveSample? { samples.last }

    /// Adds a sample; one of the same round takes the place of that.
    package mutating func add(_ sample: LiveSample) {
        if let last = samples.last, last.status.round.sequence == sample.status.round.sequence,
            last.wallClockNanoseconds == sample.wallClockNanoseconds
        {
            records -= Self.count(last)
            samples.removeLast()
        }
        samples.append(sample)
        records += Self.count(sample)
        while records > Self.recordLimit, samples.count > Self.minimum {
            records -= Self.count(samples.removeFirst())
        }
    }

    private static func count(_ sample: LiveSample) -> Int {
        8 + sample.groups.count + (sample.processes?.count ?? 0) + (sample.process?.process.threads.count ?? 0)
    }

    /// The place of a sample by its round; nil once it was dropped.
    package func place(of round: RoundHeader) -> Int? {
        samples.lastIndex {
            $0.status.round.sequence == round.sequence
                && $0.wallClockNanoseconds == round.wallClockNanoseconds
        }
    }

    /// Rates at one sample, over so many seconds before it.
    ///
    /// - Parameter seconds: Nil for the interval to the sample before.
    package func rates(at place: Int, over seconds: Double?) -> Rates {
        let sample = samples[place]
        let earlier = samples[..<place]
        var base = earlier.last { Rates.seconds(from: $0, to: sample) != nil }
        if let seconds {
            // The oldest within the time; the one just before, where there is none.
            base =
                earlier.first { Rates.seconds(from: $0, to: sample).map { $0 <= seconds * 1.05 } ?? false } ?? base
        }
        return Rates(sample, since: base, isRound: seconds == nil)
    }
}
