import BalancingModel
import HostReading
import KernelText
import LinuxSystem
import NUMATopology
import Snapshots

/// Tier 1: every thread of every process, from `stat` and `sched`.
///
/// What can happen between two reads, and what is done about it:
///
/// * A process is *pid and start time*. `/proc/<pid>` is held open while its files are read, so a number used again in the
///   middle fails as gone instead of answering for the new process; used again between rounds, the start time differs.
/// * It may exit between any two reads: what was read is dropped, the process leaves, what it did before stays counted in
///   its group.
/// * It may exec: the pid, start time and task counters stay, everything else is new. Seen by `PF_FORKNOEXEC` going away
///   or the command changing (a program that renames its main thread counts as well: its attributes are read again, which
///   does no harm).
/// * Kernel threads (`PF_KTHREAD`) have no memory: they are remembered by pid and not read again, save for one in
///   ``recheckRounds`` each round, as a number may have come to another.
/// * The ledger is printed without a lock: a torn one is read once more, and then not used.
/// * `numa_pages_migrated` and the CPU time of a task only grow; groups sum their *increase*, so that tasks which exit stay
///   counted and short-lived ones count once. What a task does between our last reading and its exit is never seen.
///
/// What did not run is not read: ``LedgerReader/isUnchanged(_:now:)``.
///
/// Where there are more threads than one round may read, processes take turns: those whose threads ran since they were last
/// read count four times their age, so that busy ones are read more often and idle ones still are read.
struct LedgerReader {
    let root: any HostRoot
    let units: HostUnits
    /// Clock ticks after boot when observing began.
    let startTicks: UInt64
    /// Whether a forked task starts with a migrated count of zero: since 5.18; before, it had its parent's.
    let forkResetsMigrated: Bool

    private(set) var processes: [Int32: TrackedProcess] = [:]
    var account = ReadAccount()
    var incidents: [ProcessIncident: UInt64] = [:]
    /// What groups did since observing began; never goes down.
    var groupTotals = GroupTotals()
    /// Readings that failed for want of descriptors or memory: what they would have shown stays as it was.
    var shortages: UInt64 = 0
    /// Threads read in the last round.
    var threadsRead = 0
    /// Processes left for a later round.
    private(set) var processesPutOff = 0

    private var kernelThreads: [Int32: UInt64] = [:]
    private var unreadable: Set<Int32> = []
    private(set) var round: UInt64 = 0
    /// Whether something of the process under way must be read again in the next round.
    var isIncomplete = false
    /// Whether system calls know processes by the numbers that `/proc` has.
    let mayAskByNumber: Bool
    /// Whether the kernel has `schedstat` (`CONFIG_SCHED_INFO`).
    let hasSchedstat: Bool
    var pids: [Int32] = []
    /// When the processes were listed last, monotonic nanoseconds: what is new now was born since.
    var processesListedAt: UInt64?
    var tids: [Int32] = []
    var buffer: [UInt8] = []
    var homes = CgroupHomes()
    var sched = TaskSched()
    /// The node of each CPU, of those that went offline as well.
    var nodeByCPU: [NodeID?] = []
    /// The same as the last machine had it.
    var nodesOfMachine: [NodeID?] = []
    /// The nodes the kernel prints ledgers of.
    var onlineNodes: [NodeID] = []
    /// The CPUs whose links were looked at for a node, in vain.
    var unlinkedCPUs: Set<Int> = []
    /// Set while somebody traces: each reading is kept with its time.
    var readingClock: (any TimeSource)? {
        didSet {
            // Whoever begins to trace needs a reading of every ledger.
            if oldValue == nil, readingClock != nil { readAllAgain() }
        }
    }
    /// When the file in ``sched`` began to be read, where there is a clock for that.
    var readingBegan: UInt64 = 0
    var readings: [BalancingEvent] = []
    /// The iterator, where there is one.
    var sweeper: TaskSweeper
    /// What it said in the round or look under way.
    var sweep: TaskSweep?
    /// The NUMA groups it has told of, by their identities.
    var numaGroups: [UInt64: NUMAGroupRecord] = [:]
    /// The kernel's ticks, as the iterator shows them.
    var ticks = KernelTicks()

    /// A kernel thread's pid is looked at again every so many rounds: at 5 s, once a minute.
    static let recheckRounds: UInt64 = 12
    /// How long `status` and `cgroup` are believed, nanoseconds: they change when an administrator changes them. A process
    /// that takes on another user is noticed in the next round.
    static let attributeLifetime: UInt64 = 60_000_000_000
    /// `PF_FORKNOEXEC`: set by fork, cleared by exec.
    static let forkedWithoutExec: UInt64 = 0x40
    /// How much more urgent a process is that ran since it was read.
    static let activeWeight: UInt64 = 4

