import Testing

@testable import numawatch_bench

@Suite struct MeasurementTests {
    @Test(arguments: [([3], 3), ([4, 1, 3], 3), ([4, 1, 3, 2], 2.5)] as [([Double], Double)])
    func theMedianIsTheMiddle(values: [Double], middle: Double) {
        #expect(Measurement.median(values) == middle)
    }

    @Test func theMedianOfNothingIsNoNumber() {
        #expect(Measurement.median([]).isNaN)
    }

    @Test func ratiosAreOfPairedTurns() {
        // By medians it would be 30 to 10.
        let measurement = Measurement(subject: [20, 44, 30], baseline: [10, 20, 10])
        #expect(measurement.ratio() == 2.2)
    }

    @Test func ratiosAreScaledToUnits() {
        let measurement = Measurement(subject: [20], baseline: [10])
        #expect(measurement.ratio(subjectAmount: 4, baselineAmount: 1) == 0.5)
    }

    @Test func eachSideHasATurnPerRun() throws {
        var checksum: UInt64 = 0
        let workload = Workload(amount: 1, baselineAmount: 1, subject: { burn(1) }, baseline: { burn(2) })
        let measurement = try Measurement.take(workload, runs: 3, checksum: &checksum)
        #expect(measurement.subject.count == 3)
        #expect(measurement.baseline.count == 3)
        #expect(checksum > 0)
    }

    @Test(arguments: [
        (Benchmark.Target.atLeast(3), 3.0, true), (.atLeast(3), 2.9, false), (.atMost(5), 5, true),
        (.atMost(5), 5.1, false),
    ])
    func aTargetIncludesItsBound(target: Benchmark.Target, value: Double, isMet: Bool) {
        #expect(target.isMet(by: value) == isMet)
    }

    /// A body that takes some time.
    private func burn(_ seed: UInt64) -> UInt64 {
        (0..<20_000).reduce(seed) { ($0 &* 31) ^ UInt64($1) }
    }
}
