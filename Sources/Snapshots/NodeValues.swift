package import NUMATopology

/// One amount per NUMA node, of something that was measured on all of them.
///
/// A node without an entry has the amount zero: it was looked at and nothing was there. What was not measured at all is an
/// absent `NodeValues`, never one of zeros.
package struct NodeValues<Value: FixedWidthInteger & Hashable & Sendable>: Hashable, Sendable {
    private var values: [Value]

    /// Zero on every node.
    package init() {
        values = []
    }

    /// The amount on one node. Setting makes room as needed.
    package subscript(node: NodeID) -> Value {
        get {
            values.indices.contains(node.rawValue) ? values[node.rawValue] : .zero
        }
        set {
            precondition(node.rawValue >= 0 && node.rawValue <= NodeSet.numberLimit, "node number out of range")
            while values.count <= node.rawValue {
                values.append(.zero)
            }
            values[node.rawValue] = newValue
        }
    }

    /// The sum over all nodes, at most what the type holds.
    package var total: Value {
        values.reduce(.zero) { $0.addingSaturated($1) }
    }

    /// The nodes whose amount is not zero.
    package var nodes: NodeSet {
        NodeSet(values.indices.filter { values[$0] != .zero }.map(NodeID.init(_:)))
    }

    package static func += (left: inout NodeValues, right: NodeValues) {
        while left.values.count < right.values.count {
            left.values.append(.zero)
        }
        for index in right.values.indices {
            left.values[index] = left.values[index].addingSaturated(right.values[index])
        }
    }
}
