package import NUMATopology

/// Pages that went from node to node.
package struct NodeFlow: Sendable, Equatable {
    package struct Move: Sendable, Equatable {
        package var source: NodeID
        package var target: NodeID
        /// Base pages.
        package var pages: Double
        /// Share of them that went back afterwards; absent where that was not seen.
        package var undoneShare: Double?

        package init(source: NodeID, target: NodeID, pages: Double, undoneShare: Double? = nil) {
            self.source = source
            self.target = target
            self.pages = pages
            self.undoneShare = undoneShare
        }
    }

    /// Whose pages, and when: `the host, since 14:02 UTC`.
    package var subject: String
    package var nodes: [NodeID]
    /// Only what moved.
    package var moves: [Move]
    /// What the amounts rest on: `modelled`, `traced`.
    package var source: String

    package init(subject: String, nodes: [NodeID], moves: [Move], source: String) {
        self.subject = subject
        self.nodes = nodes
        self.moves = moves.filter { $0.pages > 0 && $0.source != $0.target }
        self.source = source
    }

    package var pages: Double { moves.reduce(0) { $0 + $1.pages } }
}
