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
}
