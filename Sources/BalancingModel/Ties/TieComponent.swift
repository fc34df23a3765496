/// Tasks whose groups came into touch, and the hypotheses about them.
///
/// What one component does says nothing of another: they have no group in common, and no order of addresses between them
/// was ever asked for. So their hypotheses need not be combined, until two of their tasks meet and it matters; then the
/// two become one, and only then do their hypotheses multiply (`TieComponent+Union.swift`).
///
/// Each tie of unknown outcome splits a hypothesis in two. What keeps their number small: an observed group id all but
/// removes those it contradicts; of those with the same future the likeliest stays; the least likely are dropped when there
/// are too many.
struct TieComponent: Sendable {
    /// Never empty.
    var hypotheses: [TieHypothesis]
    /// The groups, dead ones among them until they are the more.
    var keys: [GroupKey]
    /// Where each group lies, as far as that was told: of two the one with the larger is higher.
    var orders: [UInt64?]
    /// The tasks; 0 where a place is free.
    var tids: [Int32]
    var taskCount = 1
    /// At least the number of outcomes in any hypothesis.
    var factCount = 0
    /// When a hypothesis last changed by a meeting.
    private(set) var changedAt: UInt64 = 0
    var mergedAt: UInt64 = 0

    /// More hypotheses than this are cut, the least likely first.
    static let hypothesisLimit = 1024
    /// From here on, hypotheses that can no longer come to differ are merged.
    private static let mergeFrom = 8
    /// Outcomes common to all hypotheses are put away when a hypothesis has this many.
    static let settleFrom = 32
    /// What is this much less likely than the best when outcomes are put away is given up.
    static let oldContradictionFactor = 1e-2
    /// What an observation leaves of a hypothesis it contradicts: the events themselves can be a few microseconds
    /// out of order, so one contradiction is not proof.
    static let contradictionFactor = 1e-4
    /// Hypotheses this much less likely than the best are dropped.
    static let pruneFactor = 1e-9
    /// An outcome is in doubt if a hypothesis disputes it that is not this much less likely than the best.
    static let rivalFactor = 1e-2
    /// Enough rivals to find what is in doubt.
    static let rivalLimit = 64
    /// Below this many places, dead groups and tasks are not worth renumbering the others.
    private static let compactFrom = 64

    /// Hypotheses, outcomes and groups at which merging, putting away and forgetting are worth another try.
    private var nextMerge = TieComponent.mergeFrom
    var nextSettle = TieComponent.settleFrom
    private var nextCompaction = TieComponent.compactFrom

    /// A task alone in the group it has just made.
    init(tid: Int32, key: GroupKey, order: UInt64? = nil) {
        orders = [order]
        hypotheses = [TieHypothesis(createdAt: key.createdAtNanoseconds)]
        keys = [key]
        tids = [tid]
    }

    /// A component without tasks.
    static var none: TieComponent {
        var component = TieComponent(tid: 0, key: GroupKey(gid: 0, createdAtNanoseconds: 0))
        component.remove(0)
        return component
    }

    /// What the hypotheses but the first take at most.
    var spareBytes: Int {
        (hypotheses.count - 1) * TieHypothesis.bytes(tasks: tids.count, groups: keys.count, facts: factCount)
    }

    /// Whether it matters in any hypothesis that a task meets one of another component.
    func mayJoin(_ task: Int, _ other: TieComponent, _ candidate: Int) -> Bool {
        let mine = hypotheses.map { $0.memberCount[$0.group(of: task)] }.min() ?? 1
        let theirs = other.hypotheses.map { $0.memberCount[$0.group(of: candidate)] }.max() ?? 1
        return mine <= theirs
    }

