/// Scores ledgers against `SCHED` marks.
///
/// A mark is written up to 0.2 s after the kernel printed the file, so it agrees if it equals a state the task had in the
/// 0.2 s before it: the one in force when that time began, or any since. Before anything was seen of a task, its state is
/// all zero without a preferred node.
package struct LedgerAgreement: Sendable {
    /// How long a mark may be under way.
    package static let markDelayNanoseconds: UInt64 = 200_000_000

    /// Marks that agreed, of how many.
    package struct Score: Sendable, Hashable {
        package var right: UInt64 = 0
        package var total: UInt64 = 0

        package init() {}

        package mutating func add(_ isRight: Bool) {
            total += 1
            if isRight { right += 1 }
        }

        /// Right per total, 0 to 1; absent when there was none.
        package var share: Double? { total == 0 ? nil : Double(right) / Double(total) }
    }

    package private(set) var values = Score()
    package private(set) var preferred = Score()
    package private(set) var group = Score()

    private let nodeNumbers: [Int32]
    private var history: [Int32: [LedgerChange]] = [:]

    package init(layout: NodeLayout) {
        nodeNumbers = layout.nodeNumbers
    }

    /// Takes a ledger change.
    package mutating func note(_ change: LedgerChange) {
        var states = history[change.tid] ?? []
        // States that ended before any mark still to come can look for them are dropped.
        var firstNeeded = 0
        for index in states.indices.dropFirst()
        where states[index].timeNanoseconds &+ 2 &* Self.markDelayNanoseconds < change.timeNanoseconds {
            firstNeeded = index
        }
        if firstNeeded > 0 { states.removeFirst(firstNeeded) }
        states.append(change)
        history[change.tid] = states
    }

    /// Whether any state of a task was taken.
    package func knows(_ tid: Int32) -> Bool { history[tid] != nil }

    /// Forgets a task that has exited.
    package mutating func forget(_ tid: Int32) {
        history[tid] = nil
    }

    /// Scores a mark; every ledger change before it must have been taken.
    ///
    /// - Returns: Whether the per-node values agreed.
    @discardableResult
    package mutating func score(_ mark: BalancingEvent.LedgerMark, at time: UInt64) -> Bool {
        let begin = time > Self.markDelayNanoseconds ? time - Self.markDelayNanoseconds : 0
        let states = history[mark.tid] ?? []
        var candidates: [LedgerChange?] = []
        if let inForce = states.last(where: { $0.timeNanoseconds <= begin }) {
            candidates.append(inForce)
        } else {
            candidates.append(nil)
        }
        for state in states where state.timeNanoseconds > begin { candidates.append(state) }

        let valuesAgree = candidates.contains { agrees(mark.nodes, $0) }
        if !mark.nodes.isEmpty { values.add(valuesAgree) }
        if let node = mark.preferredNode {
            preferred.add(candidates.contains { ($0?.preferredNode ?? -1) == node })
        }
        if let gid = mark.groupID {
            group.add(candidates.contains { ($0?.groupID ?? 0) == gid })
        }
        return valuesAgree
    }

    private func agrees(_ nodes: [BalancingEvent.LedgerMark.NodeFaults], _ state: LedgerChange?) -> Bool {
        nodes.allSatisfy { node in
            guard let state, let position = nodeNumbers.firstIndex(of: node.node), position < state.nodes.count else {
                return node.taskPrivate == 0 && node.taskShared == 0
            }
            let share = state.nodes[position]
            return share.privateFaults == node.taskPrivate && share.sharedFaults == node.taskShared
        }
    }
}
