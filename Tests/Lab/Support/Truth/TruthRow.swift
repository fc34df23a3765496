/// What a seed did on a kernel, with balancing and without.
package struct TruthRow: Sendable, Hashable {
    /// One run of it.
    package struct Run: Sendable, Hashable {
        package var figures: TruthFigures
        package var lines: SeedLines
        package var publication: TruthPublication
    }

    /// `uname -r`.
    package var kernel: String
    package var seed: String
    package private(set) var on: [Run] = []
    package private(set) var off: [Run] = []

    package init(kernel: String, seed: String) {
        self.kernel = kernel
        self.seed = seed
    }

    package mutating func add(
        _ figures: TruthFigures, _ lines: SeedLines, _ publication: TruthPublication, isOn: Bool
    ) {
        let run = Run(figures: figures, lines: lines, publication: publication)
        if isOn { on.append(run) } else { off.append(run) }
    }

    /// How much longer the work takes with balancing than without, of the time without; nil where one of both is missing.
    package var timeDifference: Double? {
        guard let on = Self.mean(on.map(\.figures.seconds)), let off = Self.mean(off.map(\.figures.seconds)), off > 0
        else { return nil }
        return (on - off) / off
    }

    /// By how much runs of the same kind differ, of the time without balancing: what is smaller than that is no difference. Nil where
    /// there is one run of each.
    package var timeNoise: Double? {
        guard on.count > 1, let base = Self.mean(off.map(\.figures.seconds)), base > 0 else { return nil }
        return [on, off].map { runs -> Double in
            let seconds = runs.map(\.figures.seconds)
            return ((seconds.max() ?? 0) - (seconds.min() ?? 0)) / base
        }.max()
    }

    /// By how much the kernel did more with balancing than without, of all instructions with it: what balancing costs, whatever function
    /// does it; nil where one of both is missing.
    package var kernelDifference: Double? {
        guard let on = Self.mean(on.map { Double($0.figures.kernelInstructions) }),
            let off = Self.mean(off.map { Double($0.figures.kernelInstructions) }),
            let all = Self.mean(self.on.map { Double($0.figures.allInstructions) }), all > 0
        else { return nil }
        return (on - off) / all
    }

    package enum Sign: String, Sendable, Hashable {
        case faster, slower, same
    }

    /// Less than this is no difference, however quiet the runs were.
    private static let leastDifference = 0.002

    /// What balancing did to the time, by what is larger than the noise.
    package var sign: Sign? {
        timeDifference.map { difference in
            let least = max(timeNoise ?? 0, Self.leastDifference)
            return difference < -least ? .faster : difference > least ? .slower : .same
        }
    }

    /// Verdicts of the runs with balancing, each once.
    package var verdicts: [String] { Set(on.compactMap(\.publication.verdict)).sorted() }

    /// Whether the verdict says what the time says; nil where there is none, or none that says so.
    package var isSignRight: Bool? {
        guard let sign, let verdict = verdicts.first, verdicts.count == 1 else { return nil }
        switch verdict {
        case "helping": return sign == .faster
        case "hurting": return sign == .slower
        default: return nil
        }
    }

    static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}

extension TruthRow.Run {
    /// How far the published locality is from the truth, as a share; nil where nothing was published.
    ///
    /// The truth is that of accesses: memory that a cache holds has no line fills, and is used as much.
    package var error: Double? {
        guard let locality = publication.locality, let truth = figures.localShare else { return nil }
        return locality.ratio - truth
    }

    /// Whether the truth lies within the published bounds, by accesses and by line fills.
    package var isWithinBounds: Bool? {
        guard let locality = publication.locality, let accesses = figures.localShare, let fills = figures.localFillShare
        else { return nil }
        // Published ratios have three digits.
        let bounds = (locality.low - 0.0005)...(locality.high + 0.0005)
        return bounds.contains(accesses) && bounds.contains(fills)
    }
}
