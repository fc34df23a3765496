package import NUMATopology

/// One amount per NUMA node, of something that was measured on all of them.
///
/// The one form in which figures by node say what is not known:
///
/// * A node without an entry has the amount zero: it was looked at and nothing was there.
/// * What was counted without its node being known is in ``unlocated``: a thread whose CPU is in no node's list. While there is
///   any, a node without an entry may have a part of it.
/// * What was not measured at all is an absent `NodeValues`, never one of zeros.
///
/// Example: of three threads two are on node 0 and the third was not readable: node 0 has 2, 1 is unlocated. Where none of the
/// three was readable all are unlocated, and ``whereLocated`` is absent: tables show a dash, documents leave the field out.
package struct NodeValues<Value: FixedWidthInteger & Hashable & Sendable>: Hashable, Sendable {
    private var values: [Value]
    /// The amount whose node is not known.
    package var unlocated = Value.zero

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

    /// The sum over all nodes and of what is on none that is known, at most what the type holds.
    package var total: Value {
        values.reduce(unlocated) { $0.addingSaturated($1) }
    }

    /// These amounts where they tell something of nodes; absent where there is an amount, but all of it is unlocated.
    package var whereLocated: NodeValues? {
        unlocated != .zero && values.allSatisfy { $0 == .zero } ? nil : self
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
        left.unlocated = left.unlocated.addingSaturated(right.unlocated)
    }
}
