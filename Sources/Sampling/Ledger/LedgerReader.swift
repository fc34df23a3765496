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
/// * `numa_pages_migrated` of a task only grows; groups sum its *increase*, so that tasks which exit stay counted and
///   short-lived ones count once. What a task migrates between our last reading and its exit is never seen.
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
    /// Pages migrated since observing began, by group; never goes down.
    private(set) var migratedByGroup: [String: UInt64] = [:]
    /// Threads read in the last round.
    private(set) var threadsRead = 0
    /// Processes left for a later round.
    private(set) var processesPutOff = 0

    private var kernelThreads: [Int32: UInt64] = [:]
    private var unreadable: Set<Int32> = []
    private var round: UInt64 = 0
    private var pids: [Int32] = []
    private var tids: [Int32] = []
    private var buffer: [UInt8] = []
    private var sched = TaskSched()
    private var nodeByCPU: [NodeID?] = []

    /// A kernel thread's pid is looked at again every so many rounds: at 5 s, once a minute.
    static let recheckRounds: UInt64 = 12
    /// How long `status` and `cgroup` are believed, nanoseconds: they change when an administrator changes them.
    static let attributeLifetime: UInt64 = 60_000_000_000
    /// `PF_FORKNOEXEC`: set by fork, cleared by exec.
    static let forkedWithoutExec: UInt64 = 0x40
    /// How much more urgent a process is that ran since it was read.
    static let activeWeight: UInt64 = 4
    /// Groups without processes whose totals are kept, should they come back.
    static let rememberedGroups = 4096

    init(root: any HostRoot, units: HostUnits, startTicks: UInt64, forkResetsMigrated: Bool) {
        self.root = root
        self.units = units
        self.startTicks = startTicks
        self.forkResetsMigrated = forkResetsMigrated
    }

    mutating func count(_ incident: ProcessIncident, _ number: UInt64 = 1) {
        if number > 0 { incidents[incident, default: 0] += number }
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
        nodeByCPU = machine.nodeByCPU()
        pids.sort()
        forgetExited()
        threadsRead = 0
        processesPutOff = 0
        let threadLimit = max(threadLimit, 1)
        for pid in visitingOrder(threadLimit: threadLimit, now: now) {
            guard threadsRead < threadLimit else {
                processesPutOff += 1
                continue
            }
            readProcess(pid, now: now)
        }
        trimGroups()
    }

    // MARK: Which

    private mutating func forgetExited() {
        let present = Set(pids)
        processes = processes.filter { present.contains($0.key) }
        kernelThreads = kernelThreads.filter { present.contains($0.key) }
        unreadable.formIntersection(present)
    }

    /// Processes to read, most urgent first; kernel threads left out.
    private func visitingOrder(threadLimit: Int, now: UInt64) -> [Int32] {
        let wanted = pids.filter { pid in
            kernelThreads[pid].map { (round &+ $0) % Self.recheckRounds == 0 } ?? true
        }
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

    private mutating func readProcess(_ pid: Int32, now: UInt64) {
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
            case .tooLarge, .wrongType, .io:
                count(.malformed)
            }
        }
    }

    private mutating func readProcess(_ files: borrowing ProcessFiles, now: UInt64) throws(ReadFailure) {
        let pid = files.pid
        guard let (stat, command) = try readStat(files, "stat") else { return }
        if stat.isKernelThread {
            if kernelThreads.updateValue(UInt64(UInt32(bitPattern: pid)), forKey: pid) == nil { count(.kernelThread) }
            processes[pid] = nil
            return
        }
        kernelThreads[pid] = nil
        let process = track(pid, stat, command, now: now)
        let isFirst = process.attributesReadAt == nil
        process.parentPID = Int32(clamping: stat.parentPID)
        process.command = command
        process.flags = stat.flags
        process.threadCount = stat.threadCount
        process.residentPages = UInt64(max(stat.residentPages, 0))
        let ticks = stat.userTicks.addingSaturated(stat.systemTicks)
        process.wasActive = process.ledgerReadAt == nil || ticks != process.cpuTicks
        process.cpuTicks = ticks
        // The memory is gone, the entry waits for its parent. (With other threads, only the first one has ended.)
        process.isZombie = stat.isDead && stat.threadCount <= 1
        if isFirst || now - min(process.attributesReadAt ?? 0, now) >= Self.attributeLifetime {
            try readAttributes(files, process, now: now)
        }
        if process.isZombie {
            count(.threadExited, UInt64(process.threads.count))
            process.threads = [:]
            process.placement = nil
            process.placementGap = .exited
        } else {
            try readThreads(files, process, stat, command, now: now)
        }
        finish(process, now: now)
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

    // MARK: Attributes

    /// User, allowed CPUs and nodes, group: what seldom changes.
    private mutating func readAttributes(
        _ files: borrowing ProcessFiles, _ process: TrackedProcess, now: UInt64
    ) throws(ReadFailure) {
        if try readOptional(files, "status", process) {
            do {
                let status = try ProcessStatus(parsing: buffer.span)
                process.uid = status.userIDs?.real
                process.allowedCPUs = status.cpusAllowed.map { CPUSet(ranges: $0) }
                process.allowedMemoryNodes = status.memsAllowed.map { NodeSet(ranges: $0) }
            } catch {
                count(.malformed)
            }
        }
        if try readOptional(files, "cgroup", process) {
            do {
                let path = try CgroupFile(parsing: buffer.span).placementPath
                process.cgroupPath = path
                let placement = path.map { CgroupPlacement(path: $0) }
                process.groupName = placement.flatMap { $0.isRoot ? nil : $0.groupName } ?? GroupNames.none
            } catch {
                count(.malformed)
            }
        }
        process.attributesReadAt = now
    }

    /// Reads a file the process can do without into the buffer.
    ///
    /// - Parameter shown: The name a refusal is noted under; nil: `name`.
    /// - Returns: Whether it is there.
    private mutating func readOptional(
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
            case .tooLarge, .wrongType, .io: count(.malformed)
            }
            return false
        }
    }
}