    init(root: any HostRoot, units: HostUnits, startTicks: UInt64, forkResetsMigrated: Bool) {
        self.root = root
        self.units = units
        self.startTicks = startTicks
        self.forkResetsMigrated = forkResetsMigrated
        sweeper = TaskSweeper(root: root)
        mayAskByNumber = !ProcessNumbers.areForeign(in: root)
        hasSchedstat = root.isLive && root.exists("/proc/self/schedstat")
    }

    mutating func count(_ incident: ProcessIncident, _ number: UInt64 = 1) {
        if number > 0 { incidents[incident, default: 0] += number }
    }

    /// A file that is there and could not be read: its fault, or ours.
    mutating func countFailure(_ failure: ReadFailure) {
        isIncomplete = true
        if failure.isShortage { shortages += 1 } else { count(.malformed) }
    }

    /// One round.
    ///
    /// - Parameters:
    ///   - threadLimit: Threads to read at most; a process begun is finished.
    ///   - now: Monotonic time, nanoseconds.
    /// - Throws: When processes cannot be listed; what is known then stays as it is.
    mutating func read(machine: Machine, threadLimit: Int, now: UInt64) throws(ReadFailure) {
        try root.processIDs(into: &pids)
        account.files += 1
        round += 1
        rememberNodes(of: machine)
        pids.sort()
        forgetExited()
        threadsRead = 0
        processesPutOff = 0
        sweepTasks()
        defer { sweep = nil }
        let threadLimit = max(threadLimit, 1)
        let wanted = pids.filter { pid in
            if let number = kernelThreads[pid] { return isRecheckDue(number) }
            return sweep?.hasChanged(pid) == true || !isUnchanged(pid, now: now)
        }
        for pid in visitingOrder(wanted, threadLimit: threadLimit, now: now) {
            guard threadsRead < threadLimit else {
                processesPutOff += 1
                continue
            }
            readProcess(pid, now: now)
        }
        processesListedAt = now
        forgetEndedGroups()
        groupTotals.settleOwners(processes.values)
        groupTotals.trim { Set(processes.values.map(\.groupName)) }
    }

    func isKernelThread(_ pid: Int32) -> Bool { kernelThreads[pid] != nil }

    func isUnreadable(_ pid: Int32) -> Bool { unreadable.contains(pid) }

    // MARK: Which

    private mutating func forgetExited() {
        let present = Set(pids)
        processes = processes.filter { present.contains($0.key) }
        kernelThreads = kernelThreads.filter { present.contains($0.key) }
        unreadable.formIntersection(present)
    }

    /// Processes to read, most urgent first; kernel threads left out.
    private func visitingOrder(_ wanted: [Int32], threadLimit: Int, now: UInt64) -> [Int32] {
        let known = wanted.reduce(0) { $0 + (processes[$1]?.threadCount ?? 1) }
        guard known > threadLimit else { return wanted }
        let urgency = wanted.map { pid -> (pid: Int32, urgency: UInt64) in
            // What was never read is more urgent than anything that was.
            guard let process = processes[pid], let last = process.ledgerReadAt else { return (pid, .max) }
            let age = now > last ? now - last : 0
            return (pid, process.wasActive ? age.multipliedSaturated(by: Self.activeWeight) : age)
        }
        return urgency.sorted { ($1.urgency, $0.pid) < ($0.urgency, $1.pid) }.map(\.pid)
    }

    // MARK: One process

    mutating func readProcess(_ pid: Int32, now: UInt64) {
        do throws(ReadFailure) {
            let files = try ProcessFiles(pid, in: root)
            try readProcess(files, now: now)
            if !unreadable.isEmpty { unreadable.remove(pid) }
        } catch {
            switch error.kind {
            case .permission:
                // hidepid= and security modules hide a process whole. What was known of it ages without end, so it goes.
                if unreadable.insert(pid).inserted { count(.permissionDenied) }
                processes[pid] = nil
            case .gone:
                count(.exitedDuringRead)
                processes[pid] = nil
                kernelThreads[pid] = nil
            case .missing:
                // A directory without `stat`: a copy of a host may hold such.
                processes[pid] = nil
            case .tooLarge, .wrongType, .io, .stuck:
                countFailure(error)
            }
        }
    }

