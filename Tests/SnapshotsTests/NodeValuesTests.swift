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
}
