import KernelText
import LinuxSystem

/// The tasks whose files ``SourceProbes`` try: of a live host our own process, which always is there; of a copy, which has no
/// self, every user process it holds.
struct ProbedTasks {
    /// The directory of the first process.
    private(set) var own = "/proc/self"
    /// The ledger of its first thread.
    private(set) var ownSched: String
    /// `stat` of every process, and of every thread where there are several.
    private(set) var statPaths: [String] = []
    /// `sched` of every thread, where the ledger is read from.
    private(set) var schedPaths: [String] = []
    /// `numa_maps` of every process that has memory.
    private(set) var mapsPaths: [String] = []
    /// Why the threads of a process that has several could not be listed.
    private(set) var unlisted: ReadFailure?
    /// The directories of user processes.
    private var directories: [String] = []

    init(_ root: any HostRoot) {
        guard !root.isLive else {
            ownSched = "\(own)/task/\(HostFacts.processID)/sched"
            return
        }
        var pids: [Int32] = []
        try? root.processIDs(into: &pids)
        let first = pids.min() ?? 1
        own = "/proc/\(first)"
        ownSched = "\(own)/task/\(first)/sched"
        for pid in pids.sorted() { add(pid, root) }
    }

    /// A file of every user process; empty where the first one's will do.
    func paths(_ name: String) -> [String] { directories.map { "\($0)/\(name)" } }

    private mutating func add(_ pid: Int32, _ root: any HostRoot) {
        let directory = "/proc/\(pid)"
        statPaths.append("\(directory)/stat")
        let stat = try? root.parse("\(directory)/stat") { bytes throws(KernelTextError) in try TaskStat(parsing: bytes)
        }
        // Kernel threads have no memory, and a zombie none any more; without `stat`, which is tried, nothing else is read.
        guard let stat, !stat.isKernelThread, !stat.isOver else { return }
        directories.append(directory)
        if stat.residentPages > 0 { mapsPaths.append("\(directory)/numa_maps") }
        guard stat.threadCount > 1 else {
            schedPaths.append("\(directory)/sched")
            return
        }
        do {
            for name in try root.list("\(directory)/task") where Int32(name) != nil {
                statPaths.append("\(directory)/task/\(name)/stat")
                schedPaths.append("\(directory)/task/\(name)/sched")
            }
        } catch {
            unlisted = unlisted ?? error
        }
    }
}

extension TaskStat {
    /// Z and X, with no other thread left: the process waits for its parent.
    fileprivate var isOver: Bool { (state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")) && threadCount <= 1 }
}
