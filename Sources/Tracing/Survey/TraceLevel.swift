package import BalancingModel

/// How much of the hint-fault path a trace shows, and what a replay loses by each event that is not there.
///
/// That an event never occurs may mean that it was not recorded or that it never happened; text cannot tell. The level
/// follows from what is there.
package struct TraceLevel: Sendable, Equatable {
    /// The names of levels, best first.
    package enum Name: String, Sendable, CaseIterable {
        /// Every fault with its address, its jiffy, the instants of group test and placement, births and run times:
        /// decisions and ledgers can be exact.
        case full
        /// Every fault with its address, but some instant or run time must be guessed: decisions are right in about
        /// 99.9 % of the faults, in the worst case in 90 %.
        case faults
        /// Faults are accounted but their addresses and decisions are not seen: ledgers only.
        case accounting
        /// No faults; migrations, task moves or scans only.
        case outcomes
        /// Nothing of NUMA balancing.
        case none
    }

    /// An event that never occurs, and what that costs.
    package struct Missing: Sendable, Equatable {
        package var name: String
        package var kind: EventKinds
        package var lost: String
        /// True if, given what else occurs, it may simply never have happened.
        package var mayNotHaveHappened: Bool
    }

    package let name: Name
    /// The kinds of events that occur.
    package let kinds: EventKinds
    package let missing: [Missing]

    /// The level of a trace in which exactly `kinds` occur.
    package init(kinds: EventKinds) {
        self.kinds = kinds
        let instants: EventKinds = [.faultJiffies, .placement, .schedSwitch, .newTask]
        if kinds.contains([.misplaced, .hintFault]) {
            name = kinds.isSuperset(of: instants) ? .full : .faults
        } else if kinds.contains(.hintFault) {
            name = .accounting
        } else if !kinds.isDisjoint(with: [
            .misplaced, .migratePages, .taskMoves, .scanWork, .scanRange, .setPreferred, .skipVMA, .marks,
        ]) {
            name = .outcomes
        } else {
            name = .none
        }
        missing = EventKinds.named.compactMap { entry in
            guard !kinds.contains(entry.kind), let cost = Self.cost(of: entry.kind) else { return nil }
            // Without faults their jiffies are no separate loss.
            if entry.kind == .faultJiffies, !kinds.contains(.hintFault) { return nil }
            return Missing(
                name: entry.name, kind: entry.kind, lost: cost.lost, mayNotHaveHappened: cost.mayNotHaveHappened)
        }
    }

    private static func cost(of kind: EventKinds) -> (lost: String, mayNotHaveHappened: Bool)? {
        switch kind {
        case .misplaced: ("addresses and decisions of hint faults", false)
        case .misplacedReturn: ("the kernel's answers: decisions are not compared", false)
        case .hintFault: ("what is accounted: ledgers, preferred nodes and groups", false)
        case .faultJiffies: ("the tick of a fault: when placement runs is guessed", false)
        case .migrateCheck: ("the page's node before a move, and the instant of the group test", true)
        case .placement: ("the instant of placement: ledgers of groups may be folded too early or late", false)
        case .scanWork: ("scan attempts: scan sequence and period are guessed from placements", true)
        case .scanRange: ("what was armed: no scan cost, no PTE updates", true)
        case .setPreferred: ("the kernel's preferred nodes: the model's own stand", true)
        case .taskMoves: ("task moves between nodes, and the group ids they carry", true)
        case .skipVMA: ("why VMAs were passed by (kernels before 6.7 do not tell)", true)
        case .migrateTask: ("which CPU a task is on before its first fault there", false)
        case .schedSwitch: ("run times: CPU shares of groups are guessed", false)
        case .newTask: ("births: which threads share memory, and inherited settings", true)
        case .fork: ("births, where task_newtask is missing too", true)
        case .exit: ("ends of tasks: a tid used again looks like the old task", true)
        case .free: ("when a group loses a dead member: 20 ms after its end is assumed", true)
        case .migratePages: ("whether a migration failed after the page was isolated", true)
        case .marks: ("the kernel's own ledgers: nothing to compare with, ties of groups are guessed", true)
        case .vmstat: ("the kernel's totals to check against", true)
        // Programs and kernels rarely record it; the model infers it.
        default: nil
        }
    }
}
