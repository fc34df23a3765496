import NUMATopology
import Testing

struct MemoryTiersTests {
    private static func nodes(_ numbers: Int...) -> NodeSet { NodeSet(numbers.map(NodeID.init(_:))) }

    private static func ids(_ numbers: Int...) -> [NodeID] { numbers.map(NodeID.init(_:)) }

    /// Nodes 0 and 1 near memory, 2 and 3 slow memory near one of them each, 4 slowest.
    private static let tiers = MemoryTiers([
        .init(number: 30, nodes: nodes(4)), .init(number: 4, nodes: nodes(0, 1)), .init(number: 22, nodes: nodes(2, 3)),
        .init(number: 5, nodes: []),
    ])
    private static let distances = DistanceMatrix(
        nodes: ids(0, 1, 2, 3, 4),
        rows: [
            [10, 21, 17, 28, 30], [21, 10, 28, 17, 30], [17, 28, 10, 28, 40], [28, 17, 28, 10, 40],
            [30, 30, 40, 40, 10],
        ])

    @Test func `tiers go from fast to slow, and those without nodes are none`() {
        #expect(Self.tiers.tiers.map(\.number) == [4, 22, 30])
        #expect(Self.tiers.tier(of: NodeID(3)) == 22)
        #expect(Self.tiers.tier(of: NodeID(7)) == nil)
    }

    // Nodes with CPUs, and those nothing is promoted from.
    @Test(
        arguments: [
            (nodes(0, 1), nodes(0, 1)), (nodes(0), nodes(0, 1)), (nodes(0, 2), nodes(0, 1, 2, 3)),
            (nodes(4), nodes(0, 1, 2, 3, 4)), (nodes(), nil),
        ] as [(NodeSet, NodeSet?)])
    func `the top tier reaches down to the slowest tier with CPUs`(withCPUs: NodeSet, top: NodeSet?) {
        #expect(Self.tiers.topTierNodes(withCPUs: withCPUs) == top)
    }

    @Test func `pages are demoted to the nearest node of the next tier, then to any slower one by distance`() {
        #expect(Self.tiers.demotionTargets(of: NodeID(0), distances: Self.distances) == Self.ids(2, 3, 4))
        #expect(Self.tiers.demotionTargets(of: NodeID(1), distances: Self.distances) == Self.ids(3, 2, 4))
        #expect(Self.tiers.demotionTargets(of: NodeID(2), distances: Self.distances) == Self.ids(4))
        #expect(Self.tiers.demotionTargets(of: NodeID(4), distances: Self.distances) == [])
    }

    @Test func `of nodes that are equally near all are preferred to a nearer one of a slower tier`() {
        let tiers = MemoryTiers([
            .init(number: 4, nodes: Self.nodes(0)), .init(number: 22, nodes: Self.nodes(1, 2)),
            .init(number: 30, nodes: Self.nodes(3)),
        ])
        let distances = DistanceMatrix(
            nodes: Self.ids(0, 1, 2, 3),
            rows: [[10, 30, 30, 20], [30, 10, 20, 20], [30, 20, 10, 20], [20, 20, 20, 10]])
        #expect(tiers.demotionTargets(of: NodeID(0), distances: distances) == Self.ids(1, 2, 3))
    }

    @Test func `without distances or a tier nothing is said of demotion`() {
        #expect(Self.tiers.demotionTargets(of: NodeID(0), distances: nil) == nil)
        #expect(Self.tiers.demotionTargets(of: NodeID(7), distances: Self.distances) == nil)
        // From the slowest tier there is nowhere to go, however far things are.
        #expect(Self.tiers.demotionTargets(of: NodeID(4), distances: nil) == [])
    }
}
