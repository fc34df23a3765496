package import NUMATopology

/// Whom figures of a history are about.
package enum HistoryScope: Sendable, Hashable {
    case host
    case node(NodeID)
    /// A group of processes, by its name as in `GroupRecord.name`, and the user whose processes they all were; nil where they
    /// were several users', or nobody's that is known. A group that changes hands is another scope.
    case group(String, owner: UInt32?)
    /// The user's own figure, by the name it was given.
    case metric(String)

    /// The kind as documents have it.
    package var kind: String {
        switch self {
        case .host: "host"
        case .node: "node"
        case .group: "group"
        case .metric: "metric"
        }
    }

    /// The name within its kind; nil for the host.
    package var name: String? {
        switch self {
        case .host: nil
        case .node(let node): node.description
        case .group(let name, _), .metric(let name): name
        }
    }
}

/// A figure of a scope: in all, on one node, or from one node to another.
///
/// A figure that is by node always comes with its total, which has no node. Where the total is known and a node is missing,
/// nothing was there: zero.
package struct HistoryKey: Sendable, Hashable {
    package var figure: HistoryFigure
    package var node: NodeID?
    /// Of moves: where they went.
    package var target: NodeID?

    package init(_ figure: HistoryFigure, node: NodeID? = nil, target: NodeID? = nil) {
        self.figure = figure
        self.node = node
        self.target = target
    }
}

extension HistoryKey: Comparable {
    /// By the figures' names, then by nodes; a total before its parts.
    package static func < (left: HistoryKey, right: HistoryKey) -> Bool {
        (left.figure.rawValue, left.node?.rawValue ?? -1, left.target?.rawValue ?? -1)
            < (right.figure.rawValue, right.node?.rawValue ?? -1, right.target?.rawValue ?? -1)
    }
}

/// What is known of a group beside its figures.
package struct HistoryGroup: Sendable, Equatable {
    /// What an administrator calls it.
    package var title: String?
    /// As in `GroupIdentity.kind`.
    package var kind: String

    package init(kind: String, title: String? = nil) {
        self.kind = kind
        self.title = title
    }
}
