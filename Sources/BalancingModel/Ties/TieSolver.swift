/// Settles ties between groups of equal size by looking ahead.
///
/// Which of two equal groups keeps its task depends on where the kernel allocated them; no event tells. But the outcome
/// shows: the next group id the kernel prints for a task (`SCHED` marks, `sched_*_numa` events) belongs to a group that
/// survived. And nothing else that decides memberships depends on a guess: who touched whose page, who shares memory and
/// who left are plain facts. So the solver replays memberships alone, in several hypotheses at once. Each unknown tie
/// splits a hypothesis in two; each remembers the order of addresses its choices imply, and follows it from then on. An
/// observed id that contradicts a hypothesis all but removes it. What remains likeliest at the end is the answer, for
/// all ties at once.
///
/// Example: tasks 1, 2 and 3 have groups of their own. 1 meets 2 (tie), then 3 meets 2. If 1 joined 2, group 2 has two
/// members and 3 joins it: everybody prints gid 2. If not, 3 meets 2 in another tie. A mark that shows 3 in group 1 rules
/// out the first and, from the second, keeps what leads there.
package struct TieSolver: Sendable {
    /// More hypotheses than this are cut, the least likely first.
    private static let limit = 1024
    /// Facts in all hypotheses together, about 100 bytes each.
    private static let factLimit = 1 << 16
    /// From here on, hypotheses that can no longer come to differ are merged.
    private static let mergeFrom = 8
    /// What is this much less likely than the best when facts are put away is given up.
    private static let oldContradictionFactor = 1e-2
    /// A lone hypothesis hands over its facts when it has this many.
    private static let settleFrom = 32
    /// What an observation leaves of a hypothesis it contradicts: the events themselves can be a few microseconds
    /// out of order, so one contradiction is not proof.
    private static let contradictionFactor = 1e-4
    /// Hypotheses this much less likely than the best are dropped.
    private static let pruneFactor = 1e-9

    private struct Hypothesis: Sendable {
        var weight = 1.0
        /// Group of each task, -1 for none.
        var groupOf: [Int32] = []
        var memberCount: [Int32] = []
        var order = PointerOrder()
        /// Changes of the recent past, for marks that are under way: task, and the id of the group it left.
        var recent: [(time: UInt64, task: Int32, gid: Int32)] = []
    }

    private let lastSeen: [Int32: UInt64]
    private var hypotheses = [Hypothesis()]
    /// Facts no hypothesis disputes any more.
    private var settled = PointerOrder()
    private var taskByTID: [Int32: Int32] = [:]
    /// Groups in order of creation; the same in every hypothesis.
    private var keys: [GroupKey] = []
    private var nextSettle = TieSolver.settleFrom
    private var freeTasks: [Int] = []
    private static let compactFrom = 1024
    /// Number of groups at which forgetting the dead is worth another try.
    private var nextCompaction = TieSolver.compactFrom
    /// Number of hypotheses at which merging is worth another try.
    private var nextMerge = TieSolver.mergeFrom
    /// Ties no known order settled, over all hypotheses.
    package private(set) var tieCount = 0
    /// Observed ids that no hypothesis explains.
    package private(set) var contradictionCount = 0
    package private(set) var observationCount = 0

    /// - Parameter foresight: Groups that will be seen: a hypothesis in which one of them loses its last member to a tie
    ///   before is as good as contradicted at once, instead of crowding out better ones until it is.
    package init(foresight: TraceForesight = TraceForesight()) {
        lastSeen = foresight.lastSeenNanoseconds
    }

    /// Hypotheses still alive.
    package var hypothesisCount: Int { hypotheses.count }

    /// Takes the next fact, in the order of time.
    package mutating func consume(_ fact: GroupFact) {
        switch fact {
        case .contact(let time, let tid, let other, let canJoin, let node):
            contact(time: time, tid: tid, other: other, canJoin: canJoin, node: node)
        case .adopted(let time, let tid, let gid, let node):
            adopt(time: time, tid: tid, gid: gid, node: node)
        case .left(let time, let tid):
            leave(time: time, tid: tid)
        case .observed(let time, let tid, let gid, let tolerance):
            observe(time: time, tid: tid, gid: gid, tolerance: tolerance)
        }
    }

    /// The likeliest order of the groups' addresses, and which facts of it are doubtful: those a hypothesis that is not a
    /// hundred times less likely disputes.
    package func solution() -> TieOracle {
        var best = 0
        for index in hypotheses.indices where hypotheses[index].weight > hypotheses[best].weight { best = index }
        let rivals = hypotheses.indices
            .filter { $0 != best && hypotheses[$0].weight * 100 > hypotheses[best].weight }
            .prefix(Self.rivalLimit)
        let doubtful = hypotheses[best].order.facts.filter { fact in
            rivals.contains { hypotheses[$0].order.isHigher(fact.high, than: fact.low) != true }
        }
        var order = settled
        for fact in hypotheses[best].order.facts { order.note(fact.high, isHigherThan: fact.low) }
        return TieOracle(order: order, doubtful: doubtful)
    }

    /// Enough to find what is doubtful.
    private static let rivalLimit = 64

    private mutating func task(_ tid: Int32) -> Int {
        if let known = taskByTID[tid] { return Int(known) }
        if let free = freeTasks.popLast() {
            taskByTID[tid] = Int32(free)
            return free
        }
        let task = hypotheses[0].groupOf.count
        taskByTID[tid] = Int32(task)
        for index in hypotheses.indices { hypotheses[index].groupOf.append(-1) }
        return task
    }

    private mutating func contact(time: UInt64, tid: Int32, other: Int32, canJoin: Bool, node: Int32) {
        let task = task(tid)
        if hypotheses[0].groupOf[task] < 0 {
            let group = Int32(keys.count)
            keys.append(GroupKey(gid: tid, createdAtNanoseconds: time, homeNode: node))
            for index in hypotheses.indices {
                hypotheses[index].memberCount.append(1)
                note(index, time: time, task: task)
                hypotheses[index].groupOf[task] = group
            }
        }
        guard other > 0, canJoin, let candidate = taskByTID[other].map(Int.init) else { return }
        guard hypotheses[0].groupOf[candidate] >= 0 else { return }
        for index in hypotheses.indices {
            let mine = Int(hypotheses[index].groupOf[task])
            let theirs = Int(hypotheses[index].groupOf[candidate])
            if mine == theirs { continue }
            let mineCount = hypotheses[index].memberCount[mine]
            let theirCount = hypotheses[index].memberCount[theirs]
            if mineCount > theirCount { continue }
            if mineCount == theirCount {
                let keeps = hypotheses[index].order.isHigher(keys[mine], than: keys[theirs])
                if keeps == nil { split(index, mine: mine, theirs: theirs) }
                if keeps == true { continue }
            }
            join(index, time: time, task: task, from: mine, to: theirs)
        }
        cut()
    }

    /// Puts a task where the kernel says it is, whatever the hypotheses thought.
    private mutating func adopt(time: UInt64, tid: Int32, gid: Int32, node: Int32) {
        let task = task(tid)
        let isAlive = keys.indices.last { group in
            keys[group].gid == gid && hypotheses.contains { $0.memberCount[group] > 0 }
        }
        let group = isAlive ?? keys.count
        if isAlive == nil {
            keys.append(GroupKey(gid: gid, createdAtNanoseconds: time, homeNode: node))
            for index in hypotheses.indices { hypotheses[index].memberCount.append(0) }
        }
        for index in hypotheses.indices {
            let own = Int(hypotheses[index].groupOf[task])
            if own == group { continue }
            if own >= 0 { hypotheses[index].memberCount[own] -= 1 }
            hypotheses[index].memberCount[group] += 1
            hypotheses[index].groupOf[task] = Int32(group)
        }
    }

    /// Splits a hypothesis: a copy keeps the task where it is, the hypothesis itself goes on to join.
    private mutating func split(_ index: Int, mine: Int, theirs: Int) {
        tieCount += 1
        let chance = hypotheses[index].order.likelihood(keys[mine], isHigherThan: keys[theirs])
        var copy = hypotheses[index]
        copy.weight *= chance
        copy.order.note(keys[mine], isHigherThan: keys[theirs])
        hypotheses[index].weight *= 1 - chance
        hypotheses[index].order.note(keys[theirs], isHigherThan: keys[mine])
        hypotheses.append(copy)
    }

    private mutating func join(_ index: Int, time: UInt64, task: Int, from mine: Int, to theirs: Int) {
        note(index, time: time, task: task)
        hypotheses[index].memberCount[mine] -= 1
        hypotheses[index].memberCount[theirs] += 1
        if hypotheses[index].memberCount[mine] == 0, let seen = lastSeen[keys[mine].gid], seen > time {
            hypotheses[index].weight *= Self.contradictionFactor
        }
        hypotheses[index].groupOf[task] = Int32(theirs)
    }

    private mutating func note(_ index: Int, time: UInt64, task: Int) {
        let horizon = LedgerAgreement.markDelayNanoseconds
        if hypotheses[index].recent.count >= 64 {
            hypotheses[index].recent.removeAll { $0.time &+ horizon < time }
        }
        hypotheses[index].recent.append((time, Int32(task), number(hypotheses[index].groupOf[task])))
    }

    private mutating func leave(time: UInt64, tid: Int32) {
        guard let task = taskByTID[tid].map(Int.init) else { return }
        for index in hypotheses.indices {
            let group = Int(hypotheses[index].groupOf[task])
            guard group >= 0 else { continue }
            note(index, time: time, task: task)
            hypotheses[index].memberCount[group] -= 1
            hypotheses[index].groupOf[task] = -1
        }
        taskByTID[tid] = nil
        freeTasks.append(task)
        if keys.count >= nextCompaction { compact() }
    }

    /// Forgets groups that have no member in any hypothesis.
    private mutating func compact() {
        var places = [Int32](repeating: -1, count: keys.count)
        for hypothesis in hypotheses {
            for group in hypothesis.groupOf where group >= 0 { places[Int(group)] = 0 }
        }
        var live: [Int] = []
        for group in places.indices where places[group] == 0 {
            places[group] = Int32(live.count)
            live.append(group)
        }
        keys = live.map { keys[$0] }
        for index in hypotheses.indices {
            hypotheses[index].memberCount = live.map { hypotheses[index].memberCount[$0] }
            hypotheses[index].groupOf = hypotheses[index].groupOf.map { $0 < 0 ? -1 : places[Int($0)] }
        }
        nextCompaction = max(Self.compactFrom, 2 * keys.count)
    }

    private mutating func observe(time: UInt64, tid: Int32, gid: Int32, tolerance: UInt64) {
        guard let task = taskByTID[tid].map(Int.init) else { return }
        observationCount += 1
        let begin = time > tolerance ? time - tolerance : 0
        let agreements = hypotheses.map { hypothesis in
            if number(hypothesis.groupOf[task]) == gid { return true }
            return hypothesis.recent.contains {
                $0.task == Int32(task) && $0.time >= begin && $0.gid == gid
            }
        }
        guard agreements.contains(true) else {
            contradictionCount += 1
            return
        }
        for (index, agrees) in agreements.enumerated() where !agrees {
            hypotheses[index].weight *= Self.contradictionFactor
        }
        cut()
    }

    private func number(_ group: Int32) -> Int32 { group < 0 ? 0 : keys[Int(group)].gid }

    /// Drops what is hopeless and keeps the number bounded; weights are scaled so that the best is 1.
    private mutating func cut() {
        if hypotheses[0].order.pairCount >= nextSettle { settle() }
        guard hypotheses.count > 1 else { return }
        let best = hypotheses.reduce(0) { max($0, $1.weight) }
        guard best > 0 else { return }
        if best != 1 {
            for index in hypotheses.indices { hypotheses[index].weight /= best }
        }
        hypotheses.removeAll { $0.weight < Self.pruneFactor }
        if hypotheses.count > Self.mergeFrom { merge() }
        // Each hypothesis has facts of its own: the more there are, the fewer hypotheses fit into the memory they may take.
        let limit = min(Self.limit, max(2, Self.factLimit / max(1, hypotheses[0].order.pairCount)))
        guard hypotheses.count > limit else { return }
        let order = hypotheses.indices.sorted {
            (hypotheses[$1].weight, $0) < (hypotheses[$0].weight, $1)
        }
        hypotheses = order.prefix(max(1, limit / 2)).sorted().map { hypotheses[$0] }
    }

    /// Once facts have piled up: gives up what has long been contradicted, and puts the facts of the only hypothesis left
    /// away, but for the order of live groups, so that what is copied at the next tie stays small.
    private mutating func settle() {
        nextSettle = 2 * hypotheses[0].order.pairCount
        if hypotheses.count > 1 {
            let best = hypotheses.reduce(0) { max($0, $1.weight) }
            hypotheses.removeAll { $0.weight < best * Self.oldContradictionFactor }
            nextMerge = 0
            merge()
        }
        guard hypotheses.count == 1 else { return }
        let order = hypotheses[0].order
        for fact in order.facts { settled.note(fact.high, isHigherThan: fact.low) }
        let live = Set(hypotheses[0].groupOf).filter { $0 >= 0 }.sorted().map { keys[Int($0)] }
        var rest = PointerOrder()
        for (position, first) in live.enumerated() {
            for second in live[(position + 1)...] {
                switch order.isHigher(first, than: second) {
                case .some(true): rest.note(first, isHigherThan: second)
                case .some(false): rest.note(second, isHigherThan: first)
                case nil: break
                }
            }
        }
        hypotheses[0].order = rest
        nextSettle = max(Self.settleFrom, 2 * rest.pairCount)
    }

    /// What decides the future of a hypothesis: who is with whom, and what it knows of the order of live groups.
    private struct Standing: Hashable {
        var groupOf: [Int32]
        var order: [Int8]
    }

    /// Of hypotheses with the same standing, the likeliest stays: no later observation can tell them apart, except by what
    /// changed in the last moments, which is judged when it is observed.
    private mutating func merge() {
        guard hypotheses.count >= nextMerge else { return }
        var best: [Standing: Int] = [:]
        for index in hypotheses.indices {
            let standing = standing(of: hypotheses[index])
            if let other = best[standing], hypotheses[other].weight >= hypotheses[index].weight { continue }
            best[standing] = index
        }
        if best.count < hypotheses.count {
            hypotheses = best.values.sorted().map { hypotheses[$0] }
        }
        nextMerge = max(Self.mergeFrom, hypotheses.count + hypotheses.count / 4)
    }

    private func standing(of hypothesis: Hypothesis) -> Standing {
        let live = Set(hypothesis.groupOf).filter { $0 >= 0 }.sorted()
        var order: [Int8] = []
        for (position, first) in live.enumerated() {
            for second in live[(position + 1)...] {
                switch hypothesis.order.isHigher(keys[Int(first)], than: keys[Int(second)]) {
                case nil: order.append(0)
                case .some(true): order.append(1)
                case .some(false): order.append(-1)
                }
            }
        }
        return Standing(groupOf: hypothesis.groupOf, order: order)
    }
}
