import NUMATopology

/// CPU time of late, by node: what counts is the share of each.
///
/// A thread is read now and then, and its time since the last reading counts on the node it is on now. Where it changed its CPU
/// meanwhile, some of the time may have been spent elsewhere: only the rest is certain.
package struct RecentCPUTime: Sendable, Equatable {
    /// By the node the threads were on when they were read, nanoseconds.
    package var byNode = NodeValues<UInt64>()
    /// Of it, what was spent there for sure.
    package var certainByNode = NodeValues<UInt64>()

    package init() {}

    package var total: UInt64 { byNode.total }

    package static func += (left: inout RecentCPUTime, right: RecentCPUTime) {
        left.byNode += right.byNode
        left.certainByNode += right.certainByNode
    }

    /// Makes what there is count half: older time fades as newer comes.
    package mutating func halve() {
        byNode.halve()
        certainByNode.halve()
    }
}

extension NodeValues where Value == UInt64 {
    fileprivate mutating func halve() {
        for node in nodes { self[node] /= 2 }
        unlocated /= 2
    }
}
