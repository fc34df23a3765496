package import Snapshots

/// The samples a picture may step through, oldest first: a part of the history, then those of this session, the newest last.
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
    /// How many of them, from the first on, are from the history.
    package private(set) var recalledCount = 0
    /// Samples of the history that are held at once.
    package static let recalledLimit = 400

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
        while records > Self.recordLimit, samples.count - recalledCount > Self.minimum {
            records -= Self.count(samples.remove(at: recalledCount))
        }
    }

    /// The first and the last sample of this session.
    package var session: ClosedRange<UInt64>? {
        guard recalledCount < samples.count, let last = samples.last else { return nil }
        return samples[recalledCount].wallClockNanoseconds...last.wallClockNanoseconds
    }

    /// Takes a part of the history, in the order of time. It takes the place of what was there of it, unless it follows on that.
    package mutating func recall(_ part: [LiveSample]) {
        let begin = session?.lowerBound ?? .max
        let new = part.filter { $0.wallClockNanoseconds < begin }
        guard let first = new.first?.wallClockNanoseconds, let last = new.last?.wallClockNanoseconds else { return }
        var held = Array(samples[..<recalledCount])
        let touches =
            held.first.map { $0.wallClockNanoseconds <= last + Self.besideNanoseconds } ?? false
            && held.last.map { $0.wallClockNanoseconds + Self.besideNanoseconds >= first } ?? false
        let before = held.filter { $0.wallClockNanoseconds < first }
        let after = held.filter { $0.wallClockNanoseconds > last }
        held = touches ? before + new + after : new
        // What is far from the new part goes.
        if held.count > Self.recalledLimit {
            let excess = held.count - Self.recalledLimit
            if before.isEmpty || !touches { held.removeLast(excess) } else { held.removeFirst(excess) }
        }
        samples.replaceSubrange(..<recalledCount, with: held)
        recalledCount = held.count
    }

    /// Parts that are no farther from each other follow one on the other.
    private static let besideNanoseconds: UInt64 = 120_000_000_000

    /// Whether there is more of the history between a sample and the next one than is held.
    package func isHole(after place: Int) -> Bool {
        guard place + 1 == recalledCount, place + 1 < samples.count else { return false }
        let next = samples[place + 1].wallClockNanoseconds
        return next > samples[place].wallClockNanoseconds + Self.besideNanoseconds
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
        // Nobody knows what counters did in a gap.
        let start = samples[..<place].lastIndex { $0.gap != nil }.map { $0 + 1 } ?? 0
        let earlier = samples[start..<max(start, place)]
        var base = earlier.last { Rates.seconds(from: $0, to: sample) != nil }
        if let seconds {
            // The oldest within the time; the one just before, where there is none.
            base =
                earlier.first { Rates.seconds(from: $0, to: sample).map { $0 <= seconds * 1.05 } ?? false } ?? base
        }
        return Rates(sample, since: base, isRound: seconds == nil)
    }
}
