import Glibc

/// The mean of a figure over a span, with its 95 % interval, from blocks of a minute.
///
/// A busy minute follows a busy minute: neighbouring blocks are alike, and a hundred of them say less than a hundred
/// independent values would. An interval that forgets this is too narrow, and finds changes where there are none. Two ways
/// are gone here, and the wider interval counts:
///
/// 1. *How alike neighbours are.* ρ is the correlation of each block with the next, and a series that forgets at this rate is
///    worth n·(1 − ρ)/(1 + ρ) independent values. A short series looks less alike than it is, on average by (1 + 4ρ)/n
///    (Marriott and Pope, Biometrika 41, 1954), so r as measured becomes ρ = (n·r + 1)/(n − 4). The variance, which a series of
///    like values shows too small, is corrected for the same; it is known as well as one of n·(1 − ρ²)/(1 + ρ²) independent
///    values (Bayley and Hammersley, 1946), and that less one are its degrees of freedom.
/// 2. *Means of batches.* √n neighbouring blocks make a batch; what is alike within them cancels out in their means, whatever
///    its law, and these are taken as independent. There must be four batches or more.
///
/// The blocks may lie in several runs: nothing is known between two of them, so neighbours and batches are within one.
/// Differences of two spans are those of independent means (Welch), see ``MeanDifference``.
///
/// Example: 9 blocks 4, 6, 5, 7, 5, 3, 4, 6, 5. Mean 5; deviations −1, 1, 0, 2, 0, −2, −1, 1, 0; their squares sum to 12, the
/// products of neighbours to −1 + 2 − 1 = 0, so r = 0 and ρ = (0 + 1)/(9 − 4) = 0.2. Nine such blocks are worth
/// 9 · 0.8/1.2 = 6; the variance 12/8 = 1.5 is corrected by 1 − (9/6 − 1)/8 = 0.9375 to 1.6; the standard error is
/// √(1.6/6) = 0.516 with 9 · 0.96/1.04 − 1 = 7.31 degrees of freedom: ±2.344 · 0.516 = ±1.21. Three batches of three are too
/// few to be asked. So: 5 (3.79 to 6.21).
///
/// How often the interval holds the truth was measured on made-up series (`ComparisonTests`): of 60 blocks that forget at a
/// rate of 0, 0.6, 0.9: in 98, 96, 91 of 100; of 240 blocks of 0.9 in 93. Of 15 blocks that hardly forget (0.9) only in 83:
/// a quarter of an hour is short for what changes by the hour, and no arithmetic sees what did not happen.
package struct MeanEstimate: Sendable, Equatable {
    /// Blocks with a value.
    package var blockCount: Int
    package var mean: Double
    /// Absent with fewer than ``leastBlocks``.
    package var standardError: Double?
    /// Of freedom, of the standard error.
    package var degrees: Double

    /// Fewer blocks say nothing of how much they vary.
    package static let leastBlocks = 6
    private static let leastBatches = 4

    package init(blockCount: Int, mean: Double, standardError: Double?, degrees: Double) {
        self.blockCount = blockCount
        self.mean = mean
        self.standardError = standardError
        self.degrees = degrees
    }

    /// Estimates a mean.
    ///
    /// - Parameter runs: Blocks in their order, each run without a gap. What is not finite is left out.
    /// - Returns: nil without any block.
    package init?(runs: [[Double]]) {
        let runs = runs.map { $0.filter(\.isFinite) }.filter { !$0.isEmpty }
        let count = runs.reduce(0) { $0 + $1.count }
        guard count > 0 else { return nil }
        // Added up by what they are off the first: large amounts that hardly differ keep their digits.
        let base = runs[0][0]
        let mean = base + runs.joined().reduce(0) { $0 + ($1 - base) } / Double(count)
        self.init(blockCount: count, mean: mean, standardError: nil, degrees: Double(count - 1))
        guard count >= Self.leastBlocks else { return }
        let deviations = runs.map { $0.map { $0 - mean } }
        let squares = deviations.joined().reduce(0) { $0 + $1 * $1 }
        // What differs by less than the digits of its numbers does not differ.
        guard squares > Double(count) * mean * mean * 1e-24 else {
            standardError = 0
            return
        }
        let ways = [Self.byNeighbours(deviations, count: count, squares: squares), Self.byBatches(runs, count: count)]
        let widest = ways.compactMap { $0 }.max { $0.halfWidth < $1.halfWidth }
        guard let widest else { return }
        (standardError, degrees) = (widest.error, widest.degrees)
    }

    /// Half the width of the 95 % interval; absent where the error is.
    package var halfWidth: Double? {
        standardError.map { $0 == 0 ? 0 : $0 * StudentDistribution.bound(probability: 0.05, degrees: degrees) }
    }

    package var low: Double? { halfWidth.map { mean - $0 } }
    package var high: Double? { halfWidth.map { mean + $0 } }

    private struct Way {
        var error: Double
        var degrees: Double
        var halfWidth: Double { error * StudentDistribution.bound(probability: 0.05, degrees: degrees) }
    }

    private static func byNeighbours(_ deviations: [[Double]], count: Int, squares: Double) -> Way {
        let n = Double(count)
        let products = deviations.reduce(0) { sum, run in
            sum + zip(run, run.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let likeness = min(0.99, max(0, (n * products / squares + 1) / (n - 4)))
        let worth = max(2, n * (1 - likeness) / (1 + likeness))
        let correction = max(0.1, 1 - (n / worth - 1) / (n - 1))
        let square = likeness * likeness
        return Way(
            error: (squares / (n - 1) / correction / worth).squareRoot(),
            degrees: max(2, n * (1 - square) / (1 + square) - 1))
    }

    private static func byBatches(_ runs: [[Double]], count: Int) -> Way? {
        let length = Int(Double(count).squareRoot())
        // The newest blocks of a run: what is left over is at its beginning, where things settle.
        let means = runs.flatMap { run in
            stride(from: run.count % length, to: run.count, by: length).map { start in
                run[start..<start + length].reduce(0, +) / Double(length)
            }
        }
        guard means.count >= leastBatches else { return nil }
        let number = Double(means.count)
        let mean = means.reduce(0, +) / number
        let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (number - 1)
        return Way(error: (variance / number).squareRoot(), degrees: number - 1)
    }
}

/// What one mean is more than another (Welch's way: each has its own error).
///
/// Example: 5 ± 0.516 (7.31 degrees of freedom) and 7 ± 0.4 (9): the difference is 2, its error √(0.516² + 0.4²) = 0.653, with
/// (0.267 + 0.16)² / (0.267²/7.31 + 0.16²/9) = 14.5 degrees: ±2.14 · 0.653, so 0.60 to 3.40, and more than nothing.
package struct MeanDifference: Sendable, Equatable {
    package var value: Double
    /// The 95 % interval.
    package var low: Double
    package var high: Double
    /// Of a difference as large or larger where there is none, 0 to 1.
    package var probability: Double

    /// - Returns: nil where one of them has no error.
    package init?(from before: MeanEstimate, to after: MeanEstimate) {
        guard let one = before.standardError, let other = after.standardError else { return nil }
        value = after.mean - before.mean
        let variance = one * one + other * other
        guard variance > 0 else {
            (low, high) = (value, value)
            // What never differed, and differs now.
            probability = value == 0 ? 1 : 0
            return
        }
        func part(_ error: Double, _ degrees: Double) -> Double {
            let square = error * error
            return square * square / max(0.5, degrees)
        }
        let degrees = variance * variance / (part(one, before.degrees) + part(other, after.degrees))
        let error = variance.squareRoot()
        let half = error * StudentDistribution.bound(probability: 0.05, degrees: degrees)
        low = value - half
        high = value + half
        probability = StudentDistribution.tails(value / error, degrees: degrees)
    }

    /// Whether the interval holds no zero.
    package var excludesZero: Bool { low > 0 || high < 0 || (low == high && value != 0) }
}