// MARK: Threads

extension LedgerReader {
    private mutating func readThreads(
        _ files: borrowing ProcessFiles, _ process: TrackedProcess, _ stat: TaskStat, _ command: String, now: UInt64
    ) throws(ReadFailure) {
        let pid = process.identity.pid
        let isFirst = process.ledgerReadAt == nil
        if stat.threadCount == 1, process.threads.isEmpty || process.threads[pid] != nil {
            // The process's own files are those of its only thread: two reads fewer.
            if process.threads.count > 1 {
                count(.threadExited, UInt64(process.threads.count - 1))
                process.threads = process.threads.filter { $0.key == pid }
            }
            try readLedger(files, "sched", process, tid: pid, stat, command, .process, isFirst: isFirst, now: now)
            threadsRead += 1
            return
        }
        guard try listThreads(files, process) else { return }
        let present = Set(tids)
        let before = process.threads.count
        process.threads = process.threads.filter { present.contains($0.key) }
        count(.threadExited, UInt64(before - process.threads.count))
        for tid in tids {
            do throws(ReadFailure) {
                guard let (stat, command) = try readStat(files, "task/\(tid)/stat") else { continue }
                try readLedger(
                    files, "task/\(tid)/sched", process, tid: tid, stat, command, .thread, isFirst: isFirst, now: now)
                threadsRead += 1
            } catch {
                switch error.kind {
                case .gone, .missing:
                    // The thread, or the whole process: its first thread stays as long as it does.
                    if process.threads.removeValue(forKey: tid) != nil { count(.threadExited) }
                    if tid == pid, error.kind == .gone { throw error }
                case .permission:
                    if process.deny("task") { count(.permissionDenied) }
                case .tooLarge, .wrongType, .io:
                    count(.malformed)
                }
            }
        }
    }

    /// Fills ``tids``.
    ///
    /// - Returns: Whether the threads may be seen, and are in the copy of a host.
    private mutating func listThreads(
        _ files: borrowing ProcessFiles, _ process: TrackedProcess
    ) throws(ReadFailure) -> Bool {
        do {
            try files.threadIDs(into: &tids)
            account.files += 1
            process.allow("task")
            return true
        } catch {
            switch error.kind {
            case .permission: if process.deny("task") { count(.permissionDenied) }
            case .missing: break
            case .gone, .tooLarge, .wrongType, .io: throw error
            }
            return false
        }
    }

