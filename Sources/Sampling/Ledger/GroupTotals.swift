import NUMATopology
import Snapshots

/// What the tasks of each group have done since observing began, tasks that have exited included.
///
/// Counted by increase, as it is seen: a sum over the living would fall as they go, and a counter may not. What a task
/// does between its last reading and its exit is never seen.
struct GroupTotals: Equatable {
    struct Total: Equatable {
        /// `numa_pages_migrated` of its tasks, base pages; absent until a ledger was read.
        var migratedPages: UInt64?
        /// CPU time by the node the thread was on when it was read; absent until there was an interval to count in.
        var cpuNanosecondsByNode: NodeValues<UInt64>?
        /// Of it, what may have been spent on other nodes.
        var uncertainCPUNanoseconds: UInt64 = 0
        /// How often a thread was found on another node than before.
        var threadNodeChanges: UInt64 = 0
    }

    /// Whose the processes of a group are.
    enum Owner: Equatable {
        case user(UInt32)
        /// Several users', or those of nobody known.
        case several
    }

    private var byGroup: [String: Total] = [:]
    private var owners: [String: Owner] = [:]
    private var changed: Set<String> = []
    /// The groups whose totals began anew when owners were settled last.
    private(set) var begunAnew: Set<String> = []

    /// Groups without processes whose totals are kept, should they come back.
    static let rememberedGroups = 4096

    /// The total of a group: of one never seen nothing has been counted.
    subscript(group: String) -> Total { byGroup[group] ?? Total() }

    mutating func add(migratedPages pages: UInt64, to group: String) {
        let sum = byGroup[group]?.migratedPages ?? 0
        byGroup[group, default: Total()].migratedPages = sum.addingSaturated(pages)
    }

    /// - Parameter node: nil where the thread's node is not known.
    mutating func add(cpuNanoseconds time: UInt64, on node: NodeID?, to group: String) {
        var sum = byGroup[group]?.cpuNanosecondsByNode ?? NodeValues()
        sum.add(time, on: node)
        byGroup[group, default: Total()].cpuNanosecondsByNode = sum
    }

    /// - Parameter hasChangedNode: Whether the thread was on another node when it was read before.
    mutating func add(uncertainCPUNanoseconds time: UInt64, hasChangedNode: Bool, to group: String) {
        guard time > 0 || hasChangedNode else { return }
        var total = byGroup[group] ?? Total()
        total.uncertainCPUNanoseconds = total.uncertainCPUNanoseconds.addingSaturated(time)
        if hasChangedNode { total.threadNodeChanges += 1 }
        byGroup[group] = total
    }

    /// Whether a group ever had processes of other users than it has now.
    func hasChangedOwner(_ group: String) -> Bool { changed.contains(group) }

    /// Begins the totals of a group anew when it has become one user's alone.
    ///
    /// A user may see a group whose processes are all its own, and nothing of others'. What earlier processes of that name
    /// did, which were somebody else's, is in the totals; so they go. (Root may see everything, and so its own keep theirs.)
    ///
    /// - Complexity: O(processes).
    mutating func settleOwners(_ processes: some Sequence<TrackedProcess>) {
        var now: [String: Owner] = [:]
        for process in processes {
            let owner = process.ownerUID.map { Owner.user($0) } ?? .several
            let before = now[process.groupName]
            now[process.groupName] = before == nil || before == owner ? owner : .several
        }
        begunAnew = []
        for (group, owner) in now {
            guard let before = owners.updateValue(owner, forKey: group), before != owner else { continue }
            changed.insert(group)
            if case .user(let uid) = owner, uid != 0 {
                byGroup[group] = nil
                begunAnew.insert(group)
            }
        }
    }

    /// Forgets groups that are gone, once there are too many.
    ///
    /// - Parameter live: The groups that have processes; made only where it is needed.
    mutating func trim(live: () -> Set<String>) {
        guard max(byGroup.count, owners.count) > Self.rememberedGroups else { return }
        let live = live()
        byGroup = byGroup.filter { live.contains($0.key) }
        owners = owners.filter { live.contains($0.key) }
        changed.formIntersection(live)
    }
}

extension NodeValues<UInt64> {
    /// Adds to a node, or to what is unlocated, without overflow: figures of damaged text must not trap.
    mutating func add(_ amount: UInt64, on node: NodeID?) {
        if let node {
            self[node] = self[node].addingSaturated(amount)
        } else {
            unlocated = unlocated.addingSaturated(amount)
        }
    }
}
