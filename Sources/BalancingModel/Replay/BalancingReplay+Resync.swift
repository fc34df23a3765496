/// What happens when events were lost, and with tasks that were there before the stream: ``TaskStanding`` tells the steps.
extension BalancingReplay {
    /// Placements after which CPU shares of which a part is missing are right: each halves that, eight leave 1/256.
    static let settlingPlacements: UInt8 = 8

    /// Events were lost: nothing modelled is certain until the next marks of each task.
    ///
    /// - Parameters:
    ///   - count: 0 where a gap opens that ends with the loss of the same CPU that has a count; meanwhile no mark is taken
    ///     over.
    ///   - cpu: Whose events are missing.
    mutating func loseEvents(_ count: UInt64?, cpu: Int32) {
        if count == 0 {
            cpusInGap.insert(cpu)
        } else {
            cpusInGap.remove(cpu)
            counters.lostEventMarks &+= 1
        }
        for slot in tasks.indices where tasks[slot].tid > 0 { loseTrack(slot) }
        tellsReleases = false
        for cpu in current.indices { current[cpu] = -1 }
    }

    /// Some tasks go on unseen, or seen in part, until ``endGap(where:)``. Until then no mark of theirs is taken over.
    ///
    /// - Parameter isUnseen: Told a thread id, whether events of it may be missing.
    package mutating func beginGap(where isUnseen: (Int32) -> Bool) {
        hasTasksInGap = true
        for slot in tasks.indices where tasks[slot].tid > 0 && isUnseen(tasks[slot].tid) {
            loseTrack(slot)
            tasks[slot].isInGap = true
        }
        // Which dead task's ledger was dropped unseen is not known, nor whether the stream will tell from now on.
        tellsReleases = false
    }

    /// What some tasks did unseen is over; from now on all of them is seen, or nothing.
    package mutating func endGap(where isUnseen: (Int32) -> Bool) {
        hasTasksInGap = false
        for slot in tasks.indices
        where tasks[slot].tid > 0 && (tasks[slot].isInGap || isUnseen(tasks[slot].tid)) {
            loseTrack(slot)
            tasks[slot].isInGap = false
        }
        tellsReleases = false
    }

    private mutating func loseTrack(_ slot: Int) {
        setStanding(slot, .lost, unsettledPlacements: Self.settlingPlacements)
        settle(slot, isCloning: false)
        abandonOpenFault(slot)
        tasks[slot].isLocalityUnknown = true
    }

    /// Forgets tasks that are gone although no exit of theirs was seen: only tasks whose track is lost.
    ///
    /// - Parameter isThere: Whether a thread of that id exists.
    /// - Returns: Which were forgotten.
    @discardableResult
    package mutating func forgetLost(unless isThere: (Int32) -> Bool) -> [Int32] {
        var forgotten: [Int32] = []
        for slot in tasks.indices where tasks[slot].tid > 0 && tasks[slot].standing == .lost {
            let tid = tasks[slot].tid
            guard !isThere(tid) else { continue }
            release(slot)
            forgotten.append(tid)
        }
        if slotByProcess.count > 2 * tasks.count + 64 {
            slotByProcess = slotByProcess.filter { belongs($0.value, to: $0.key) }
        }
        return forgotten
    }

    /// Whether a mark of a task is a test of the model: everything of it was seen, or nothing tells that something was not.
    package func judges(markOf tid: Int32) -> Bool {
        let slot = index.slot(tid)
        guard slot >= 0 else { return !options.startsUnknown && !knowsBirths }
        return tasks[slot].standing == .followed && !tasks[slot].isOlder
    }

    /// Whether the model knows all of a task's `numa_pages_migrated`: nothing of it came from an ancestor that was not followed.
    package func knowsPagesMigrated(of tid: Int32) -> Bool {
        let slot = index.slot(tid)
        return slot < 0 || !tasks[slot].inheritsUnknownCount
    }

    /// How much the model has of a task; nothing of one it does not know.
    package func standing(of tid: Int32) -> TaskStanding? {
        let slot = index.slot(tid)
        return slot >= 0 ? tasks[slot].standing : nil
    }

    /// Tasks by how much the model has of them, in the order of `TaskStanding.allCases`.
    package func tasksByStanding() -> [Int] {
        var counts = [Int](repeating: 0, count: TaskStanding.allCases.count)
        for task in tasks where task.tid > 0 { counts[Int(task.standing.rawValue)] += 1 }
        return counts
    }

    private mutating func setStanding(_ slot: Int, _ standing: TaskStanding, unsettledPlacements: UInt8) {
        let before = tasks[slot].isUnsettled
        tasks[slot].standing = standing
        tasks[slot].unsettledPlacements = unsettledPlacements
        let group = Int(tasks[slot].group)
        guard group >= 0, before != tasks[slot].isUnsettled else { return }
        groups[group].unsettledMembers &+= before ? -1 : 1
    }

    /// A placement has closed the window that was open. The CPU shares it gave are right only if the sum they were divided by,
    /// the locality counters, was known.
    mutating func noteWindowClosed(_ slot: Int) {
        guard tasks[slot].isUnsettled else { return }
        let left = tasks[slot].unsettledPlacements
        setStanding(
            slot, tasks[slot].standing == .adopted ? .reopened : tasks[slot].standing,
            unsettledPlacements: tasks[slot].isLocalityUnknown ? left : left - min(1, left))
    }

