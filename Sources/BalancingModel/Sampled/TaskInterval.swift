/// One task's part of an interval, reconstructed from two readings of its ledger.
package struct TaskInterval: Hashable, Sendable {
    package let tid: Int32
    package let beginNanoseconds: UInt64
    package let endNanoseconds: UInt64
    package let placements: ClosedRange<Int>
    /// The ledger was cleared meanwhile: exec, or another task with the same id.
    package let wasCleared: Bool
    /// Base pages folded into the ledger, by node in ascending order.
    package private(set) var nodes: [NodePages]
    /// Base pages its hint faults moved.
    package let pagesMigrated: Estimate
    /// Where these came from and went to; parts of ``pagesMigrated``.
    package let moves: [Move]
    package let preferredNode: Int32
    /// The node its ledger, or its group's, speaks for (`task_numa_placement`); -1 for none. It is equal to
    /// ``preferredNode`` unless a search for a CPU ended elsewhere or others of the group placed themselves since.
    package let modelledPreferredNode: Int32
    package let groupID: Int32
    /// Milliseconds between scans of the mm; absent if its sequence did not advance.
    package let scanPeriodMilliseconds: Estimate?

    /// Pages folded at one node.
    package struct NodePages: Hashable, Sendable {
        package var node: Int32
        package var privatePages: Estimate
        package var sharedPages: Estimate
    }

    /// Pages moved from one node to another.
    package struct Move: Hashable, Sendable {
        package var sourceNode: Int32
        package var targetNode: Int32
        package var pages: Estimate
    }

    init(_ before: LedgerSample, _ after: LedgerSample, profile: KernelProfile, layout: NodeLayout) {
        tid = after.tid
        beginNanoseconds = before.timeNanoseconds
        endNanoseconds = after.timeNanoseconds
        let steps = after.scanSequence.subtractingReportingOverflow(before.scanSequence).partialValue
        let windows = WindowReconstruction(
            before: before.nodes.flatMap { [$0.taskPrivate, $0.taskShared] },
            after: after.nodes.flatMap { [$0.taskPrivate, $0.taskShared] }, sequenceSteps: steps)
        placements = windows.placements
        wasCleared = windows.wasCleared
        nodes = after.nodes.indices.map { position in
            let old = before.nodes.indices.contains(position) ? before.nodes[position] : nil
            let new = after.nodes[position]
            return NodePages(
                node: layout.number(position),
                privatePages: windows.pages(before: old?.taskPrivate ?? 0, after: new.taskPrivate),
                sharedPages: windows.pages(before: old?.taskShared ?? 0, after: new.taskShared))
        }
        // The counter survives exec; if it fell, another task has the id now.
        let moved =
            after.pagesMigrated >= before.pagesMigrated
            ? after.pagesMigrated - before.pagesMigrated : after.pagesMigrated
        pagesMigrated = Estimate(observed: moved)
        preferredNode = after.preferredNode
        groupID = after.groupID
        modelledPreferredNode = layout.number(Self.preferred(after, layout: layout))
        moves = Self.moves(before, after, pages: moved, layout: layout)
        scanPeriodMilliseconds = Self.period(before, after, steps: steps, profile: profile)
    }

    /// Base pages folded at all nodes.
    package var foldedPages: Estimate {
        nodes.reduce(Estimate.zero) { $0 + $1.privatePages + $1.sharedPages }
    }

    /// Moves all values between their bounds by the share by which the sum moves.
    mutating func move(from sum: Estimate, to goal: Double) {
        func moved(_ part: Estimate) -> Estimate {
            var result = part
            if goal < sum.value, sum.value > sum.lowest {
                result.value -= (part.value - part.lowest) * (sum.value - goal) / (sum.value - sum.lowest)
            } else if goal > sum.value, sum.highest > sum.value {
                result.value += (part.highest - part.value) * (goal - sum.value) / (sum.highest - sum.value)
            }
            return result
        }
        for index in nodes.indices {
            nodes[index].privatePages = moved(nodes[index].privatePages)
            nodes[index].sharedPages = moved(nodes[index].sharedPages)
        }
    }

    private static func preferred(_ sample: LedgerSample, layout: NodeLayout) -> Int {
        let faults = sample.nodes.map {
            sample.groupID != 0 ? $0.groupPrivate &+ $0.groupShared : $0.taskPrivate &+ $0.taskShared
        }
        return layout.preferredNode(faults: faults, isGroup: sample.groupID != 0)
    }

    /// Pages come to the node the task runs on; it was on at most two that were seen, and between two nodes there is only
    /// one way. Else the sources are weighted by what the ledger showed there before.
    private static func moves(
        _ before: LedgerSample, _ after: LedgerSample, pages: UInt64, layout: NodeLayout
    ) -> [Move] {
        guard pages > 0, after.currentNode >= 0 else { return [] }
        let hasMoved = before.currentNode != after.currentNode
        let targets =
            hasMoved && before.currentNode >= 0 ? [before.currentNode, after.currentNode] : [after.currentNode]
        var result: [Move] = []
        for target in targets {
            let part = Double(pages) / Double(targets.count)
            let sources = layout.nodeNumbers.indices.filter { layout.nodeNumbers[$0] != target && layout.hasMemory[$0] }
            let weights = sources.map { Double(before.nodes[$0].taskPrivate &+ before.nodes[$0].taskShared) + 1 }
            let total = weights.reduce(0, +)
            for (position, weight) in zip(sources, weights) {
                let isCertain = sources.count == 1 && targets.count == 1
                let value = part * weight / total
                result.append(
                    Move(
                        sourceNode: layout.number(position), targetNode: target,
                        pages: Estimate(
                            value: value, lowest: isCertain ? value : 0, highest: isCertain ? value : Double(pages),
                            provenance: .modelled)))
            }
        }
        return result
    }

    /// A pass of the mm takes one scan for each window; the resident set is not in the ledger, so a pass counts as one scan,
    /// and the period is at most what comes out.
    private static func period(
        _ before: LedgerSample, _ after: LedgerSample, steps: Int64, profile: KernelProfile
    ) -> Estimate? {
        guard steps > 0 else { return nil }
        let milliseconds = Double(after.timeNanoseconds - before.timeNanoseconds) / 1e6
        let floor = Double(profile.minimumPeriod(residentPages: UInt64(UInt32.max)))
        let highest =
            steps > 1 ? milliseconds / Double(steps - 1) : Double(profile.tunables.scanPeriodMaximumMilliseconds)
        return Estimate(
            value: milliseconds / Double(steps), lowest: floor, highest: max(floor, highest), provenance: .modelled)
    }
}