    /// A task met another and can join its group.
    ///
    /// - Parameters:
    ///   - task: The task that faulted.
    ///   - candidate: The task it met.
    ///   - time: Now, nanoseconds.
    ///   - lastSeen: When groups will be seen last, by id.
    /// - Returns: Ties whose outcome was not known, over all hypotheses; nil if nothing changed.
    mutating func meet(_ task: Int, _ candidate: Int, at time: UInt64, lastSeen: [Int32: UInt64]) -> Int? {
        var splits = 0
        var hasChanged = false
        for index in hypotheses.indices {
            let mine = hypotheses[index].group(of: task)
            let theirs = hypotheses[index].group(of: candidate)
            if mine == theirs { continue }
            let mineCount = hypotheses[index].memberCount[mine]
            let theirCount = hypotheses[index].memberCount[theirs]
            if mineCount > theirCount { continue }
            if mineCount == theirCount {
                switch hypotheses[index].order.isHigher(mine, than: theirs) {
                case .some(true): continue
                case .some(false): break
                case nil:
                    splits += 1
                    split(index, mine: mine, theirs: theirs, at: time)
                }
            }
            hypotheses[index].move(task, to: theirs, at: time, leaving: keys[mine].gid)
            if hypotheses[index].memberCount[mine] == 0, let seen = lastSeen[keys[mine].gid], seen > time {
                hypotheses[index].weight *= Self.contradictionFactor
            }
            hasChanged = true
        }
        guard hasChanged else { return nil }
        changedAt = time
        return splits
    }

    /// Splits a hypothesis: a copy keeps the task where it is, the hypothesis itself goes on to join.
    private mutating func split(_ index: Int, mine: Int, theirs: Int, at time: UInt64) {
        let chance = hypotheses[index].order.likelihood(
            mine, isHigherThan: theirs, firstNode: keys[mine].homeNode, secondNode: keys[theirs].homeNode)
        var copy = hypotheses[index]
        copy.weight *= chance
        copy.note(
            TieFact(timeNanoseconds: time, high: keys[mine], low: keys[theirs]), high: mine, low: theirs)
        hypotheses[index].weight *= 1 - chance
        hypotheses[index].note(
            TieFact(timeNanoseconds: time, high: keys[theirs], low: keys[mine]), high: theirs, low: mine)
        factCount = max(factCount, copy.facts.count)
        hypotheses.append(copy)
    }

    /// The kernel printed the group id of a task, read since `begin`.
    ///
    /// - Returns: Whether some hypothesis explains it.
    mutating func observe(_ gid: Int32, task: Int, since begin: UInt64) -> Bool {
        let agreements = hypotheses.map { hypothesis in
            let group = hypothesis.group(of: task)
            return (group < 0 ? 0 : keys[group].gid) == gid || hypothesis.wasIn(gid, task: task, since: begin)
        }
        guard agreements.contains(true) else { return false }
        for (index, agrees) in agreements.enumerated() where !agrees {
            hypotheses[index].weight *= Self.contradictionFactor
        }
        return true
    }

    /// Whether a task is in a group of that id, in all hypotheses.
    func isIn(_ gid: Int32, _ task: Int) -> Bool { hypotheses.allSatisfy { keys[$0.group(of: task)].gid == gid } }

    /// The last group of that id with members in some hypothesis, but for one.
    func group(_ gid: Int32, but other: Int = -1) -> Int? {
        keys.indices.last { group in
            group != other && keys[group].gid == gid && hypotheses.contains { $0.memberCount[group] > 0 }
        }
    }

    /// Puts a task that has just made a group of its own into the older one of that id.
    mutating func adopt(_ task: Int, into gid: Int32) {
        guard let older = group(gid, but: hypotheses[0].group(of: task)) else { return }
        for index in hypotheses.indices { hypotheses[index].move(task, to: older, at: changedAt, leaving: gid) }
    }

    /// A task left its group for good.
    mutating func remove(_ task: Int) {
        for index in hypotheses.indices { hypotheses[index].remove(task) }
        tids[task] = 0
        taskCount -= 1
    }