    /// Takes a mark over if the task needs one.
    mutating func resynchronise(_ mark: BalancingEvent.LedgerMark) {
        var slot = index.slot(mark.tid)
        if slot < 0, options.startsUnknown { slot = self.slot(of: mark.tid) }
        guard slot >= 0, !tasks[slot].isExiting, !tasks[slot].isInGap, cpusInGap.isEmpty else { return }
        if let process = mark.processID { noteProcess(slot, process) }
        // What moved since the file was read is not in it.
        if tasks[slot].inheritsUnknownCount, let pages = mark.pagesMigrated,
            tasks[slot].movedAt &+ LedgerAgreement.markDelayNanoseconds &+ mark.readingNanoseconds <= now
        {
            tasks[slot].inheritsUnknownCount = false
            tasks[slot].pagesMigrated = pages
        }
        let standing = tasks[slot].standing
        guard standing == .lost || standing == .reopened else { return }
        let placedAt = tasks[slot].lastPlacementNanoseconds
        let quiet = options.adoptionQuietNanoseconds
        if quiet > 0, placedAt &+ quiet &+ mark.readingNanoseconds > now { return }
        counters.resyncs &+= 1
        settle(slot, isCloning: false)
        if let pages = mark.pagesMigrated { tasks[slot].pagesMigrated = pages }
        if let node = mark.preferredNode { tasks[slot].preferred = Int32(layout.position(ofNode: node)) }
        if let sequence = mark.scanSequence { adoptSequence(slot, Int32(truncatingIfNeeded: sequence)) }
        if !mark.nodes.isEmpty { adoptFaults(slot, mark.nodes) }
        if let gid = mark.groupID { adoptGroup(slot, gid: gid) }
        setStanding(
            slot, standing == .lost ? .adopted : .followed, unsettledPlacements: tasks[slot].unsettledPlacements)
        emitLedger(slot, .resync)
    }

    /// Threads of one process have one address space.
    private mutating func noteProcess(_ slot: Int, _ process: Int32) {
        guard tasks[slot].process != process else { return }
        tasks[slot].process = process
        guard let known = slotByProcess[process], belongs(known, to: process), Int(known) != slot else {
            slotByProcess[process] = Int32(slot)
            return
        }
        let shared = tasks[Int(known)].mm
        guard shared >= 0, tasks[slot].mm != shared, tasks[slot].standing != .followed else { return }
        leaveSpace(slot)
        tasks[slot].mm = shared
        spaces[Int(shared)].users &+= 1
    }

    private func belongs(_ slot: Int32, to process: Int32) -> Bool {
        let slot = Int(slot)
        return slot < tasks.count && tasks[slot].tid > 0 && tasks[slot].process == process && tasks[slot].mm >= 0
    }

    /// The mm's sequence; the task's own, which nothing prints, may be older, so the next placement event counts.
    private mutating func adoptSequence(_ slot: Int, _ sequence: Int32) {
        let space = Int(tasks[slot].mm)
        guard space >= 0 else { return }
        spaces[space].scanSequence = sequence
        spaces[space].isSequenceUnknown = false
        guard tasks[slot].standing == .lost else { return }
        tasks[slot].scanSequence = sequence &- 1
        tasks[slot].isSequenceUnknown = true
    }

    private mutating func adoptFaults(_ slot: Int, _ nodes: [BalancingEvent.LedgerMark.NodeFaults]) {
        if tasks[slot].faultBase < 0 {
            guard nodes.contains(where: { $0.taskShared | $0.taskPrivate != 0 }) else { return }
            allocateFaults(slot)
        }
        let base = tasks[slot].faultBase
        let group = Int(tasks[slot].group)
        for node in nodes {
            let position = layout.position(ofNode: node.node)
            guard position >= 0 else { continue }
            for (kind, value) in [node.taskShared, node.taskPrivate].enumerated() {
                let place = entry(base, region: 0, node: position, isPrivate: kind)
                let difference = value &- faults[place]
                faults[place] = value
                tasks[slot].totalFaults &+= difference
                guard group >= 0 else { continue }
                groupFaults[entry(group * 4 * nodeCount, region: 0, node: position, isPrivate: kind)] &+= difference
                groups[group].totalFaults &+= difference
            }
        }
    }

    private mutating func adoptGroup(_ slot: Int, gid: Int32) {
        let own = Int(tasks[slot].group)
        if own >= 0, groups[own].gid == gid { return }
        if own < 0, gid == 0 { return }
        abandonGroup(slot)
        guard gid != 0 else { return }
        if tasks[slot].faultBase < 0 { allocateFaults(slot) }
        if options.recordsGroupFacts {
            let node = Int32(layout.position(ofCPU: Int(tasks[slot].cpu)))
            groupFacts.append(.adopted(time: now, tid: tasks[slot].tid, gid: gid, node: node))
        }
        if let known = groups.indices.last(where: { groups[$0].memberCount > 0 && groups[$0].gid == gid }) {
            let width = 4 * nodeCount
            for offset in 0..<width {
                groupFaults[known * width + offset] &+= faults[tasks[slot].faultBase + offset]
            }
            groups[known].totalFaults &+= tasks[slot].totalFaults
            groups[known].memberCount &+= 1
            if tasks[slot].isUnsettled { groups[known].unsettledMembers &+= 1 }
            tasks[slot].group = Int32(known)
        } else {
            createGroup(slot, gid: gid)
        }
    }
}
