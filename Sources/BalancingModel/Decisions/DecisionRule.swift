/// The step of the kernel that settled a fault: `mpol_misplaced` and `should_numa_migrate_memory`.
///
/// Names are stable: reports, metrics and tab-separated output carry them.
package enum DecisionRule: String, Sendable, CaseIterable {
    /// The page is on the node of the faulting CPU already.
    case local
    /// A policy without migrate-on-fault, or one whose nodes exclude this one: the group test was never asked.
    case policy
    /// This node has no memory.
    case memoryless
    /// Memory tiering: the page is on a slow node, and this node has room for it or it is hot; promoted.
    case tieringPromote
    /// Memory tiering: the page is on a slow node and stays there.
    case tieringStay
    /// The page lies on a slow node and its `last_cpupid` names no CPU.
    case slowNodeUnset
    /// The task is young (no preferred node or at most four scans) and the page untouched or its own.
    case earlyLife
    /// The last fault on the page came from another node: wait for a second one.
    case twoStage
    /// The last fault on the page was this task's own.
    case `private`
    /// The task has no group.
    case noGroup
    /// The group runs more than three times as much here as there.
    case cpuRatio
    /// The group's CPU time per fault here, against there: more than four thirds moves the page.
    case cpuMemRatio
    /// The kernel never accounted the fault: it tried to move the page, failed, and found the entry changed.
    case unaccounted
    /// What the decision depends on was not reported.
    case unknown

    /// Whether the rule was reached by what the task did before: its scan sequence, preferred node or group.
    package var restsOnHistory: Bool {
        switch self {
        case .earlyLife, .twoStage, .private, .noGroup, .cpuRatio, .cpuMemRatio: true
        case .local, .policy, .memoryless, .tieringPromote, .tieringStay, .slowNodeUnset, .unaccounted, .unknown: false
        }
    }

    /// Whether the rule weighs the sums of the task's group.
    package var weighsGroup: Bool { self == .cpuRatio || self == .cpuMemRatio }
}
