/// What NUMA balancing does to a host, a group or a process.
package enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// It makes memory local, and that is worth more than it costs.
    case helping
    /// It has done what it can: memory is local, or as local as it can be, and costs next to nothing to keep so.
    case converged
    /// It costs next to nothing, and leaves memory where it is although more could be local.
    case settled
    /// It costs about what it gains.
    case neutral
    /// It costs more than it can gain.
    case hurting
    /// It does nothing here; the reason says why.
    case inactive
    /// What is known does not say; the reason names what is missing.
    case cannotTell = "cannot_tell"

    /// As text for people: `cannot tell`.
    package var word: String { self == .cannotTell ? "cannot tell" : rawValue }
}

/// Why a verdict is as it is, where the figures do not say so themselves.
package enum VerdictReason: String, Sendable, Hashable, CaseIterable {
    // Inactive.
    /// `kernel.numa_balancing` is 0.
    case off
    /// The host has memory on one node only.
    case oneNode = "one_node"
    /// Nine tenths of the memory lie under a policy that balancing leaves alone, or are of hugetlbfs.
    case policy
    /// It hardly ran.
    case idle
    /// `kernel.numa_balancing` is 2: pages are promoted to faster tiers, and not moved between nodes of one.
    case tieringOnly = "tiering_only"
    /// Nothing was armed.
    case notScanned = "not_scanned"

    // Converged or settled.
    /// It was scanned before, and the kernel has stopped.
    case backedOff = "backed_off"
    /// It is scanned as seldom as the kernel allows although its memory is not local.
    case givenUp = "given_up"
    /// Its nodes have no room for what is not local.
    case doesNotFit = "does_not_fit"

    // Cannot tell.
    /// It has not been watched for long enough.
    case tooShort = "too_short"
    /// It had less than 2 s of CPU time in the window.
    case tooLittleCPU = "too_little_cpu"
    /// Where more than 30 % of its memory is, or on which nodes it ran, is not known.
    case unplaced
    /// Whether it is scanned at all is not known.
    case uncounted
    /// What it may cost and what it may gain overlap.
    case overlap
    /// Pages move, and it cannot be seen whether they stay.
    case unproven
    /// `kernel.numa_balancing` cannot be read.
    case modeUnknown = "mode_unknown"

    /// A few words for people.
    package var words: String {
        switch self {
        case .off: "balancing is off"
        case .oneNode: "one node"
        case .policy: "bound by policy"
        case .idle: "hardly ran"
        case .tieringOnly: "memory tiering only"
        case .notScanned: "not scanned"
        case .backedOff: "the kernel has backed off"
        case .givenUp: "the kernel has given up"
        case .doesNotFit: "does not fit its nodes"
        case .tooShort: "not watched for long enough"
        case .tooLittleCPU: "ran too little"
        case .unplaced: "where its memory is, is not known"
        case .uncounted: "nothing counts what is armed and moved"
        case .overlap: "costs and gains overlap"
        case .unproven: "whether moved pages stay is not seen"
        case .modeUnknown: "whether balancing is on is not known"
        }
    }
}

/// Whom a verdict is about.
package enum VerdictScope: String, Sendable, Hashable, CaseIterable {
    case host, group, process
}

/// How sure a verdict is, from its points.
package enum VerdictConfidence: String, Sendable, Hashable, CaseIterable {
    case high, medium, low

    /// - Parameter points: 0 to 4.
    package init(points: Int) {
        self = points >= 3 ? .high : points == 2 ? .medium : .low
    }
}
