/// The preferred node as the model has it, compared with the one the kernel prints.
///
/// It changes for two reasons. A *placement* prefers the node its ledger speaks for, or its group's
/// (`task_numa_placement`). And while a task is not on its preferred node, it searches for a CPU, at every retry; in a
/// group it then prefers the node where it found one or, if it found none, the one it is on (`task_numa_migrate`). Which
/// CPU is found depends on the load of the moment, which no file tells.
///
/// So a placement seen between two readings gives a prediction. The group's sums are those of the second reading, when
/// others may have placed themselves since; the sums with only its own window folded are the other end. Without a
/// placement the node stays.
package enum PreferredNodeBasis: String, Sendable, CaseIterable {
    /// No placement: the node was kept.
    case kept
    /// The placement's ledger speaks for it.
    case placement
    /// So do the group's sums before others of it folded theirs.
    case groupBefore
    /// The task's search for a CPU ended there, or it stays where it is.
    case search
    /// Nothing the model knows leads there.
    case unexplained
}

struct PreferredNodeModel {
    /// The prediction, without a look at what the kernel prints.
    let predicted: Int32
    /// What the kernel prints if the model can explain it, else the prediction.
    let node: Int32
    let basis: PreferredNodeBasis

    /// - Parameters:
    ///   - known: The node at the first reading; nothing if the task was born since.
    ///   - windows: What was folded between the readings.
    init(
        known: Int32?, _ before: LedgerSample, _ after: LedgerSample, windows: WindowReconstruction, layout: NodeLayout
    ) {
        let kept = known ?? after.preferredNode
        let placed = windows.placements.upperBound > 0 ? Self.spokenFor(after, layout: layout) : -1
        let isPlaced = windows.likeliestPlacements > 0 && placed >= 0
        predicted = isPlaced ? placed : kept
        let seen = after.preferredNode
        if seen == predicted {
            basis = isPlaced ? .placement : .kept
        } else if placed >= 0, seen == placed {
            basis = .placement
        } else if windows.placements.lowerBound == 0, seen == kept {
            basis = .kept
        } else if windows.placements.upperBound > 0, Self.spokenForBefore(before, after, layout: layout) == seen {
            basis = .groupBefore
        } else if after.groupID != 0 || before.groupID != 0, Self.hasCPUs(seen, layout) {
            basis = .search
        } else {
            basis = .unexplained
        }
        node = basis == .unexplained ? predicted : seen
    }

    /// The node a ledger, or its group's, speaks for; -1 for none.
    static func spokenFor(_ sample: LedgerSample, layout: NodeLayout) -> Int32 {
        let isGroup = sample.groupID != 0
        let faults = sample.nodes.map {
            isGroup ? $0.groupPrivate &+ $0.groupShared : $0.taskPrivate &+ $0.taskShared
        }
        return layout.number(layout.preferredNode(faults: faults, isGroup: isGroup))
    }

    /// The same, with the group's sums of the first reading and this task's own change.
    private static func spokenForBefore(_ before: LedgerSample, _ after: LedgerSample, layout: NodeLayout) -> Int32 {
        let isGroup = before.groupID != 0
        let faults = zip(before.nodes, after.nodes).map { old, new -> UInt64 in
            let now = new.taskPrivate &+ new.taskShared
            guard isGroup else { return now }
            let own = old.taskPrivate &+ old.taskShared
            let others = old.groupPrivate &+ old.groupShared
            return (others > own ? others - own : 0) &+ now
        }
        return layout.number(layout.preferredNode(faults: faults, isGroup: isGroup))
    }

    private static func hasCPUs(_ node: Int32, _ layout: NodeLayout) -> Bool {
        let position = layout.position(ofNode: node)
        return position >= 0 && layout.hasCPUs[position]
    }
}
