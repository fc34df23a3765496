package import NUMATopology

/// One group or process: where it may be, and where it is.
package struct TriageEntry: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case mismatch, unknown, ok
    }

    package var group: String
    package var title: String?
    /// Absent for a group.
    package var pid: Int32?
    package var command: String?
    package var residentBytes: UInt64 = 0
    package var allowedCPUNodes: NodeSet?
    package var allowedMemoryNodes: NodeSet?
    package var threadsByNode = NodeValues<Int>()
    /// Its memory, files left out; absent where nobody knows where it is.
    package var bytesByNode: NodeValues<UInt64>?
    package var findings: [TriageFinding] = []

    package init(group: String) {
        self.group = group
    }

    package var state: State {
        if !findings.isEmpty { return .mismatch }
        return allowedCPUNodes == nil || allowedMemoryNodes == nil || bytesByNode == nil ? .unknown : .ok
    }

    /// Its place in lists.
    var order: Int {
        switch state {
        case .mismatch: 0
        case .unknown: 1
        case .ok: 2
        }
    }
}

/// What is not as it should be.
package struct TriageFinding: Sendable, Equatable {
    package enum Mismatch: String, Sendable, CaseIterable {
        case memoryDisallowed = "memory_disallowed"
        case memoryUnreached = "memory_unreached"
        case apart
    }

    package var mismatch: Mismatch
    /// The nodes it is about.
    package var nodes: NodeSet
    /// How much memory is there, and which share of its memory that is; absent where it is not about any.
    package var bytes: UInt64?
    package var ratio: Double?

    package init(_ mismatch: Mismatch, nodes: NodeSet) {
        self.mismatch = mismatch
        self.nodes = nodes
    }

    /// A few words after the name: `75 % of its memory on node 1, where it may not run`.
    package var sentence: String {
        let place = (nodes.count == 1 ? "node " : "nodes ") + nodes.listText
        let percent = ratio.map { "\(Int(($0 * 100).rounded())) % of its memory" } ?? "memory"
        switch mismatch {
        case .memoryDisallowed: return "\(percent) on \(place), which it may not use"
        case .memoryUnreached: return "\(percent) on \(place), where it may not run"
        case .apart: return "may take memory from \(place) only, where it may not run"
        }
    }
}
