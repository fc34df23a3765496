import NUMATopology
import Snapshots
import Testing

@testable import Verdicts

@Suite("Figures")
struct FigureTests {
    private static func isNear(_ value: Double?, _ expected: Double, _ error: Double = 1e-4) -> Bool {
        value.map { abs($0 - expected) < error } ?? false
    }

    @Test("the examples of the local share hold")
    func locality() {
        let (time, memory) = ([0.3, 0.7], [0.4, 0.6])
        #expect(Self.isNear(LocalityMath.product(time, memory), 0.54))
        // They are those of a single round: LocalityTests has their examples.
        let bounds = LocalityMath.bounds(time, memory)
        #expect(Self.isNear(bounds.low, 0.8 * (0.7 + 0.55 / 0.95 - 1)))
        #expect(Self.isNear(bounds.high, 0.8 * (0.3 + 0.6 / 0.95) + 0.2))
        // All memory on one node: one number.
        let single = LocalityMath.bounds([0.2, 0.8], [0, 1])
        #expect(Self.isNear(single.low, 0.8) && Self.isNear(single.high, 0.8))
    }

    @Test("whatever time and memory are, the product lies within the bounds", arguments: 0..<100)
    func property(_ seed: Int) {
        var random = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next() -> Double {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return Double(random % 1000) / 1000
        }
        let amounts = (0..<(2 + seed % 5)).map { _ in (next(), next()) }
        guard let time = LocalityMath.shares(amounts.map(\.0)), let memory = LocalityMath.shares(amounts.map(\.1))
        else {
            return
        }
        let product = LocalityMath.product(time, memory)
        let bounds = LocalityMath.bounds(time, memory)
        #expect(bounds.low <= product + 1e-9 && product <= bounds.high + 1e-9)
        #expect(bounds.low >= 0 && bounds.high <= 1 + 1e-9)
    }

    @Test("one point that is far off does not turn the trend")
    func trend() {
        let points = [(0.0, 0.5), (1, 0.51), (2, 0.9), (3, 0.53)].map { (minutes: $0.0, share: $0.1) }
        #expect(Self.isNear(TheilSen.slope(points), 0.01))
        #expect(TheilSen.slope(Array(points.prefix(2))) == nil)
        // Of many points few are compared, the first and the last among them.
        let line = (0..<100).map { (minutes: Double($0), share: 0.001 * Double($0)) }
        #expect(Self.isNear(TheilSen.slope(line), 0.001))
    }

    private static func sums(armed: Double, faulted: Double, moved: Double) -> ScopeWindow.Sums {
        var sums = ScopeWindow.Sums()
        (sums.seconds, sums.cpuSeconds, sums.countedSeconds, sums.movedSeconds) = (1, 1, 1, 1)
        sums.armed = .init(exactly: armed)
        sums.faulted = .init(exactly: faulted)
        sums.moved = Float(moved)
        return sums
    }

