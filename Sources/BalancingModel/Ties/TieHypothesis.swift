/// One explanation of what a component's tasks did: who is in which group, and what that says of the groups' addresses.
///
/// Tasks and groups are numbered by the component, the same in all its hypotheses.
struct TieHypothesis: Sendable {
    /// How likely it is, as a multiple of the likeliest.
    var weight = 1.0
    /// Group of each task, -1 where the place is free.
    private(set) var groupOf: [Int32]
    private(set) var memberCount: [Int32]
    private(set) var order = AddressMatrix()
    /// Outcomes of ties that are not common to all hypotheses yet, in order of time.
    private(set) var facts: [TieFact] = []
    /// Changes of the recent past, for marks that are under way: task, and the id of the group it left.
    private var recent: [Change]

    private struct Change: Sendable {
        var time: UInt64
        var task: Int32
        var gid: Int32
    }

    /// A task alone in the group it has just made.
    init(createdAt time: UInt64) {
        groupOf = [0]
        memberCount = [1]
        recent = [Change(time: time, task: 0, gid: 0)]
    }

    /// Changes that are kept however many tasks there are.
    private static let recentFloor = 64
    /// Below this many, none is worth dropping.
    private static let recentFrom = 16

    /// What a hypothesis takes at most.
    ///
    /// - Parameters:
    ///   - tasks: Tasks of the component.
    ///   - groups: Groups of the component.
    ///   - facts: Outcomes of ties it holds.
    static func bytes(tasks: Int, groups: Int, facts: Int) -> Int {
        // The value itself and the headers of five arrays; the matrix may be twice as wide as needed.
        let width = min(groups, AddressMatrix.limit)
        return 240 + 4 * (tasks + groups) + 16 * ((width + 63) / 64) * width
            + MemoryLayout<TieFact>.stride * facts
            + MemoryLayout<Change>.stride * min(recentFloor + 2 * tasks, 4 * tasks + recentFrom)
    }

    func group(of task: Int) -> Int { Int(groupOf[task]) }

    /// A task leaves a group for another.
    mutating func move(_ task: Int, to group: Int, at time: UInt64, leaving gid: Int32) {
        note(Change(time: time, task: Int32(task), gid: gid))
        memberCount[Int(groupOf[task])] -= 1
        memberCount[group] += 1
        groupOf[task] = Int32(group)
    }

    /// A task is gone; its place is free.
    mutating func remove(_ task: Int) {
        guard groupOf[task] >= 0 else { return }
        memberCount[Int(groupOf[task])] -= 1
        groupOf[task] = -1
    }

    /// Takes the outcome of a tie for true.
    mutating func note(_ fact: TieFact, high: Int, low: Int) {
        order.note(high, isHigherThan: low)
        facts.append(fact)
    }

    /// Whether a task was in a group of that id at any time since `begin`.
    ///
    /// - Parameter gid: The id; 0 for none.
    func wasIn(_ gid: Int32, task: Int, since begin: UInt64) -> Bool {
        recent.contains { $0.task == Int32(task) && $0.time >= begin && $0.gid == gid }
    }

    private mutating func note(_ change: Change) {
        if recent.count >= Self.recentFrom, recent[0].time &+ LedgerAgreement.markDelayNanoseconds < change.time {
            recent.removeAll { $0.time &+ LedgerAgreement.markDelayNanoseconds < change.time }
        }
        if recent.count >= min(Self.recentFloor + 2 * groupOf.count, 4 * groupOf.count + Self.recentFrom) {
            recent.removeFirst(recent.count / 2)
        }
        recent.append(change)
    }

    /// Takes in a hypothesis about other tasks and groups; their numbers follow those here.
    mutating func append(_ other: TieHypothesis) {
        let tasks = Int32(groupOf.count)
        let groups = memberCount.count
        groupOf.append(contentsOf: other.groupOf.map { $0 < 0 ? -1 : $0 + Int32(groups) })
        memberCount.append(contentsOf: other.memberCount)
        order.append(other.order, at: groups)
        if facts.isEmpty {
            facts = other.facts
        } else if !other.facts.isEmpty {
            facts = (facts + other.facts).sorted()
        }
        for var change in other.recent {
            change.task += tasks
            recent.append(change)
        }
        recent.sort { ($0.time, $0.task) < ($1.time, $1.task) }
        weight *= other.weight
    }

    /// Whether it has a tie come out the same way, or knows the same order from others.
    ///
    /// - Parameters:
    ///   - high: Number of the group that is higher; nil if it has none any more.
    ///   - low: Number of the other.
    func supports(_ fact: TieFact, high: Int?, low: Int?) -> Bool {
        if let high, let low, let isHigher = order.isHigher(high, than: low) { return isHigher }
        return facts.contains { $0.high == fact.high && $0.low == fact.low }
    }

    /// Marks the outcomes another hypothesis disputes.
    ///
    /// - Parameter places: The numbers of groups.
    mutating func doubt(where rival: TieHypothesis, places: [GroupKey: Int]) {
        for (number, fact) in facts.enumerated() where !fact.isDoubtful {
            if !rival.supports(fact, high: places[fact.high], low: places[fact.low]) { facts[number].isDoubtful = true }
        }
    }

    /// Forgets outcomes.
    mutating func dropFacts(where isDropped: (TieFact) -> Bool) {
        if facts.contains(where: isDropped) { facts.removeAll(where: isDropped) }
    }

    /// Renumbers the groups; those at -1 have no members.
    mutating func renumberGroups(_ places: [Int32], count: Int) {
        var members = [Int32](repeating: 0, count: count)
        for (group, place) in places.enumerated() where place >= 0 { members[Int(place)] = memberCount[group] }
        memberCount = members
        for task in groupOf.indices where groupOf[task] >= 0 { groupOf[task] = places[Int(groupOf[task])] }
        order = order.renumbered(places, count: count)
    }

    /// Renumbers the tasks; those at -1 are gone.
    mutating func renumberTasks(_ places: [Int32], count: Int) {
        var groups = [Int32](repeating: -1, count: count)
        for (task, place) in places.enumerated() where place >= 0 { groups[Int(place)] = groupOf[task] }
        groupOf = groups
        recent = recent.compactMap { change in
            guard places[Int(change.task)] >= 0 else { return nil }
            var moved = change
            moved.task = places[Int(change.task)]
            return moved
        }
    }

    /// What decides the future of a hypothesis: who is with whom, and what it knows of the order of live groups.
    var standing: [UInt64] {
        var words = groupOf.map { UInt64(bitPattern: Int64($0)) }
        order.forEachWord(of: memberCount.map { $0 > 0 }) { words.append($0) }
        return words
    }
}
