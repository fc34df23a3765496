package import BalancingModel

extension DecisionRule {
    /// The kernel function that holds the rule.
    package var kernelFunction: String {
        switch self {
        case .local, .policy, .memoryless: "mpol_misplaced"
        case .tieringPromote, .tieringStay, .slowNodeUnset, .earlyLife, .twoStage, .private, .noGroup, .cpuRatio,
            .cpuMemRatio:
            "should_numa_migrate_memory"
        case .unaccounted: "do_numa_page"
        case .unknown: "unknown"
        }
    }

    /// What the rule says, without numbers.
    package var meaning: String {
        switch self {
        case .local: "the page is on the CPU's own node already"
        case .policy: "the memory policy does not move pages on fault, or not to this node"
        case .memoryless: "this node has no memory"
        case .tieringPromote: "a page of a slow node: there is room, or it is hot"
        case .tieringStay: "a page of a slow node: no room, and not hot enough"
        case .slowNodeUnset: "a page of a slow node that names no last CPU"
        case .earlyLife: "a young task takes pages that are untouched or its own"
        case .twoStage: "the last fault came from another node: wait for a second one"
        case .private: "the last fault was the task's own"
        case .noGroup: "the task has no group: nothing to weigh"
        case .cpuRatio: "the group runs more than 3 times as much here"
        case .cpuMemRatio: "the group's CPU time per fault, here against there"
        case .unaccounted: "moving failed, and the entry had changed"
        case .unknown: "what decides was not reported"
        }
    }
}
