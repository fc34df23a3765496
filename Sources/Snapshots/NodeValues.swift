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
            node.rawValue >= 0 && node.rawValue < values.count ? values[node.rawValue] : .zero
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
        NodeSet(values.indices.filter { values[$0] != .zero }.map { NodeID($0) })
    }

    package static func += (left: inout NodeValues, right: NodeValues) { left.add(right) }

    /// Adds node by node, at most to what the type holds: figures of damaged text must not trap.
    @inline(__always) private mutating func add(_ other: NodeValues) {
        while values.count < other.values.count {
            values.append(.zero)
        }
        for index in 0..<other.values.count {
            values[index] = values[index].addingSaturated(other.values[index])
        }
        unlocated = unlocated.addingSaturated(other.unlocated)
    }
}

// Groups add up thousands of amounts of one type in each round. Compiled for that type here, where the generic form can be seen,
// an addition takes a twentieth of the time.
extension NodeValues where Value == UInt64 {
    package static func += (left: inout NodeValues, right: NodeValues) { left.add(right) }

    /// Takes away node by node, at most what is there.
    package static func -= (left: inout NodeValues, right: NodeValues) {
        for index in 0..<min(left.values.count, right.values.count) {
            left.values[index] -= min(left.values[index], right.values[index])
        }
        left.unlocated -= min(left.unlocated, right.unlocated)
    }

    /// Becomes the larger of both on each node.
    ///
    /// - Returns: What both had: the smaller of both on each node.
    package mutating func formMaximum(_ other: NodeValues) -> NodeValues {
        // What others map of a library is as much, mostly, and then nothing need be copied.
        if values == other.values && unlocated == other.unlocated { return other }
        var both = self
        while values.count < other.values.count {
            values.append(0)
            both.values.append(0)
        }
        for index in 0..<values.count {
            let amount = index < other.values.count ? other.values[index] : 0
            both.values[index] = min(values[index], amount)
            values[index] = max(values[index], amount)
        }
        both.unlocated = min(unlocated, other.unlocated)
        unlocated = max(unlocated, other.unlocated)
        return both
    }
}
