import FixtureSupport

@testable import BalancingModel

/// Processes whose threads touch each other's pages on a kernel whose addresses are known: what happens, what of it shows,
/// and how every tie came out.
struct TieWorld {
    var facts: [GroupFact] = []
    /// Every tie met, with its true outcome; the same pair may come more than once.
    var outcomes: Set<TieFact> = []
    var time: UInt64 = 1_000_000
    private var random: SeededGenerator
    private var groupOf: [Int32: GroupKey] = [:]
    private var memberCount: [GroupKey: Int] = [:]
    private var address: [GroupKey: UInt64] = [:]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// A thread faults on a page that another used.
    mutating func meet(_ tid: Int32, _ other: Int32) {
        time += 1_000_000
        facts.append(.contact(time: time, tid: tid, other: other, canJoin: true, node: -1))
        if groupOf[tid] == nil {
            let key = GroupKey(gid: tid, createdAtNanoseconds: time)
            groupOf[tid] = key
            memberCount[key] = 1
            address[key] = UInt64.random(in: 0...UInt64.max, using: &random)
        }
        guard let mine = groupOf[tid], let theirs = groupOf[other], mine != theirs else { return }
        let (mineCount, theirCount) = (memberCount[mine] ?? 0, memberCount[theirs] ?? 0)
        if mineCount > theirCount { return }
        if mineCount == theirCount {
            let keeps = (address[mine] ?? 0) > (address[theirs] ?? 0)
            outcomes.insert(TieFact(timeNanoseconds: time, high: keeps ? mine : theirs, low: keeps ? theirs : mine))
            if keeps { return }
        }
        memberCount[mine] = mineCount - 1
        memberCount[theirs] = theirCount + 1
        groupOf[tid] = theirs
    }

    /// Threads meet at random.
    mutating func mingle(_ tids: ClosedRange<Int32>, times: Int) {
        for _ in 0..<times {
            let tid = Int32.random(in: tids, using: &random)
            let other = Int32.random(in: tids, using: &random)
            if tid != other { meet(tid, other) }
        }
    }

    /// The kernel prints the group id of a thread.
    mutating func print(_ tid: Int32) {
        time += 1_000_000
        facts.append(.observed(time: time, tid: tid, gid: groupOf[tid]?.gid ?? 0, toleranceNanoseconds: 0))
    }

    mutating func exit(_ tid: Int32) {
        time += 1_000_000
        facts.append(.left(time: time, tid: tid))
        guard let group = groupOf.removeValue(forKey: tid) else { return }
        memberCount[group, default: 0] -= 1
    }

    /// Whether an outcome is what happened.
    func isTrue(_ fact: TieFact) -> Bool { (address[fact.high] ?? 0) > (address[fact.low] ?? 0) }
}