    /// One thread's ledger.
    ///
    /// - Parameters:
    ///   - ticksOf: Whose clock ticks `stat` holds.
    ///   - isFirst: Whether the process was never read before, so that a new thread is nothing to count.
    private mutating func readLedger(
        _ files: borrowing ProcessFiles, _ name: String, _ process: TrackedProcess, tid: Int32, _ stat: TaskStat,
        _ command: String, _ ticksOf: TrackedThread.TimeSource, isFirst: Bool, now: UInt64
    ) throws(ReadFailure) {
        let cpu = Int32(clamping: stat.processor ?? -1)
        let node = cpu >= 0 && Int(cpu) < nodeByCPU.count ? nodeByCPU[Int(cpu)] : nil
        var record = ThreadRecord(
            tid: tid, command: command, cpu: cpu, node: node,
            cpuNanoseconds: units.nanoseconds(ticks: stat.userTicks.addingSaturated(stat.systemTicks)),
            readAtNanoseconds: now)
        let known = process.threads[tid].flatMap { $0.startTicks == stat.startTicks ? $0 : nil }
        let outcome = try readSched(files, name, process)
        var source = ticksOf
        if outcome != .absent, let exact = sched.sumExecRuntimeNanoseconds {
            record.cpuNanoseconds = exact
            source = .exact
        }
        var thread = TrackedThread(startTicks: stat.startTicks, record: record, timeSource: source)
        if outcome == .whole {
            takeLedger(into: &thread)
        } else if let known {
            // What the ledger said last stays true until it can be read again.
            keepLedger(of: known, in: &thread)
        }
        if known == nil, !isFirst { count(.threadStarted) }
        let before = baseline(of: known, tid, process)
        addTime(process, before, thread)
        addMigrated(process, before, thread)
        process.threads[tid] = thread
    }

    /// The counters a thread's new ones are compared with: its own of the last reading, after an exec by another thread
    /// the largest of all that were.
    private func baseline(of known: TrackedThread?, _ tid: Int32, _ process: TrackedProcess) -> TrackedThread? {
        guard tid == process.identity.pid, let exec = process.execBaseline else { return known }
        process.execBaseline = nil
        // Others that are still there show that it was only renamed.
        guard var known, process.threads.keys.allSatisfy({ $0 == tid }) else { return known }
        known.record.cpuNanoseconds = max(known.record.cpuNanoseconds, exec.cpuNanoseconds)
        if let pages = exec.migratedPages {
            known.record.migratedPages = max(known.record.migratedPages ?? 0, pages)
        }
        return known
    }

    /// What reading `sched` gave.
    private enum SchedOutcome {
        case absent
        /// The sums of its NUMA lines contradict each other; the rest may be used.
        case torn
        case whole
    }

    /// Reads `sched` into ``sched``, twice if it is torn.
    ///
    private mutating func readSched(
        _ files: borrowing ProcessFiles, _ name: String, _ process: TrackedProcess
    ) throws(ReadFailure) -> SchedOutcome {
        for attempt in 0..<2 {
            guard try readOptional(files, name, process, as: "sched") else { return .absent }
            do {
                // Swapped out for the call, so that its storage is reused: the buffer's span borrows `self`.
                var parsed = TaskSched()
                swap(&parsed, &sched)
                defer { swap(&parsed, &sched) }
                try TaskSched.parse(buffer.span, into: &parsed)
            } catch {
                count(.malformed)
                return .absent
            }
            if !sched.isTorn { return .whole }
            if attempt == 1 { count(.tornLedger) }
        }
        return .torn
    }

    private func takeLedger(into thread: inout TrackedThread) {
        thread.scanSequence = sched.scanSequence.map { Int64($0) }
        // Without the NUMA lines there is no ledger: absent, not zero.
        guard sched.totalFaults != nil else { return }
        thread.record.preferredNode = sched.preferredNode.flatMap { NodeNumber.node($0) }
        thread.record.groupID = sched.groupID.map { Int32(clamping: $0) } ?? 0
        thread.record.migratedPages = sched.pagesMigrated
        for entry in sched.faults {
            guard let node = NodeNumber.node(entry.node) else { continue }
            if entry.taskPrivate > 0 { thread.record.privatePages[node] = entry.taskPrivate }
            if entry.taskShared > 0 { thread.record.sharedPages[node] = entry.taskShared }
            if entry.groupPrivate > 0 { thread.groupPrivate[node] = entry.groupPrivate }
            if entry.groupShared > 0 { thread.groupShared[node] = entry.groupShared }
            let sum = entry.taskPrivate.addingSaturated(entry.taskShared)
            if sum > 0 { thread.faults[node] = Int64(clamping: sum) }
        }
    }

