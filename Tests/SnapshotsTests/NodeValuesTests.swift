import NUMATopology
import Snapshots
import Testing

struct NodeValuesTests {
    @Test func `a node never written counts as zero and is not among the nodes`() {
        var values = NodeValues<UInt64>()
        values[NodeID(3)] = 5
        #expect(values[NodeID(0)] == 0)
        #expect(values[NodeID(9)] == 0)
        #expect(values.nodes == [NodeID(3)])
        #expect(values.total == 5)
    }

    @Test func `adding joins both sets of nodes`() {
        var left = NodeValues<Int>()
        left[NodeID(0)] = 1
        var right = NodeValues<Int>()
        right[NodeID(0)] = 2
        right[NodeID(2)] = 4
        left += right
        #expect(left[NodeID(0)] == 3 && left[NodeID(2)] == 4 && left.total == 7)
    }

    @Test func `what is on no known node counts in the total and is added apart`() {
        var left = NodeValues<Int>()
        left[NodeID(1)] = 2
        left.unlocated = 3
        var right = NodeValues<Int>()
        right.unlocated = 4
        left += right
        #expect(left.unlocated == 7 && left.total == 9 && left.nodes == [NodeID(1)])
    }

    @Test func `amounts of which no node is known tell nothing of nodes, and zero everywhere does`() {
        var values = NodeValues<Int>()
        #expect(values.whereLocated == values)
        values.unlocated = 1
        #expect(values.whereLocated == nil)
        values[NodeID(2)] = 1
        #expect(values.whereLocated == values)
    }

    /// Amounts of bytes by node from 0 on, and of what is on no known node.
    private func bytes(_ amounts: UInt64..., unlocated: UInt64 = 0) -> NodeValues<UInt64> {
        var values = NodeValues<UInt64>()
        for (node, amount) in amounts.enumerated() { values[NodeID(node)] = amount }
        values.unlocated = unlocated
        return values
    }

    @Test func `bytes are added up to what the type holds`() {
        var values = bytes(1, .max, unlocated: .max)
        values += bytes(2, 5, 7, unlocated: 1)
        #expect(values == bytes(3, .max, 7, unlocated: .max))
    }

    @Test func `no more bytes are taken away than there are`() {
        var values = bytes(5, 3, 2, unlocated: 1)
        values -= bytes(2, 9, unlocated: 4)
        #expect(values == bytes(3, 0, 2))
        values -= bytes(1, 0, 1, 8)
        #expect(values == bytes(2, 0, 1))
    }

    @Test func `the larger of both stays, and what both had is given back`() {
        var values = bytes(5, 3, unlocated: 2)
        #expect(values.formMaximum(bytes(2, 9, 4)) == bytes(2, 3, 0))
        #expect(values == bytes(5, 9, 4, unlocated: 2))
        #expect(values.formMaximum(values) == values)
        #expect(values.formMaximum(bytes(7)) == bytes(5, 0, 0))
        #expect(values == bytes(7, 9, 4, unlocated: 2))
    }
}
