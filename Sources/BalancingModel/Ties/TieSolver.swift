/// Settles ties between groups of equal size by looking ahead.
///
/// Which of two equal groups keeps its task depends on where the kernel allocated them; no event tells. But the outcome
/// shows: the next group id the kernel prints for a task (`SCHED` marks, `sched_*_numa` events) belongs to a group that
/// survived. And nothing else that decides memberships depends on a guess: who touched whose page, who shares memory and
/// who left are plain facts. So the solver replays memberships alone, in several hypotheses at once. Each unknown tie
/// splits a hypothesis in two; each remembers the order of addresses its choices imply, and follows it from then on. An
/// observed id that contradicts a hypothesis all but removes it. What remains likeliest is the answer, for all ties at
/// once.
///
/// Example: tasks 1, 2 and 3 have groups of their own. 1 meets 2 (tie), then 3 meets 2. If 1 joined 2, group 2 has two
/// members and 3 joins it: everybody prints gid 2. If not, 3 meets 2 in another tie. A mark that shows 3 in group 1 rules
/// out the first and, from the second, keeps what leads there.
///
/// Hypotheses are kept apart for each ``TieComponent``: fifty processes with four open ties each are 50 × 16 hypotheses,
/// not 16 to the power of 50. A task that met nobody needs none. All together they share one budget of memory; when it is
/// spent, the components that take more than their share lose their least likely hypotheses. A component whose tasks are
/// all gone leaves the outcomes of its likeliest hypothesis behind.
///
/// Where the iterator told where two groups lie, nothing is supposed of them: what it told is in all hypotheses, and those that
/// had it otherwise are as good as contradicted.
///
/// For a stream that does not end, ``commit(before:)`` decides what lies too far back to wait any longer.
package struct TieSolver: Sendable {
    /// What hypotheses may take together, but for the first of each component, which nothing can do without. A component may
    /// exceed it by the copies one tie makes.
    static let budgetBytes = 8 << 20
    /// Settled outcomes kept for who does not take them, 48 bytes each; the oldest are dropped.
    static let settledLimit = 1 << 17

    private struct Place {
        var component: Int32
        var task: Int32
    }

    private let lastSeen: [Int32: UInt64]
    /// Tasks whose group met no other, so that there is nothing to suppose.
    private var lone: [Int32: GroupKey] = [:]
    /// Where the groups of these lie, as far as that was told.
    private var loneOrders: [Int32: UInt64] = [:]
    private var places: [Int32: Place] = [:]
    /// One without tasks is a free place.
    private var components: [TieComponent] = []
    private var freeComponents: [Int32] = []
    /// What the hypotheses take but for the first of each component.
    private(set) var spareBytes = 0
    /// Outcomes no hypothesis disputes, or that were decided, and that nobody has taken.
    private var settled: [TieFact] = []
    /// Ties no known order settled, over all hypotheses.
    package private(set) var tieCount = 0
    /// Observed ids that no hypothesis explains.
    package private(set) var contradictionCount = 0
    package private(set) var observationCount = 0
    /// Settled outcomes lost because there were too many.
    package private(set) var droppedFactCount = 0

    /// - Parameter foresight: Groups that will be seen: a hypothesis in which one of them loses its last member to a tie
    ///   before is as good as contradicted at once, instead of crowding out better ones until it is.
    package init(foresight: TraceForesight = TraceForesight()) {
        lastSeen = foresight.lastSeenNanoseconds
    }

    /// Hypotheses held, over all components; as many as components if all is settled.
    package var hypothesisCount: Int { components.reduce(0) { $0 + ($1.taskCount > 0 ? $1.hypotheses.count : 0) } }
    /// Sets of tasks that came into touch.
    package var componentCount: Int { components.count - freeComponents.count }

    /// Takes the next fact, in the order of time.
    package mutating func consume(_ fact: GroupFact) {
        switch fact {
        case .contact(let time, let tid, let other, let canJoin, let node):
            contact(time: time, tid: tid, other: other, canJoin: canJoin, node: node)
        case .adopted(let time, let tid, let gid, let node):
            adopt(tid, into: gid, at: time, node: node)
        case .left(_, let tid):
            leave(tid)
        case .observed(let time, let tid, let gid, let tolerance):
            observe(tid: tid, gid: gid, since: time > tolerance ? time - tolerance : 0)
        case .located(let time, let tid, let gid, let order):
            locate(tid: tid, gid: gid, order, at: time)
        }
    }

    /// Decides the ties before a time, as far as that is open, as the likeliest hypotheses have it: what is observed later
    /// changes nothing about them. Takes their outcomes out.
    ///
    /// To replay a stream that does not end, let the solver run ahead by a fixed time, and before replaying further commit
    /// to the ties before the point the replay will come to.
    ///
    /// - Parameter time: Nanoseconds, not less than at the last call.
    /// - Returns: The outcomes since the last call, in order of time; none of a tie at `time` or later.
    package mutating func commit(before time: UInt64) -> [TieFact] {
        for index in components.indices where components[index].taskCount > 0 {
            change(index) { $0.commit(before: time) }
        }
        let taken = settled.filter { $0.timeNanoseconds < time }.sorted()
        settled.removeAll { $0.timeNanoseconds < time }
        return taken
    }

    /// Time of the first tie whose outcome is open and may yet matter, nanoseconds; nil if there is none.
    ///
    /// - Parameter now: Time of the last fact; what changed so long before that no mark is under way is tidied up.
    package mutating func openSince(now: UInt64) -> UInt64? {
        var result: UInt64?
        for index in components.indices where components[index].hypotheses.count > 1 {
            change(index) { component in
                component.mergeIfQuiet(now: now)
                return []
            }
            if let time = components[index].openSince { result = min(result ?? .max, time) }
        }
        return result
    }

    /// All outcomes not taken yet, as the likeliest hypotheses have them. Those are doubtful that a hypothesis disputes which
    /// is not a hundred times less likely.
    package func solution() -> TieOracle {
        TieOracle(
            facts: components.reduce(into: settled) {
                if $1.taskCount > 0 { $0.append(contentsOf: $1.likeliestFacts()) }
            })
    }

    private mutating func contact(time: UInt64, tid: Int32, other: Int32, canJoin: Bool, node: Int32) {
        if places[tid] == nil, lone[tid] == nil {
            lone[tid] = GroupKey(gid: tid, createdAtNanoseconds: time, homeNode: node)
        }
        guard other > 0, canJoin, other != tid else { return }
        guard let component = bringTogether(tid, other, at: time) else { return }
        guard let task = places[tid], let candidate = places[other] else { return }
        let lastSeen = lastSeen
        var splits = 0
        change(component) { component in
            guard
                let count = component.meet(Int(task.task), Int(candidate.task), at: time, lastSeen: lastSeen)
            else { return [] }
            splits = count
            return component.tidy()
        }
        tieCount += splits
    }

    /// Makes one component of those of two tasks that meet.
    ///
    /// - Returns: The component; nil if one of the tasks has no group, or their meeting matters in no hypothesis.
    private mutating func bringTogether(_ tid: Int32, _ other: Int32, at time: UInt64) -> Int? {
        guard places[other] != nil || lone[other] != nil else { return nil }
        if let mine = places[tid], let theirs = places[other] {
            if mine.component == theirs.component { return Int(mine.component) }
            guard
                components[Int(mine.component)].mayJoin(
                    Int(mine.task), components[Int(theirs.component)], Int(theirs.task))
            else { return nil }
        } else if let mine = places[tid], let key = lone[other] {
            let alone = TieComponent(tid: other, key: key, order: loneOrders[other])
            guard components[Int(mine.component)].mayJoin(Int(mine.task), alone, 0) else {
                return nil
            }
        }
        return unite(tid, other, at: time)
    }

    /// Makes one component of those of two tasks.
    private mutating func unite(_ tid: Int32, _ other: Int32, at time: UInt64) -> Int {
        let first = component(of: tid)
        let second = component(of: other)
        if first == second { return first }
        let (kept, gone) =
            components[first].tids.count >= components[second].tids.count ? (first, second) : (second, first)
        let absorbed = components[gone]
        let base = Int32(components[kept].tids.count)
        release(gone)
        change(kept) {
            $0.absorb(absorbed)
            $0.noteOrders(at: time)
            return []
        }
        for (task, tid) in absorbed.tids.enumerated() where tid != 0 {
            places[tid] = Place(component: Int32(kept), task: base + Int32(task))
        }
        return kept
    }

    /// The component of a task, made if the task was alone.
    private mutating func component(of tid: Int32) -> Int {
        if let place = places[tid] { return Int(place.component) }
        let key = lone.removeValue(forKey: tid) ?? GroupKey(gid: tid, createdAtNanoseconds: 0)
        let component = TieComponent(tid: tid, key: key, order: loneOrders.removeValue(forKey: tid))
        let index: Int
        if let free = freeComponents.popLast() {
            index = Int(free)
            components[index] = component
        } else {
            index = components.count
            components.append(component)
        }
        places[tid] = Place(component: Int32(index), task: 0)
        return index
    }

    /// Puts a task where the kernel says it is, whatever the hypotheses thought.
    private mutating func adopt(_ tid: Int32, into gid: Int32, at time: UInt64, node: Int32) {
        if let key = lone[tid], key.gid == gid { return }
        if let place = places[tid], components[Int(place.component)].isIn(gid, Int(place.task)) { return }
        leave(tid)
        lone[tid] = GroupKey(gid: gid, createdAtNanoseconds: time, homeNode: node)
        guard let member = member(of: gid, but: tid) else { return }
        let host = unite(tid, member, at: time)
        guard let task = places[tid]?.task else { return }
        change(host) { component in
            component.adopt(Int(task), into: gid)
            return component.tidy()
        }
    }

    /// Some task whose component has a group of that id.
    private func member(of gid: Int32, but tid: Int32) -> Int32? {
        if let holder = lone.first(where: { $1.gid == gid && $0 != tid }) { return holder.key }
        let component = components.last { $0.taskCount > 0 && $0.group(gid) != nil }
        return component?.tids.first { $0 != 0 }
    }

    private mutating func leave(_ tid: Int32) {
        loneOrders[tid] = nil
        if lone.removeValue(forKey: tid) != nil { return }
        guard let place = places.removeValue(forKey: tid) else { return }
        let index = Int(place.component)
        var isRenumbered = false
        change(index) { component in
            component.remove(Int(place.task))
            if component.taskCount == 0 { return component.likeliestFacts() }
            if component.hasManyFreePlaces {
                component.renumberTasks()
                isRenumbered = true
            }
            return component.tidy()
        }
        if components[index].taskCount == 0 {
            release(index)
        } else if isRenumbered {
            for (task, tid) in components[index].tids.enumerated() {
                places[tid] = Place(component: place.component, task: Int32(task))
            }
        }
    }

    private mutating func observe(tid: Int32, gid: Int32, since begin: UInt64) {
        if let key = lone[tid] {
            observationCount += 1
            if key.gid != gid, gid != 0 || key.createdAtNanoseconds < begin { contradictionCount += 1 }
        } else if let place = places[tid] {
            observationCount += 1
            var isExplained = true
            change(Int(place.component)) { component in
                isExplained = component.observe(gid, task: Int(place.task), since: begin)
                return isExplained ? component.tidy() : []
            }
            if !isExplained { contradictionCount += 1 }
        }
    }

    private mutating func locate(tid: Int32, gid: Int32, _ order: UInt64, at time: UInt64) {
        if let key = lone[tid] {
            if key.gid == gid { loneOrders[tid] = order }
        } else if let place = places[tid] {
            change(Int(place.component)) { component in
                component.locate(task: Int(place.task), gid: gid, order, at: time)
                return component.tidy()
            }
        }
    }

    // MARK: Memory

    /// Changes a component, keeps what it has settled, and keeps to the budget.
    private mutating func change(_ index: Int, _ body: (inout TieComponent) -> [TieFact]) {
        let before = components[index].spareBytes
        let facts = body(&components[index])
        spareBytes += components[index].spareBytes - before
        if !facts.isEmpty { keep(facts) }
        if spareBytes > Self.budgetBytes { shrink() }
    }

    private mutating func release(_ index: Int) {
        spareBytes -= components[index].spareBytes
        components[index] = .none
        freeComponents.append(Int32(index))
    }

    private mutating func keep(_ facts: [TieFact]) {
        settled.append(contentsOf: facts)
        guard settled.count > Self.settledLimit else { return }
        let surplus = settled.count - Self.settledLimit * 3 / 4
        settled.removeFirst(surplus)
        droppedFactCount += surplus
    }

    /// Cuts the components that take more than their share to half of it.
    private mutating func shrink() {
        let share = Self.budgetBytes / max(1, components.count { $0.hypotheses.count > 1 })
        for index in components.indices where components[index].spareBytes > share {
            let before = components[index].spareBytes
            components[index].keepBest(components[index].hypotheses.count * (share / 2) / before)
            spareBytes += components[index].spareBytes - before
        }
    }
}