    private func keepLedger(of known: TrackedThread, in thread: inout TrackedThread) {
        thread.scanSequence = known.scanSequence
        thread.faults = known.faults
        thread.groupPrivate = known.groupPrivate
        thread.groupShared = known.groupShared
        thread.record.preferredNode = known.record.preferredNode
        thread.record.groupID = known.record.groupID
        thread.record.migratedPages = known.record.migratedPages
        thread.record.privatePages = known.record.privatePages
        thread.record.sharedPages = known.record.sharedPages
    }

    /// CPU time since the last reading, on the node the thread is on now; of a thread born since, all of it.
    private func addTime(_ process: TrackedProcess, _ known: TrackedThread?, _ thread: TrackedThread) {
        guard let node = thread.record.node else { return }
        let time = thread.record.cpuNanoseconds
        if let known {
            guard known.timeSource == thread.timeSource, time > known.record.cpuNanoseconds else { return }
            process.cpuNanosecondsByNode[node] =
                process.cpuNanosecondsByNode[node].addingSaturated(time - known.record.cpuNanoseconds)
        } else if process.ledgerReadAt != nil || process.isBornSinceStart {
            process.cpuNanosecondsByNode[node] = process.cpuNanosecondsByNode[node].addingSaturated(time)
        }
    }

    /// Pages migrated since the last reading, for the group's total.
    private mutating func addMigrated(_ process: TrackedProcess, _ known: TrackedThread?, _ thread: TrackedThread) {
        guard let pages = thread.record.migratedPages else { return }
        let increase: UInt64
        if let before = known?.record.migratedPages {
            // Less than before: another task came in its place (exec by another thread). Its past was counted already.
            increase = pages > before ? pages - before : 0
        } else if known != nil {
            // Known, but its ledger was not: how much of this is old cannot be told.
            increase = 0
        } else {
            let isCounted = process.ledgerReadAt != nil || process.isBornSinceStart
            increase = forkResetsMigrated && isCounted && thread.startTicks > startTicks ? pages : 0
        }
        let total = migratedByGroup[process.groupName] ?? 0
        migratedByGroup[process.groupName] = total.addingSaturated(increase)
    }

    /// Sums at the end of a process's reading.
    private func finish(_ process: TrackedProcess, now: UInt64) {
        var sum = NodeValues<Int64>()
        var hasLedger = false
        for thread in process.threads.values where thread.record.migratedPages != nil {
            hasLedger = true
            // Clamped terms of at most 2^20 threads: no node's sum overflows in practice, and damaged text must not trap.
            for node in thread.faults.nodes {
                let (total, overflow) = sum[node].addingReportingOverflow(thread.faults[node])
                sum[node] = overflow ? .max : total
            }
        }
        process.faultChange = hasLedger ? process.previousFaults.map { Self.difference(sum, $0) } : nil
        process.previousFaults = hasLedger ? sum : nil
        process.ledgerReadAt = now
    }

    private static func difference(_ new: NodeValues<Int64>, _ old: NodeValues<Int64>) -> NodeValues<Int64> {
        var result = NodeValues<Int64>()
        for node in new.nodes.union(old.nodes) {
            let (change, overflow) = new[node].subtractingReportingOverflow(old[node])
            if change != 0 { result[node] = overflow ? 0 : change }
        }
        return result
    }

    private mutating func trimGroups() {
        guard migratedByGroup.count > Self.rememberedGroups else { return }
        let live = Set(processes.values.map(\.groupName))
        migratedByGroup = migratedByGroup.filter { live.contains($0.key) }
    }
}

extension TaskStat {
    /// Z and X: the task has exited.
    var isDead: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }
}

extension UInt64 {
    /// The product, or the largest number where it does not fit.
    func multipliedSaturated(by other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
