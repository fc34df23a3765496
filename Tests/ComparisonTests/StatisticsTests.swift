import Comparison
import FixtureSupport
import Testing

/// The arithmetic of intervals.
@Suite struct StatisticsTests {
    @Test(
        "Bounds of Student's t are those of the tables, for whole and for broken degrees of freedom",
        arguments: [
            (1.0, 12.706_205), (2, 4.302_653), (4, 2.776_445), (7.5, 2.333_040), (30, 2.042_272), (1e6, 1.959_966),
        ])
    func student(_ degrees: Double, _ bound: Double) {
        #expect(abs(StudentDistribution.bound(probability: 0.05, degrees: degrees) - bound) < 1e-5 * bound)
        #expect(abs(StudentDistribution.tails(bound, degrees: degrees) - 0.05) < 1e-6)
        let mirrored = StudentDistribution.tails(-bound, degrees: degrees)
        #expect(mirrored == StudentDistribution.tails(bound, degrees: degrees))
    }

    @Test("What has no answer has none: no degrees of freedom, no probability, numbers that are none")
    func limits() {
        #expect(StudentDistribution.tails(0, degrees: 5) == 1 && StudentDistribution.tails(.infinity, degrees: 5) == 0)
        #expect(StudentDistribution.tails(.nan, degrees: 5) == 1 && StudentDistribution.tails(1, degrees: 0) == 1)
        #expect(StudentDistribution.bound(probability: 0, degrees: 5) == .infinity)
    }

    @Test("The example of the essay comes out as it is written there")
    func example() throws {
        let estimate = try #require(MeanEstimate(runs: [[4, 6, 5, 7, 5, 3, 4, 6, 5]]))
        #expect(estimate.mean == 5 && estimate.blockCount == 9)
        #expect(abs(estimate.degrees - 7.3077) < 1e-4)
        let (error, low, high) = (
            try #require(estimate.standardError), try #require(estimate.low), try #require(estimate.high)
        )
        #expect(abs(error - 0.5164) < 1e-4)
        #expect(abs(low - 3.789) < 2e-3 && abs(high - 6.211) < 2e-3)
        let other = MeanEstimate(blockCount: 9, mean: 7, standardError: 0.4, degrees: 9)
        let difference = try #require(MeanDifference(from: estimate, to: other))
        #expect(difference.value == 2)
        #expect(abs(difference.low - 0.60) < 0.01 && abs(difference.high - 3.40) < 0.01)
        #expect(difference.excludesZero && difference.probability < 0.05)
    }

    @Test("Few blocks have a mean and no interval; none have nothing")
    func few() throws {
        #expect(MeanEstimate(runs: []) == nil && MeanEstimate(runs: [[], [.nan]]) == nil)
        let estimate = try #require(MeanEstimate(runs: [[1, 2], [3, .infinity], [4, 5]]))
        #expect(estimate.mean == 3 && estimate.standardError == nil && estimate.low == nil)
        #expect(MeanDifference(from: estimate, to: estimate) == nil)
    }

    @Test("What never varies has an interval of one point, and differs from another by exactly what it does")
    func constant() throws {
        let zero = try #require(MeanEstimate(runs: [Array(repeating: 0, count: 12)]))
        let large = try #require(MeanEstimate(runs: [Array(repeating: 1e15 + 0.1, count: 12)]))
        #expect(zero.low == 0 && zero.high == 0 && large.halfWidth == 0)
        let same = try #require(MeanDifference(from: zero, to: zero))
        #expect(same.probability == 1 && !same.excludesZero)
        let change = try #require(MeanDifference(from: large, to: zero))
        #expect(change.probability == 0 && change.excludesZero && change.low == change.high)
    }

    @Test("A gap makes two runs: what lies on its two sides is not taken for neighbours")
    func gaps() throws {
        // Were they one run, each border of two parts would be a pair of values that are not alike.
        let whole = try #require(MeanEstimate(runs: [[1, 1, 9, 9, 1, 1, 9, 9, 1, 1, 9, 9]]))
        let parts = try #require(MeanEstimate(runs: [[1, 1], [9, 9], [1, 1], [9, 9], [1, 1], [9, 9]]))
        #expect(whole.mean == parts.mean)
        let (wide, narrow) = (try #require(parts.halfWidth), try #require(whole.halfWidth))
        #expect(wide > narrow)
    }

    // MARK: How often the interval holds the truth

    /// A series of mean 0 of which each value remembers a share of the one before.
    private static func series(_ count: Int, memory: Double, _ generator: inout SeededGenerator) -> [Double] {
        var value = normal(&generator)
        let noise = (1 - memory * memory).squareRoot()
        return (0..<count).map { _ in
            value = memory * value + noise * normal(&generator)
            return value
        }
    }

    /// Twelve evenly spread numbers less six are as good as normal here.
    private static func normal(_ generator: inout SeededGenerator) -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += Double(generator.next() >> 11) / 9_007_199_254_740_992 }
        return sum
    }

    @Test(
        "The 95 % interval holds the truth about as often as it says, also where neighbours are alike",
        arguments: [
            (15, 0.0, 0.93), (30, 0.6, 0.9), (60, 0, 0.93), (60, 0.6, 0.92), (60, 0.9, 0.87), (240, 0.9, 0.9),
        ])
    func coverage(_ count: Int, _ memory: Double, _ least: Double) throws {
        var generator = SeededGenerator(seed: UInt64(count) * 31 + UInt64(memory * 10))
        let tries = 400
        var held = 0
        for _ in 0..<tries {
            let estimate = try #require(MeanEstimate(runs: [Self.series(count, memory: memory, &generator)]))
            let half = try #require(estimate.halfWidth)
            if abs(estimate.mean) <= half { held += 1 }
        }
        #expect(Double(held) / Double(tries) >= least, "\(held) of \(tries)")
        // An interval that always holds everything would be no use.
        #expect(held < tries, "\(held) of \(tries)")
    }

    @Test(
        "An interval that took blocks for independent would hold the truth far too seldom: that is what the care is for"
    )
    func careless() {
        var generator = SeededGenerator(seed: 5)
        var held = 0
        for _ in 0..<400 {
            let values = Self.series(60, memory: 0.9, &generator)
            let mean = values.reduce(0, +) / 60
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 59
            if abs(mean) <= 2.0 * (variance / 60).squareRoot() { held += 1 }
        }
        #expect(held < 240, "\(held) of 400")
    }

    @Test("Of two spans without a difference few seem to differ; with one its sign and size come out")
    func differences() throws {
        var generator = SeededGenerator(seed: 11)
        var seeming = 0
        for _ in 0..<300 {
            let before = try #require(MeanEstimate(runs: [Self.series(24, memory: 0.5, &generator)]))
            let after = try #require(MeanEstimate(runs: [Self.series(24, memory: 0.5, &generator)]))
            if try #require(MeanDifference(from: before, to: after)).excludesZero { seeming += 1 }
        }
        #expect(seeming <= 24, "\(seeming) of 300")
        var found = 0
        for _ in 0..<100 {
            let before = try #require(MeanEstimate(runs: [Self.series(24, memory: 0.5, &generator)]))
            let moved = Self.series(24, memory: 0.5, &generator).map { $0 - 3 }
            let after = try #require(MeanEstimate(runs: [moved]))
            let difference = try #require(MeanDifference(from: before, to: after))
            if difference.high < 0, difference.low < -3, difference.high > -3 { found += 1 }
        }
        #expect(found >= 78, "\(found) of 100")
    }
}
