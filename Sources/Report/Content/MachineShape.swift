package import NUMATopology
package import Snapshots

/// The machine as the picture of it shows it.
package struct MachineShape: Sendable, Equatable {
    package struct Node: Sendable, Equatable {
        package var id: NodeID
        /// `0-31`; empty for a node without CPUs, absent where nothing tells them.
        package var cpus: String?
        package var memoryBytes: UInt64?
        package var freeBytes: UInt64?
        /// Of the firmware, by the nodes nearest to it.
        package var readLatencyNanoseconds: UInt64?
        package var readBandwidthBytesPerSecond: UInt64?
        package var memoryTier: Int?

        package init(id: NodeID) { self.id = id }
    }

    package var nodes: [Node]
    /// By row and column in the order of ``nodes``; absent where they cannot be read.
    package var distances: [[Int]]?

    package init(nodes: [Node], distances: [[Int]]?) {
        self.nodes = nodes
        self.distances = distances
    }

    /// - Returns: nil where nothing tells the nodes.
    package init?(_ answer: NodesAnswer) {
        guard !answer.nodes.isEmpty else { return nil }
        nodes = answer.nodes.map { node in
            var result = Node(id: node.totals.id)
            result.cpus = node.totals.cpus.map(\.listText)
            result.memoryBytes = node.totals.meminfoBytes("MemTotal")
            result.freeBytes = node.totals.meminfoBytes("MemFree")
            result.readLatencyNanoseconds = node.totals.access?.readLatencyNanoseconds
            result.readBandwidthBytesPerSecond = node.totals.access?.readBandwidthBytesPerSecond
            result.memoryTier = node.memoryTier
            return result
        }
        let rows = answer.nodes.compactMap(\.totals.distances)
        distances = rows.count == nodes.count && rows.allSatisfy { $0.count == rows.count } ? rows : nil
    }
}
