package import BalancingModel
package import NUMATopology

/// What balancing did to a process, a group or the host in one interval, as the sampled drive of the model reconstructs it
/// from the ledgers: every amount with its bounds.
package struct ModelledActivity: Sendable, Equatable {
    /// Pages moved from one node to another.
    package struct Move: Sendable, Equatable {
        package var source: NodeID
        package var target: NodeID
        /// Base pages.
        package var pages: Estimate

        package init(source: NodeID, target: NodeID, pages: Estimate) {
            self.source = source
            self.target = target
            self.pages = pages
        }
    }

    /// Length of the interval, nanoseconds.
    package var intervalNanoseconds: UInt64
    /// Base pages whose hint faults the kernel folded into the ledgers; with the iterator, those that were faulted in the interval.
    package var faultedPages: Estimate
    /// The same by node, ascending.
    package var faultedPagesByNode: [NodePages]
    /// Base pages moved by hint faults: the kernel's own counter.
    package var migratedPages: Estimate
    /// Where these came from and went to.
    package var moves: [Move]
    /// Milliseconds between scans; absent where no scan was completed in the interval.
    package var scanPeriodMilliseconds: Estimate?
    /// Tasks by their preferred node as modelled: the kernel's, unless nothing the model knows leads there.
    package var tasksByModelledNode: NodeValues<Int>

    package struct NodePages: Sendable, Equatable {
        package var node: NodeID
        package var pages: Estimate

        package init(node: NodeID, pages: Estimate) {
            self.node = node
            self.pages = pages
        }
    }

    package init(intervalNanoseconds: UInt64) {
        self.intervalNanoseconds = intervalNanoseconds
        self.faultedPages = .zero
        self.faultedPagesByNode = []
        self.migratedPages = Estimate(observed: 0)
        self.moves = []
        self.tasksByModelledNode = NodeValues()
    }
}

/// Pages a group's tasks moved from one node to another since the daemon started.
package struct MovedTotal: Sendable, Equatable {
    package var source: NodeID
    package var target: NodeID
    package var pages: Double
    /// Half the width between the bounds, added up.
    package var errorPages: Double

    package init(source: NodeID, target: NodeID, pages: Double, errorPages: Double) {
        self.source = source
        self.target = target
        self.pages = pages
        self.errorPages = errorPages
    }
}

/// The host's part of the model.
package struct ModelRecord: Sendable, Equatable {
    package var activity: ModelledActivity
    /// Hint faults of the interval; the kernel's own count where `/proc/vmstat` could be read.
    package var hintFaults: Estimate
    /// Share of them that were local when taken, before their pages moved, 0…1: not locality. Absent if not known or there were
    /// none.
    package var localShare: Double?
    /// Whether the tasks' pages could be brought into line with the counted faults.
    package var isReconciled: Bool
    /// Tasks the model follows.
    package var taskCount: Int
    /// The kernel profile in use, for example `6.12`.
    package var profile: String

    package init(activity: ModelledActivity, hintFaults: Estimate, isReconciled: Bool, profile: String) {
        self.activity = activity
        self.hintFaults = hintFaults
        self.isReconciled = isReconciled
        self.profile = profile
        self.taskCount = 0
    }
}