    @Test("the example of costs holds, and its parts add up")
    func cost() throws {
        let cost = try #require(
            CostMath.cost(Self.sums(armed: 40_000, faulted: 30_000, moved: 10_000), .assumed))
        #expect(Self.isNear(cost.total.value, 0.0736) && Self.isNear(cost.total.low, 0.0412))
        #expect(Self.isNear(cost.total.high, 0.1692))
        let parts = (cost.armingRatio ?? 0) + (cost.faultRatio ?? 0) + (cost.moveRatio ?? 0)
        #expect(Self.isNear(parts, cost.total.value))
        #expect(cost.total.source == .assumed)
    }

    @Test("a folio of 512 pages that moves with one fault costs its copy, not 512 faults")
    func folios() throws {
        let cost = try #require(CostMath.cost(Self.sums(armed: 10, faulted: 10, moved: 5120), .assumed))
        #expect(cost.total.value < 0.003)
    }

    @Test("what was not counted has no cost")
    func uncounted() {
        var sums = Self.sums(armed: 1, faulted: 1, moved: 0)
        sums.countedSeconds = 0.4
        #expect(CostMath.cost(sums, .assumed) == nil)
        sums = Self.sums(armed: 1, faulted: 1, moved: 0)
        sums.movedSeconds = 0
        #expect(CostMath.cost(sums, .assumed) == nil)
    }

    @Test("costs are those measured here, and those traced where tracing has seen enough")
    func models() {
        let model = CostModel.calibrated(entry: 60, fault: 500, move: 3000)
        #expect(model.source == .calibrated && model.armedPage.value == 60 && model.fault.value == 1000)
        #expect(model.movedPage.value == 4000)
        // On one node a move is taken for five and a half faults.
        #expect(CostModel.calibrated(entry: 60, fault: 500, move: nil).movedPage.value == 5500)
        var work = TracedWork()
        (work.movedPages, work.movingNanoseconds) = (999, 9_990_000)
        #expect(model.traced(work).source == .calibrated)
        (work.movedPages, work.movingNanoseconds) = (2000, 20_000_000)
        let traced = model.traced(work)
        #expect(traced.source == .trace && traced.movedPage.value == 10_000 && traced.armedPage == model.armedPage)
    }

    @Test("a loss is at least what a gain of the same size is at most")
    func gain() {
        let remote = CostModel.Range(low: 1.2, value: 1.5, high: 2)
        let gain = CostMath.gain(BoundedRatio(exactly: 0.5, source: .sampled), remote: remote, source: .sampled)
        #expect(Self.isNear(gain.low, 0.02 * 0.5 * 0.2) && Self.isNear(gain.high, 0.4 * 0.5 * 1))
        let loss = CostMath.gain(BoundedRatio(exactly: -0.5, source: .sampled), remote: remote, source: .sampled)
        #expect(Self.isNear(loss.low, -0.4 * 0.5 * 1) && Self.isNear(loss.high, -0.02 * 0.5 * 0.2))
    }

    @Test("memory under a policy, and of hugetlbfs, is left alone by balancing; files are not counted")
    func policies() {
        func bytes(_ amount: UInt64) -> NodeValues<UInt64> {
            var values = NodeValues<UInt64>()
            values[NodeID(0)] = amount
            return values
        }
        let plain: [MemoryClass: NodeValues<UInt64>] = [.anonymous: bytes(100), .file: bytes(40)]
        #expect(
            ScopeReading.policyRatio(["default": bytes(50), "bind:1": bytes(90)], byClass: plain) == 0.9)
        #expect(
            ScopeReading.policyRatio(["default": bytes(40), "bind=balancing:1": bytes(100)], byClass: plain) == 0)
        #expect(ScopeReading.policyRatio(nil, byClass: plain) == nil)
        let huge: [MemoryClass: NodeValues<UInt64>] = [.huge(pageSizeBytes: 2 << 20): bytes(100)]
        #expect(ScopeReading.policyRatio(["default": bytes(100)], byClass: huge) == 1)
    }

    @Test("a window keeps no more than its time, whatever the length of rounds", arguments: [1.0, 5, 60, 700])
    func bounded(_ seconds: Double) {
        var window = ScopeWindow(nodeCount: 2, windowSeconds: 600, partSeconds: 30, before: nil)
        for _ in 0..<2000 {
            var round = ScopeWindow.Round(cpu: [1, 0])
            round.sums.seconds = Float(seconds)
            window.add(round)
        }
        #expect(window.seconds >= min(600, seconds) && window.seconds <= 600 + 2 * max(30, seconds))
        #expect(window.change == nil)
    }
}

@Suite("Which processes are judged")
struct JudgedProcessTests {
    @Test(
        "a process that ran for two seconds is judged, however little of them it gets in a round",
        arguments: [(1.0, 0.95, Verdict.converged), (5.0, 0.3, .converged), (5.0, 0.02, .inactive)])
    func slowProcess(_ secondsPerRound: Double, _ cpus: Double, _ verdict: Verdict) throws {
        var load = SimulatedLoad("slow.service", cpus: [cpus, 0], bytes: [1 << 30, 0])
        load.threads = [1, 0]
        var host = SimulatedHost([load])
        host.secondsPerRound = secondsPerRound
        var judge = VerdictJudge()
        var verdicts: [Verdict?] = []
        // Two seconds of CPU time, and then what has to be seen of it.
        let rounds = Int((2 / cpus + 70) / secondsPerRound) + 4
        for _ in 0..<rounds {
            var snapshot = host.next()
            judge.judge(&snapshot, pageSizeBytes: 4096)
            verdicts.append(snapshot.processes[0].verdict?.verdict)
        }
        let first = try #require(verdicts.firstIndex { $0 != nil })
        #expect(Double(first) * secondsPerRound * cpus >= 2 - secondsPerRound * cpus)
        #expect(verdicts[first...].allSatisfy { $0 != nil }, "once it is judged, it stays so")
        #expect(verdicts.last == verdict)
    }
}
