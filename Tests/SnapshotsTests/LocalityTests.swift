import FixtureSupport
import NUMATopology
import Snapshots
import Testing

@Suite("Locality is what CPU time and memory by node have in common")
struct LocalityTests {
    private static func byNode(_ values: [UInt64]) -> NodeValues<UInt64> {
        var result = NodeValues<UInt64>()
        for (index, value) in values.enumerated() { result[NodeID(index)] = value }
        return result
    }

    private static func cpu(_ values: [UInt64], certain: [UInt64]? = nil) -> RecentCPUTime {
        var cpu = RecentCPUTime()
        cpu.byNode = byNode(values)
        cpu.certainByNode = byNode(certain ?? values)
        return cpu
    }

    private static func ratio(
        _ cpu: RecentCPUTime, _ bytes: [UInt64], _ change: (inout Locality.Memory) -> Void = { _ in }
    ) -> BoundedRatio? {
        var memory = Locality.Memory(bytes: byNode(bytes))
        change(&memory)
        return Locality.ratio(cpu: cpu, memory: memory, source: .placement)
    }

    private static func expect(
        _ ratio: BoundedRatio?, _ low: Double, _ value: Double, _ high: Double,
        location: SourceLocation = #_sourceLocation
    ) {
        guard let ratio else {
            Issue.record("no ratio", sourceLocation: location)
            return
        }
        #expect(abs(ratio.low - low) < 1e-12, "low \(ratio.low)", sourceLocation: location)
        #expect(abs(ratio.value - value) < 1e-12, "value \(ratio.value)", sourceLocation: location)
        #expect(abs(ratio.high - high) < 1e-12, "high \(ratio.high)", sourceLocation: location)
    }

    @Test("the worked example: 3 s and 1 s, a quarter and three quarters of the memory")
    func workedExample() {
        Self.expect(
            Self.ratio(Self.cpu([30, 10]), [200, 600]), 0, 0.375, 0.8 * (0.25 / 0.95 + 0.25) + 0.2)
        Self.expect(
            Self.ratio(Self.cpu([40, 0]), [200, 600]), 0.8 * 0.2 / 0.95, 0.25, 0.8 * 0.25 / 0.95 + 0.2)
        Self.expect(
            Self.ratio(Self.cpu([30, 10], certain: [26, 10]), [200, 600]), 0, 0.375,
            0.8 * (0.25 / 0.95 + 0.25 + 0.1) + 0.2)
    }

    @Test("where all memory is on one node, both bounds meet")
    func exact() {
        #expect(Self.ratio(Self.cpu([7, 0]), [100, 0])?.isEstimate == false)
        Self.expect(Self.ratio(Self.cpu([3, 1]), [0, 5]), 0.25, 0.25, 0.25)
        Self.expect(Self.ratio(Self.cpu([5]), [9]), 1, 1, 1)
    }

    @Test("a sample, memory that is not located and time that is not certain widen the bounds")
    func widened() {
        let low = { 0.8 * ($0 - 0.05) / 0.95 }
        let high = { 0.8 * min(1, $0 / 0.95) + 0.2 }
        Self.expect(
            Self.ratio(Self.cpu([4, 0]), [80, 20]) { $0.halfWidthBytes = Self.byNode([10, 10]) }, low(0.7), 0.8,
            high(0.9))
        // 20 of 120 may be anywhere.
        Self.expect(
            Self.ratio(Self.cpu([4, 0]), [80, 20]) { $0.unlocatedBytes = 20 }, low(80.0 / 120), 0.8,
            high(100.0 / 120))
        Self.expect(Self.ratio(Self.cpu([4, 0], certain: [0, 0]), [80, 20]), 0, 0.8, 1)
    }

    @Test("threads or memory on no node that is known, and none at all, tell nothing")
    func unknown() {
        #expect(Self.ratio(Self.cpu([0, 0]), [1, 1]) == nil)
        #expect(Self.ratio(Self.cpu([1, 1]), [0, 0]) == nil)
        var cpu = RecentCPUTime()
        cpu.byNode.unlocated = 5
        #expect(Self.ratio(cpu, [1, 1]) == nil)
        #expect(Self.ratio(Self.cpu([1, 1]), []) { $0.unlocatedBytes = 9 } == nil)
    }

    /// Accesses drawn at random, from any node to any other: whoever counts them all finds a share within the bounds. A fifth of
    /// them goes to a few pages that are used all the time, and a twentieth of the memory is not used.
    @Test(
        "the true share of any accesses lies within the bounds, however the threads moved and whatever is idle or hot",
        arguments: (0 as UInt64)..<200)
    func propertyTruthIsWithinBounds(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let nodes = 1 + random.below(4)
        var cpu = [UInt64](repeating: 0, count: nodes)
        var memory = [UInt64](repeating: 0, count: nodes)
        var local: UInt64 = 0
        for from in 0..<nodes {
            for to in 0..<nodes where random.below(3) > 0 {
                let accesses = UInt64(1 + random.below(1000))
                cpu[from] += accesses
                memory[to] += accesses
                if from == to { local += accesses }
            }
        }
        let used = memory.reduce(0, +)
        guard used > 0 else { return }
        memory[random.below(nodes)] += used / 19
        var hot = used / 4
        while hot > 0 {
            let (from, to) = (random.below(nodes), random.below(nodes))
            let accesses = min(hot, UInt64(1 + random.below(200)))
            hot -= accesses
            guard cpu[from] > 0, memory[to] > 0 else { continue }
            cpu[from] += accesses
            if from == to { local += accesses }
        }
        // Some of the time is found on another node than it was spent on.
        var certain = cpu
        var found = cpu
        for node in 0..<nodes {
            let moved = UInt64(random.below(Int(cpu[node]) + 1))
            certain[node] -= moved
            found[node] -= moved
            found[random.below(nodes)] += moved
        }
        let ratio = try #require(Self.ratio(Self.cpu(found, certain: certain), memory))
        let truth = Double(local) / Double(cpu.reduce(0, +))
        #expect(ratio.low <= truth + 1e-9 && truth <= ratio.high + 1e-9, "\(truth) is not in \(ratio)")
        #expect(0 <= ratio.low && ratio.low <= ratio.value && ratio.value <= ratio.high && ratio.high <= 1)
    }

    @Test("several count by their CPU time, and what is not known of some may be anything")
    func several() throws {
        let good = BoundedRatio(exactly: 1, source: .account)
        let bad = BoundedRatio(0.2, low: 0.1, high: 0.3, source: .sample)
        let both = try #require(Locality.ratio(of: [(3, good), (1, bad)]))
        Self.expect(both, 0.775, 0.8, 0.825)
        #expect(both.source == .sample)
        Self.expect(Locality.ratio(of: [(8, good), (2, nil)]), 0.8, 1, 1)
        #expect(Locality.ratio(of: [(6, good), (4, nil)]) == nil)
        #expect(Locality.ratio(of: [(0, good)]) == nil)
    }

    @Test("pages of files are left out, unless there are no others")
    func judgedClasses() {
        let file = Self.byNode([900, 0])
        let classes: [MemoryClass: NodeValues<UInt64>] = [.anonymous: Self.byNode([0, 5]), .file: file]
        #expect(classes.judgedBytes == Self.byNode([0, 5]))
        #expect([MemoryClass.file: file].judgedBytes == file)
        #expect([MemoryClass.anonymous: NodeValues<UInt64>()].judgedBytes == nil)
    }
}
