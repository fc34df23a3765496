import Snapshots
import Testing

@testable import Verdicts

@Suite("The decision")
struct DecisionTests {
    /// A figure that is missing, and what is said then.
    static let missing: [(String, @Sendable (inout Evidence) -> Void, Decision.Result)] = [
        ("the switch", { $0.balancingMode = nil }, .init(.cannotTell, .modeUnknown)),
        ("time", { $0.watchedSeconds = 10 }, .init(.cannotTell, .tooShort)),
        ("where its memory is", { $0.locality = nil }, .init(.cannotTell, .unplaced)),
        ("where a third of its memory is", { $0.unplacedRatio = 0.34 }, .init(.cannotTell, .unplaced)),
        ("what is counted", { $0.cost = nil }, .init(.cannotTell, .uncounted)),
        (
            "CPU time while pages move",
            {
                $0.cpuSeconds = 1
                $0.movesPerMinute = 0.01
            }, .init(.cannotTell, .tooLittleCPU)
        ),
        (
            "whether moves stay",
            {
                $0.cost = BoundedRatio(0.06, low: 0.03, high: 0.1, source: .assumed)
                $0.movesPerMinute = 0.5
                $0.efficiency = 0.01
            }, .init(.cannotTell, .unproven)
        ),
        (
            "whether costs or gains are larger",
            {
                $0.cost = BoundedRatio(0.02, low: 0.01, high: 0.04, source: .assumed)
                $0.gain = BoundedRatio(0.02, low: 0.001, high: 0.1, source: .sampled)
                $0.movesPerMinute = 0.5
                $0.efficiency = 0.3
            }, .init(.cannotTell, .overlap)
        ),
    ]

    @Test("what is not known is never taken for zero", arguments: missing.indices)
    func unknown(_ index: Int) {
        let (name, remove, result) = Self.missing[index]
        var evidence = Evidence.enough
        remove(&evidence)
        #expect(Decision.decide(evidence) == result, "without \(name)")
        #expect(Decision.confidence(result, evidence) == 0)
    }

    @Test("what moves is not known, and so nothing is quiet")
    func movesUnknown() {
        var evidence = Evidence.enough
        evidence.movesPerMinute = nil
        #expect(Decision.decide(evidence).verdict == .neutral)
    }

    @Test(
        "quiet and not local is settled, with the reason",
        arguments: [
            (nil, false, nil as Double?, nil as VerdictReason?), (false, false, nil, .doesNotFit),
            (nil, true, nil, .givenUp),
            (nil, false, 0.6, .policy),
        ] as [(Bool?, Bool, Double?, VerdictReason?)])
    func settled(_ fits: Bool?, _ isAtLongest: Bool, _ policy: Double?, _ reason: VerdictReason?) {
        var evidence = Evidence.enough
        evidence.fits = fits
        evidence.isAtLongestPeriod = isAtLongest
        evidence.policyRatio = policy
        #expect(Decision.decide(evidence) == Decision.Result(.settled, reason))
    }

    @Test("near the best it is converged, and with little to gain of a node that is full it is not")
    func best() {
        var evidence = Evidence.enough
        evidence.bestLocality = BoundedRatio(exactly: 0.52, source: .sampled)
        #expect(Decision.decide(evidence).verdict == .converged)
        evidence.fits = false
        #expect(Decision.decide(evidence) == Decision.Result(.settled, .doesNotFit))
    }

    @Test("an assumed cost never makes a verdict sure, a measured one does")
    func confidence() {
        var evidence = Evidence.enough
        evidence.gain = BoundedRatio(exactly: 0.001, source: .sampled)
        evidence.cost = BoundedRatio(0.05, low: 0.03, high: 0.08, source: .assumed)
        #expect(Decision.confidence(Decision.Result(.hurting), evidence) == 2)
        evidence.cost = BoundedRatio(0.05, low: 0.03, high: 0.08, source: .calibrated)
        #expect(Decision.confidence(Decision.Result(.hurting), evidence) == 3)
        evidence.localitySpread = 0.2
        #expect(Decision.confidence(Decision.Result(.hurting), evidence) == 2)
        evidence.isPlacementExact = false
        #expect(Decision.confidence(Decision.Result(.hurting), evidence) == 1)
    }

    @Test("mode 2 promotes and does not balance")
    func tieringOnly() {
        var evidence = Evidence.enough
        evidence.balancingMode = 2
        #expect(Decision.decide(evidence) == Decision.Result(.inactive, .tieringOnly))
    }
}