    private mutating func readProcess(_ files: borrowing ProcessFiles, now: UInt64) throws(ReadFailure) {
        let pid = files.pid
        // Before anything is read: what it does meanwhile is read in the next round.
        let runNanoseconds = runNanoseconds(of: pid)
        isIncomplete = false
        guard let (stat, command) = try readStat(files, "stat") else { return }
        if stat.isKernelThread {
            if kernelThreads.updateValue(UInt64(UInt32(bitPattern: pid)), forKey: pid) == nil { count(.kernelThread) }
            processes[pid] = nil
            return
        }
        kernelThreads[pid] = nil
        let process = track(pid, stat, command, now: now)
        process.record = nil
        let isFirst = process.attributesReadAt == nil
        process.parentPID = Int32(clamping: stat.parentPID)
        process.command = command
        process.flags = stat.flags
        process.threadCount = stat.threadCount
        process.residentPages = UInt64(max(stat.residentPages, 0))
        process.livingThread = nil
        if stat.isDead, stat.threadCount > 1 { try takeFromLivingThread(files, process) }
        let ticks = stat.userTicks.addingSaturated(stat.systemTicks)
        let hasRun = runNanoseconds == nil || runNanoseconds != process.runNanoseconds
        process.wasActive = process.ledgerReadAt == nil || (runNanoseconds == nil ? ticks != process.cpuTicks : hasRun)
        process.cpuTicks = ticks
        // The memory is gone, the entry waits for its parent. (With other threads, only the first one has ended.)
        process.isZombie = stat.isDead && stat.threadCount <= 1
        let age = now - min(process.attributesReadAt ?? 0, now)
        if isFirst || age >= Self.attributeLifetime || !hasRun || hasChangedUser(files, process) {
            try readAttributes(files, process, now: now)
        }
        if process.isZombie {
            count(.threadExited, UInt64(process.threads.count))
            process.threads = [:]
            process.unreadThreadCount = 0
            process.placement = nil
            process.placementGap = .exited
        } else if !hasRun, !process.isInNUMAGroup, sweep?.hasChanged(pid) != true {
            process.noteUnchanged(at: now)
            return
        } else {
            process.fadesCPUTime = true
            if !takeSwept(process, stat, isFirst: process.ledgerReadAt == nil, now: now) {
                try readThreads(files, process, stat, command, now: now)
            }
        }
        finish(process, now: now)
        let isWhole = !isIncomplete && process.attributesReadAt != nil && process.unreadThreadCount == 0
        process.runNanoseconds = isWhole ? runNanoseconds : nil
    }

    /// The process's entry: the known one, or a new one where pid and start time are not those of the known one.
    private mutating func track(_ pid: Int32, _ stat: TaskStat, _ command: String, now: UInt64) -> TrackedProcess {
        if let known = processes[pid] {
            if known.identity.startTimeTicks == stat.startTicks {
                let hasExecuted =
                    known.flags & Self.forkedWithoutExec != 0 && stat.flags & Self.forkedWithoutExec == 0
                if hasExecuted || known.command != command {
                    count(.executed)
                    known.forgetProgram()
                }
                return known
            }
            count(.pidReused)
        }
        let process = TrackedProcess(
            identity: ProcessIdentity(pid: pid, startTimeTicks: stat.startTicks), firstSeenAt: now,
            // One that was hidden for a while may have been counted before.
            isBornSinceStart: stat.startTicks > startTicks && !unreadable.contains(pid))
        processes[pid] = process
        return process
    }

    /// `stat` of the process or a thread; nil, and counted, when it makes no sense.
    mutating func readStat(
        _ files: borrowing ProcessFiles, _ name: String
    ) throws(ReadFailure) -> (TaskStat, String)? {
        try files.read(name, into: &buffer)
        account.add(buffer)
        do {
            let stat = try TaskStat(parsing: buffer.span)
            return (stat, buffer.span.text(stat.commRange))
        } catch {
            count(.malformed)
            return nil
        }
    }

    /// Reads a file the process can do without into the buffer.
    ///
    /// - Parameter shown: The name a refusal is noted under; nil: `name`.
    /// - Returns: Whether it is there.
    mutating func readOptional(
        _ files: borrowing ProcessFiles, _ name: String, _ process: TrackedProcess, as shown: String? = nil
    ) throws(ReadFailure) -> Bool {
        do {
            try files.read(name, into: &buffer)
            account.add(buffer)
            process.allow(shown ?? name)
            return true
        } catch {
            switch error.kind {
            case .gone: throw error
            case .permission: if process.deny(shown ?? name) { count(.permissionDenied) }
            case .missing: break
            case .tooLarge, .wrongType, .io, .stuck: countFailure(error)
            }
            return false
        }
    }
}
