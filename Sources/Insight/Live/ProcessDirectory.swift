package import Snapshots

/// Which process and group a thread belongs to, as births tell and rounds of sampling confirm.
///
/// A thread created with `CLONE_THREAD` is in its creator's process; any other new task is a process of its own, in the
/// group of its creator until a round says otherwise. What nobody told yet counts as a process of its own, in group `-`.
package struct ProcessDirectory: Sendable {
    private static let cloneThread: UInt64 = 0x10000
    /// Threads remembered at most; beyond that new ones count as processes of their own.
    private static let limit = 1 << 20

    private var processByTID: [Int32: Int32] = [:]
    private var groupByProcess: [Int32: String] = [:]
    /// Threads the last round listed.
    private var listed: Set<Int32> = []
    /// Known threads and processes it did not list, with the time of the first round that did not, nanoseconds.
    private var unlisted: [Int32: UInt64] = [:]

    package init() {}

    /// The process of a thread.
    package func process(of tid: Int32) -> Int32 { processByTID[tid] ?? tid }

    /// The name of a process's group.
    package func group(ofProcess pid: Int32) -> String { groupByProcess[pid] ?? "-" }

    /// Whether the last round listed the thread.
    package func isListed(_ tid: Int32) -> Bool { listed.contains(tid) }

    mutating func born(_ child: Int32, parent: Int32, cloneFlags: UInt64) {
        guard processByTID.count < Self.limit else { return }
        let creator = process(of: parent)
        if cloneFlags & Self.cloneThread != 0 {
            processByTID[child] = creator
        } else {
            processByTID[child] = nil
            groupByProcess[child] = groupByProcess[creator]
        }
    }

    mutating func exited(_ tid: Int32) {
        // The process of a first thread that ends early goes on, but nothing of it says `tid` any more.
        if processByTID.removeValue(forKey: tid) == nil, !listed.contains(tid) { groupByProcess[tid] = nil }
    }

    /// Takes what a round of sampling listed. What was born since that round began is not in it, and events come later than
    /// rounds: a thread or process goes when a round does not list it, and nothing is to come from before another that did
    /// not.
    ///
    /// - Parameters:
    ///   - now: When the round was taken, the clock of the events, nanoseconds.
    ///   - past: Everything before that was read.
    package mutating func update(_ processes: [ProcessRecord], at now: UInt64, past: UInt64) {
        listed.removeAll(keepingCapacity: true)
        for process in processes {
            let pid = process.identity.pid
            groupByProcess[pid] = process.groupName
            listed.insert(pid)
            for thread in process.threads {
                listed.insert(thread.tid)
                if thread.tid != pid { processByTID[thread.tid] = pid }
            }
        }
        func isKept(_ id: Int32) -> Bool { listed.contains(id) || unlisted[id].map { $0 >= past } ?? true }
        processByTID = processByTID.filter { isKept($0.key) }
        groupByProcess = groupByProcess.filter { isKept($0.key) }
        let gone = Set(processByTID.keys).union(groupByProcess.keys).subtracting(listed)
        unlisted = Dictionary(uniqueKeysWithValues: gone.map { ($0, unlisted[$0] ?? now) })
    }
}
