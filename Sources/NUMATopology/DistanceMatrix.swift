/// The table of NUMA distances (ACPI SLIT), as the kernel shows it in `/sys/devices/system/node/nodeN/distance`.
///
/// Rows are "from", columns "to"; the table need not be symmetric. A file's columns stand for the *online* nodes in
/// ascending order, not for node numbers: with nodes 0 and 2 online, the second column is the distance to node 2.
package struct DistanceMatrix: Hashable, Sendable {
    /// The nodes of rows and columns, ascending.
    package let nodes: [NodeID]
    /// Row after row, `nodes.count` values each.
    private let values: [Int]

    /// The kernel's distance of a node to itself, `LOCAL_DISTANCE`.
    package static let localDistance = 10

    /// A matrix from one row per node.
    ///
    /// - Parameters:
    ///   - nodes: The online nodes, ascending.
    ///   - rows: One row per node, each with one column per node.
    /// - Returns: Nothing if nodes do not ascend or a row or column is missing.
    package init?(nodes: [NodeID], rows: [[Int]]) {
        guard rows.count == nodes.count, rows.allSatisfy({ $0.count == nodes.count }) else { return nil }
        guard zip(nodes, nodes.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
        self.nodes = nodes
        self.values = rows.flatMap { $0 }
    }

    /// The table a kernel without SLIT assumes: 10 to itself, 20 to every other node (`REMOTE_DISTANCE`).
    package init(assumedFor nodes: [NodeID]) {
        self.nodes = nodes.sorted()
        var values: [Int] = []
        for from in self.nodes {
            for to in self.nodes {
                values.append(from == to ? Self.localDistance : 20)
            }
        }
        self.values = values
    }

    /// The position of a node in ``nodes``. O(log nodes).
    package func position(of node: NodeID) -> Int? {
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle] < node {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < nodes.count && nodes[low] == node ? low : nil
    }

    /// The distance by node, or nothing if a node is not in the table.
    package func distance(from: NodeID, to: NodeID) -> Int? {
        guard let row = position(of: from), let column = position(of: to) else { return nil }
        return values[row * nodes.count + column]
    }

    /// The distance by position in ``nodes``; both must be valid positions. O(1).
    package func distance(fromPosition row: Int, toPosition column: Int) -> Int {
        values[row * nodes.count + column]
    }

    /// Whether every distance equals its reverse.
    package var isSymmetric: Bool {
        for row in nodes.indices {
            for column in 0..<row where values[row * nodes.count + column] != values[column * nodes.count + row] {
                return false
            }
        }
        return true
    }
}
