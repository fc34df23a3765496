import NUMATopology
import Testing

struct TopologyTypeTests {
    static let nodes4 = (0..<4).map(NodeID.init(_:))

    @Test(arguments: [
        // Two nodes: one hop.
        ([[10, 20], [20, 10]], TopologyType.direct),
        // A ring of four: node 1 lies between 0 and 2.
        ([[10, 20, 30, 20], [20, 10, 20, 30], [30, 20, 10, 20], [20, 30, 20, 10]], .gluelessMesh),
        // Two pairs behind a controller: nothing is nearer to both sides.
        ([[10, 12, 40, 40], [12, 10, 40, 40], [40, 40, 10, 12], [40, 40, 12, 10]], .backplane),
        ([[10]], .direct),
    ])
    func `type follows the first farthest pair`(rows: [[Int]], expected: TopologyType) throws {
        let nodes = Array(Self.nodes4.prefix(rows.count))
        let matrix = try #require(DistanceMatrix(nodes: nodes, rows: rows))
        #expect(TopologyType(distances: matrix, nodesWithCPUs: NodeSet(nodes)) == expected)
    }

    @Test func `memory-only nodes do not count`() throws {
        let matrix = try #require(
            DistanceMatrix(nodes: Array(Self.nodes4.prefix(3)), rows: [[10, 20, 14], [20, 10, 24], [14, 24, 10]]))
        #expect(TopologyType(distances: matrix, nodesWithCPUs: [NodeID(0), NodeID(1)]) == .direct)
        #expect(TopologyType(distances: matrix, nodesWithCPUs: NodeSet(matrix.nodes)) != .direct)
    }

    @Test func `columns stand for online nodes, not numbers`() throws {
        let matrix = try #require(DistanceMatrix(nodes: [NodeID(0), NodeID(2)], rows: [[10, 17], [21, 10]]))
        #expect(matrix.distance(from: NodeID(0), to: NodeID(2)) == 17)
        #expect(matrix.distance(from: NodeID(2), to: NodeID(0)) == 21)
        #expect(matrix.distance(from: NodeID(0), to: NodeID(1)) == nil)
        #expect(!matrix.isSymmetric)
    }

    @Test func `a ragged or unsorted table is refused`() {
        #expect(DistanceMatrix(nodes: [NodeID(0), NodeID(1)], rows: [[10, 20], [20]]) == nil)
        #expect(DistanceMatrix(nodes: [NodeID(1), NodeID(0)], rows: [[10, 20], [20, 10]]) == nil)
    }

    @Test func `a CPU listed by several nodes belongs to the lowest`() {
        let machine = Machine(
            nodes: [.init(id: NodeID(1), cpus: [0, 1]), .init(id: NodeID(0), cpus: [1])], distances: nil,
            possibleCPUs: [0, 1, 2], onlineCPUs: [0, 1])
        #expect(machine.nodeByCPU() == [NodeID(1), NodeID(0)])
        #expect(machine.nodesWithCPUs == [NodeID(0), NodeID(1)])
    }
}
