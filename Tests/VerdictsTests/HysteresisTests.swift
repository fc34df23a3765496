import Snapshots
import Testing

@testable import Verdicts

@Suite("Hysteresis")
struct HysteresisTests {
    private static let second: UInt64 = 1_000_000_000
    private static let dwell = 120 * second

    @Test("a verdict changes after three equal results, and after it has stood for a while")
    func verdict() {
        var hysteresis = VerdictHysteresis(since: 0)
        var now: UInt64 = 0
        func take(_ verdict: Verdict) -> Bool {
            now += 5 * Self.second
            return hysteresis.take(Decision.Result(verdict), at: now, dwellNanoseconds: Self.dwell)
        }
        #expect(!take(.converged) && !take(.converged) && take(.converged))
        // Two of another kind, and one in between: no change.
        #expect(!take(.hurting) && !take(.hurting) && !take(.converged) && !take(.hurting) && !take(.hurting))
        #expect(hysteresis.said.verdict == .converged)
        // Three, but too soon.
        #expect(!take(.hurting))
        var rounds = 0
        while !take(.hurting) { rounds += 1 }
        #expect(hysteresis.said.verdict == .hurting)
        #expect(now == hysteresis.since && now >= Self.dwell)
        #expect(rounds < 24)
    }

    @Test("the switch is a fact: it is said at once, both ways")
    func setting() {
        var hysteresis = VerdictHysteresis(since: 0)
        func take(_ result: Decision.Result, at now: UInt64) -> Bool {
            hysteresis.take(result, at: now, dwellNanoseconds: Self.dwell)
        }
        #expect(take(Decision.Result(.inactive, .off), at: 1))
        #expect(take(Decision.Result(.neutral), at: 2))
        // One that is idle is no fact.
        #expect(!take(Decision.Result(.inactive, .idle), at: 3))
    }

    @Test("whatever rounds find, what is said stands for the dwell at least", arguments: 0..<50)
    func property(_ seed: Int) {
        var random = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next(_ bound: UInt64) -> UInt64 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random % bound
        }
        let verdicts: [Verdict] = [.helping, .hurting, .converged, .neutral, .settled]
        var hysteresis = VerdictHysteresis(since: 0)
        var changedAt: UInt64?
        var now: UInt64 = 0
        for _ in 0..<2000 {
            now += 5 * Self.second
            let result = Decision.Result(verdicts[Int(next(5))])
            if hysteresis.take(result, at: now, dwellNanoseconds: Self.dwell) {
                if let changedAt { #expect(now - changedAt >= Self.dwell) }
                changedAt = now
                #expect(hysteresis.said == result)
            }
        }
    }

    @Test("a detection begins after three rounds, holds down to 70 % of its limit, and ends after three below it")
    func detection() {
        var hysteresis = DetectionHysteresis()
        var now: UInt64 = 0
        func take(_ strength: Double?) -> [Detection] {
            now += 5 * Self.second
            let signs = strength.map { [DetectionHysteresis.Sign(finding: DetectionFinding(.storm), strength: $0)] }
            return hysteresis.take(signs ?? [], at: now, dwellNanoseconds: Self.dwell)
        }
        #expect(take(1.2) == [] && take(1.2) == [] && take(0.99) == [])
        #expect(hysteresis.isEmpty)
        #expect(take(1) == [] && take(1) == [] && take(1) == [.storm])
        let began = now
        for _ in 0..<100 { #expect(take(0.75) == [] && hysteresis.holds(.storm)) }
        #expect(hysteresis.findings.first?.sinceNanoseconds == began)
        #expect(take(0.6) == [] && take(nil) == [] && hysteresis.holds(.storm))
        #expect(take(0.6) == [] && !hysteresis.holds(.storm))
        // Begun anew it holds for the dwell at least.
        #expect(take(2) == [] && take(2) == [] && take(2) == [.storm])
        let again = now
        var ended: UInt64?
        while ended == nil {
            _ = take(nil)
            if !hysteresis.holds(.storm) { ended = now }
        }
        #expect(ended.map { $0 - again >= Self.dwell } ?? false)
    }

    @Test("limits are left at two thirds or so: the decision keeps what is said")
    func leaving() {
        var evidence = Evidence.enough
        evidence.movesPerMinute = 1
        evidence.cost = BoundedRatio(0.005, low: 0.004, high: 0.02, source: .calibrated)
        evidence.gain = BoundedRatio(0, low: 0, high: 0.001, source: .sampled)
        evidence.efficiency = 0.12
        evidence.areMovesRepeated = true
        #expect(Decision.decide(evidence, current: .neutral).verdict == .neutral)
        #expect(Decision.decide(evidence, current: .hurting).verdict == .hurting)
        evidence.efficiency = 0.4
        #expect(Decision.decide(evidence, current: .neutral).verdict == .neutral)
        #expect(Decision.decide(evidence, current: .helping).verdict == .helping)
    }
}

extension Evidence {
    /// Everything a decision needs, of something quiet.
    static let enough: Evidence = {
        var evidence = Evidence()
        evidence.balancingMode = 1
        evidence.memoryNodeCount = 2
        evidence.watchedSeconds = 600
        evidence.minimumSeconds = 60
        evidence.cpuSeconds = 100
        evidence.isUnarmed = false
        evidence.movesPerMinute = 0
        evidence.locality = BoundedRatio(0.5, low: 0.3, high: 0.7, source: .account)
        evidence.bestLocality = BoundedRatio(exactly: 1, source: .sampled)
        evidence.localityChange = BoundedRatio(0, low: -0.02, high: 0.02, source: .sampled)
        evidence.cost = BoundedRatio(exactly: 0.001, source: .assumed)
        evidence.gain = BoundedRatio(0, low: -0.008, high: 0.008, source: .sampled)
        evidence.fits = true
        evidence.isPlacementExact = true
        return evidence
    }()
}
