/// The kernel's number of a NUMA node, as in `/sys/devices/system/node/nodeN`.
///
/// Ids may be sparse and need not start at 0. The kernel's "no node" (`NUMA_NO_NODE`, -1) is represented by an absent
/// value, never by a `NodeID`.
package struct NodeID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The node number, 0 or more.
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The node with the given number.
    package init(_ rawValue: Int) {
        self.rawValue = rawValue
    }

    package static func < (left: NodeID, right: NodeID) -> Bool {
        left.rawValue < right.rawValue
    }

    package var description: String {
        String(rawValue)
    }
}