    /// Drops what is hopeless and keeps the number bounded; weights are scaled so that the best is 1.
    ///
    /// - Returns: Outcomes no hypothesis disputes any more.
    mutating func tidy() -> [TieFact] {
        drop(below: Self.pruneFactor)
        if hypotheses.count > Self.mergeFrom, hypotheses.count >= nextMerge { merge() }
        if hypotheses.count > Self.hypothesisLimit { keepBest(Self.hypothesisLimit / 2) }
        if keys.count >= nextCompaction { forgetGroups() }
        return factCount >= nextSettle ? settle() : []
    }

    /// Keeps the likeliest hypotheses.
    mutating func keepBest(_ count: Int) {
        guard hypotheses.count > max(1, count) else { return }
        let order = hypotheses.indices.sorted { (hypotheses[$1].weight, $0) < (hypotheses[$0].weight, $1) }
        hypotheses = order.prefix(max(1, count)).sorted().map { hypotheses[$0] }
    }

    mutating func drop(below factor: Double) {
        guard hypotheses.count > 1 else {
            hypotheses[0].weight = 1
            return
        }
        let best = hypotheses[likeliest].weight
        guard best > 0 else { return }
        if best != 1 {
            for index in hypotheses.indices { hypotheses[index].weight /= best }
        }
        hypotheses.removeAll { $0.weight < factor }
    }

    /// The first of the likeliest hypotheses.
    var likeliest: Int {
        var best = 0
        for index in hypotheses.indices where hypotheses[index].weight > hypotheses[best].weight { best = index }
        return best
    }

    /// Of hypotheses with the same standing, the likeliest stays: no later observation can tell them apart, except by what
    /// changed in the last moments, which is judged when it is observed. It keeps the other's doubts.
    mutating func merge() {
        guard hypotheses.count > 1 else { return }
        let places = groupPlaces
        var best: [[UInt64]: Int] = [:]
        var isKept = [Bool](repeating: true, count: hypotheses.count)
        for index in hypotheses.indices {
            let standing = hypotheses[index].standing
            guard let other = best[standing] else {
                best[standing] = index
                continue
            }
            let isWorse = hypotheses[other].weight >= hypotheses[index].weight
            let (kept, gone) = isWorse ? (other, index) : (index, other)
            if hypotheses[gone].weight > hypotheses[kept].weight * Self.rivalFactor {
                let rival = hypotheses[gone]
                hypotheses[kept].doubt(where: rival, places: places)
            }
            isKept[gone] = false
            best[standing] = kept
        }
        if best.count < hypotheses.count {
            hypotheses = hypotheses.indices.filter { isKept[$0] }.map { hypotheses[$0] }
        }
        nextMerge = max(Self.mergeFrom, hypotheses.count + hypotheses.count / 4)
    }

    /// The numbers of the groups.
    var groupPlaces: [GroupKey: Int] {
        Dictionary(keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// Forgets groups that have no member in any hypothesis.
    private mutating func forgetGroups() {
        var places = [Int32](repeating: -1, count: keys.count)
        for hypothesis in hypotheses {
            for group in hypothesis.groupOf where group >= 0 { places[Int(group)] = 0 }
        }
        var live: [GroupKey] = []
        var liveOrders: [UInt64?] = []
        for group in places.indices where places[group] == 0 {
            places[group] = Int32(live.count)
            live.append(keys[group])
            liveOrders.append(orders[group])
        }
        nextCompaction = max(Self.compactFrom, 2 * live.count)
        guard live.count < keys.count else { return }
        for index in hypotheses.indices { hypotheses[index].renumberGroups(places, count: live.count) }
        keys = live
        orders = liveOrders
    }

    /// Whether renumbering the tasks is worth while.
    var hasManyFreePlaces: Bool { tids.count >= Self.compactFrom && 2 * taskCount < tids.count }

    /// Gives the tasks new numbers, without gaps.
    mutating func renumberTasks() {
        var places = [Int32](repeating: -1, count: tids.count)
        var staying: [Int32] = []
        for (task, tid) in tids.enumerated() where tid != 0 {
            places[task] = Int32(staying.count)
            staying.append(tid)
        }
        for index in hypotheses.indices { hypotheses[index].renumberTasks(places, count: staying.count) }
        tids = staying
    }
}
