/// One task's part of an interval, reconstructed from its readings in it: the sum of what each two that follow each other
/// tell.
package struct TaskInterval: Hashable, Sendable {
    package let tid: Int32
    package let beginNanoseconds: UInt64
    package private(set) var endNanoseconds: UInt64
    /// Readings the interval ends with or holds.
    package private(set) var readings = 0
    package private(set) var placements = 0...0
    /// The ledger was cleared meanwhile: exec, or another task with the same id.
    package private(set) var wasCleared = false
    /// Base pages folded into the ledger, by node in ascending order; with windows that are known, those faulted, whether
    /// folded yet or not.
    package private(set) var nodes: [NodePages]
    /// Base pages folded into the ledger at all nodes: with more than one placement between two readings, narrower bounds
    /// than those of the nodes' sum.
    package private(set) var foldedPages = Estimate.zero
    /// Base pages its hint faults moved.
    package private(set) var pagesMigrated = Estimate(observed: 0)
    /// Where these came from and went to; parts of ``pagesMigrated``.
    package private(set) var moves: [Move] = []
    /// `numa_preferred_nid` at the last reading.
    package private(set) var preferredNode: Int32 = -1
    /// The preferred node as modelled; equal to ``preferredNode`` unless ``preferredBasis`` says that it is unexplained.
    package private(set) var modelledPreferredNode: Int32 = -1
    /// What the last change of the preferred node, or its staying, rests on.
    package private(set) var preferredBasis = PreferredNodeBasis.kept
    /// The node predicted for the last reading without a look at what the kernel printed.
    package private(set) var predictedPreferredNode: Int32 = -1
    package private(set) var groupID: Int32 = 0
    /// Milliseconds between scans of the mm: the task's own period where that is known; else reconstructed, and absent if the
    /// sequence did not advance.
    package private(set) var scanPeriodMilliseconds: Estimate?
    private var sequenceSteps: Int64 = 0

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

    init(from first: LedgerSample, layout: NodeLayout) {
        tid = first.tid
        beginNanoseconds = first.timeNanoseconds
        endNanoseconds = first.timeNanoseconds
        nodes = layout.nodeNumbers.map { NodePages(node: $0, privatePages: .zero, sharedPages: .zero) }
    }

    /// The task did not run until then.
    mutating func extend(to time: UInt64) {
        readings += 1
        endNanoseconds = time
    }

    /// Adds what the next reading tells.
    mutating func add(
        _ before: LedgerSample, _ after: LedgerSample, windows: WindowReconstruction, preferred: PreferredNodeModel,
        profile: KernelProfile, layout: NodeLayout
    ) {
        endNanoseconds = after.timeNanoseconds
        readings += 1
        let fewest = placements.lowerBound + windows.placements.lowerBound
        placements = fewest...(placements.upperBound + windows.placements.upperBound)
        wasCleared = wasCleared || windows.wasCleared
        addPages(before, after, windows)
        // The counter survives exec; if it fell, another task has the id now.
        let moved =
            after.pagesMigrated >= before.pagesMigrated
            ? after.pagesMigrated - before.pagesMigrated : after.pagesMigrated
        pagesMigrated = pagesMigrated + Estimate(observed: moved)
        for move in PageMoves.between(before, after, pages: moved, layout: layout) { add(move) }
        preferredNode = after.preferredNode
        modelledPreferredNode = preferred.node
        preferredBasis = preferred.basis
        predictedPreferredNode = preferred.predicted
        groupID = after.groupID
        let steps = after.scanSequence.subtractingReportingOverflow(before.scanSequence).partialValue
        if steps > 0 { sequenceSteps = sequenceSteps.addingReportingOverflow(steps).partialValue }
        scanPeriodMilliseconds =
            after.scanPeriodMilliseconds.map { Estimate(observed: UInt64($0)) } ?? period(profile)
    }

    /// Adds what was folded; where the open windows are known, what was faulted.
    private mutating func addPages(_ before: LedgerSample, _ after: LedgerSample, _ windows: WindowReconstruction) {
        var total = windows.total(before: before.counters, after: after.counters)
        // What stood in a window when the ledger was cleared went with it.
        let open = windows.wasCleared ? [] : before.windows
        if let open, let now = after.windows {
            total = total.faulted(windowBefore: Self.sum(open), windowAfter: Self.sum(now))
        }
        foldedPages = foldedPages + total
        for index in nodes.indices {
            let (old, new) = (before.nodes[index], after.nodes[index])
            var personal = windows.pages(before: old.taskPrivate, after: new.taskPrivate)
            var shared = windows.pages(before: old.taskShared, after: new.taskShared)
            if let open, let now = after.windows, now.indices.contains(index) {
                let then = open.indices.contains(index) ? open[index] : .init(privatePages: 0, sharedPages: 0)
                personal = personal.faulted(windowBefore: then.privatePages, windowAfter: now[index].privatePages)
                shared = shared.faulted(windowBefore: then.sharedPages, windowAfter: now[index].sharedPages)
            }
            nodes[index].privatePages = nodes[index].privatePages + personal
            nodes[index].sharedPages = nodes[index].sharedPages + shared
        }
    }

    private static func sum(_ windows: [LedgerSample.Window]) -> UInt64 {
        windows.reduce(0) { $0 &+ $1.privatePages &+ $1.sharedPages }
    }

    private mutating func add(_ move: Move) {
        if let index = moves.firstIndex(where: {
            $0.sourceNode == move.sourceNode && $0.targetNode == move.targetNode
        }) {
            moves[index].pages = moves[index].pages + move.pages
        } else {
            moves.append(move)
        }
    }

    /// Allows for one placement that left the ledger as it was: its window was what halving takes away.
    mutating func widen(byHalfOf ledger: LedgerSample) {
        for index in nodes.indices {
            let (personal, shared) = (ledger.nodes[index].taskPrivate / 2, ledger.nodes[index].taskShared / 2)
            nodes[index].privatePages.highest += Double(personal)
            nodes[index].sharedPages.highest += Double(shared)
            foldedPages.highest += Double(personal) + Double(shared)
        }
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
        foldedPages = moved(foldedPages)
        for index in nodes.indices {
            nodes[index].privatePages = moved(nodes[index].privatePages)
            nodes[index].sharedPages = moved(nodes[index].sharedPages)
        }
    }

    /// A pass of the mm takes one scan for each window; the resident set is not in the ledger, so a pass counts as one scan,
    /// and the period is at most what comes out.
    private func period(_ profile: KernelProfile) -> Estimate? {
        guard sequenceSteps > 0 else { return nil }
        let milliseconds = Double(endNanoseconds - beginNanoseconds) / 1e6
        let floor = Double(profile.minimumPeriod(residentPages: UInt64(UInt32.max)))
        let highest =
            sequenceSteps > 1
            ? milliseconds / Double(sequenceSteps - 1) : Double(profile.tunables.scanPeriodMaximumMilliseconds)
        return Estimate(
            value: milliseconds / Double(sequenceSteps), lowest: floor, highest: max(floor, highest),
            provenance: .modelled)
    }
}
