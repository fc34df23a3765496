import BalancingModel
import KernelText
import LinuxSystem
import NUMATopology
import Snapshots
import TaskIterator

/// Ledgers by the iterator: one file for all threads in the place of three for each.
///
/// A round reads it once, before anything else of the processes. Of a process that ran, `stat` is read as ever, and no file of
/// its threads: which there are, what they are called, where they are and what their ledgers hold is in the sweep. A thread of
/// which the record is what it was need not be taken again, be it that it slept or that nothing came of its running; one that
/// sleeps in a NUMA group has other group columns when the others changed them, and those are taken at once, not in the
/// twelfth round.
///
/// A process that began after the sweep, or of which threads began or ended meanwhile, is read from `/proc`, as is a
/// ledger that was copied while its thread was placed, and every thread's own ledger where the iterator may not read it.
extension LedgerReader {
    /// Reads the iterator, if there is one.
    mutating func sweepTasks() {
        let processes = processes
        sweep = sweeper.sweep(round: round) { tid, process, mark in
            processes[process]?.threads[tid]?.sweepMark == mark
        }
        guard let sweep else { return }
        account.files += 1
        account.bytes += UInt64(sweep.byteCount)
        sweeper.prove(sweep)
        if !sweeper.isProved { self.sweep = nil }
    }

    /// Takes the threads of a process from the sweep.
    ///
    /// - Returns: Whether it holds all of them.
    mutating func takeSwept(_ process: TrackedProcess, _ stat: TaskStat, isFirst: Bool, now: UInt64) -> Bool {
        guard let sweep else { return false }
        let pid = process.identity.pid
        sweep.threads(of: pid, into: &tids)
        guard tids.count == stat.threadCount else { return false }
        process.unreadThreadCount = 0
        let present = Set(tids)
        let before = process.threads.count
        process.threads = process.threads.filter { present.contains($0.key) }
        count(.threadExited, UInt64(before - process.threads.count))
        var unchanged: [Int32] = []
        for tid in tids {
            threadsRead += 1
            guard let (record, mark) = sweep.record(of: tid) else {
                unchanged.append(tid)
                continue
            }
            take(record, mark, of: process, isFirst: isFirst, now: now)
        }
        confirm(unchanged, of: process, now: now)
        process.noteListing(at: now, sequence: process.threads[pid]?.scanSequence)
        return true
    }

    /// A look: takes what changed since the last round or look.
    ///
    /// - Returns: The processes of which anything was taken.
    mutating func lookAtSweep(now: UInt64) -> [TrackedProcess] {
        guard let sweep else { return [] }
        var seen: [TrackedProcess] = []
        for pid in sweep.changed {
            guard let process = processes[pid] else {
                if !isKernelThread(pid), !isUnreadable(pid) {
                    readProcess(pid, now: now)
                    if let process = processes[pid] { seen.append(process) }
                }
                continue
            }
            // What has exited or executed another program is left to the round, which tells these apart.
            guard !process.isZombie, process.ledgerReadAt != nil, isSameProgram(process, sweep) else { continue }
            sweep.threads(of: pid, into: &tids)
            for tid in tids {
                guard let (record, mark) = sweep.record(of: tid) else { continue }
                take(record, mark, of: process, isFirst: false, now: now)
            }
            process.noteListing(at: now, sequence: process.threads[pid]?.scanSequence)
            seen.append(process)
        }
        return seen
    }

    private func isSameProgram(_ process: TrackedProcess, _ sweep: TaskSweep) -> Bool {
        guard let (first, _) = sweep.record(of: process.identity.pid) else { return true }
        return startTicks(of: first) == process.identity.startTimeTicks
            && UInt64(first.flags) & Self.forkedWithoutExec == process.flags & Self.forkedWithoutExec
            && first.command == process.command
    }

    /// Takes one thread's record.
    private mutating func take(
        _ swept: TaskRecord, _ mark: UInt64, of process: TrackedProcess, isFirst: Bool, now: UInt64
    ) {
        let tid = swept.tid
        let started = startTicks(of: swept)
        let known = process.threads[tid].flatMap { $0.startTicks == started ? $0 : nil }
        let cpu = swept.cpu ?? known?.record.cpu
        let record = ThreadRecord(
            tid: tid, command: swept.command, cpu: cpu, node: cpu.flatMap { node(ofCPU: Int($0)) },
            cpuNanoseconds: swept.runNanoseconds, readAtNanoseconds: now)
        var thread = TrackedThread(startTicks: started, record: record, timeSource: .exact)
        thread.sweepMark = mark
        let isWhole: Bool
        if swept.faults == nil || swept.isTorn {
            isWhole = readOwnLedger(of: swept, process)
        } else {
            fillSched(from: swept, node: record.node)
            isWhole = true
        }
        if isWhole {
            if known == nil { thread.birth = birth(startTicks: started, process) }
            takeLedger(into: &thread, known)
            // Of one instant, where the ledger is the record's own.
            thread.migrationCountAtNode = thread.migrationCount
            if readingClock != nil {
                readingBegan = swept.timeNanoseconds
                keepReading(of: tid, process.identity.pid, at: swept.timeNanoseconds, groupOrder: swept.group?.identity)
            }
        } else if let known {
            keepLedger(of: known, in: &thread)
            thread.sweepMark = nil
        }
        takeView(of: swept, into: &thread)
        takeScanTime(of: swept, process)
        if known == nil, !isFirst { count(.threadStarted) }
        let stepsBefore = known?.scanSequence
        take(thread, process, baseline(of: known, tid, process))
        if let stepsBefore, stepsBefore != thread.scanSequence { process.steppedAt = now }
    }

    /// Reads the ledger itself from `/proc`, where the record does not have it, or a torn one.
    private mutating func readOwnLedger(of swept: TaskRecord, _ process: TrackedProcess) -> Bool {
        do throws(ReadFailure) {
            let files = try ProcessFiles(process.identity.pid, in: root)
            return try readSched(files, "task/\(swept.tid)/sched", process) == .whole
        } catch {
            isIncomplete = true
            return false
        }
    }

    /// Makes ``sched`` what `/proc` would print of the task: a line for each online node.
    private mutating func fillSched(from swept: TaskRecord, node: NodeID?) {
        sched.clear()
        sched.sumExecRuntimeNanoseconds = swept.runNanoseconds
        sched.migrationCount = swept.migrationCount
        sched.scanSequence = swept.memory?.scanSequence.map(Int.init)
        sched.pagesMigrated = swept.pagesMigrated
        sched.preferredNode = swept.preferredNode.map(Int.init)
        sched.totalFaults = swept.totalFaults
        sched.currentNode = node?.rawValue
        sched.groupID = swept.group.map { Int($0.groupID ?? 0) } ?? 0
        for node in onlineNodes {
            let own = swept.faults.flatMap { $0.indices.contains(node.rawValue) ? $0[node.rawValue].averages : nil }
            let group = swept.group?.faults.flatMap { $0.indices.contains(node.rawValue) ? $0[node.rawValue] : nil }
            sched.faults.append(
                TaskSched.NodeFaults(
                    node: node.rawValue, taskPrivate: own?.memoryPrivate ?? 0, taskShared: own?.memoryShared ?? 0,
                    groupPrivate: group?.memoryPrivate ?? 0, groupShared: group?.memoryShared ?? 0))
        }
    }

    /// Takes what no file shows.
    private mutating func takeView(of swept: TaskRecord, into thread: inout TrackedThread) {
        var view = KernelTaskView()
        view.state = swept.state.map(TaskRunState.letter)
        view.scanPeriodMilliseconds = swept.scanPeriodMilliseconds
        view.nextScanRunNanoseconds = Self.nextScan(of: swept)
        view.placedSequence = swept.placedSequence.map(Int64.init)
        view.remoteFaults = swept.locality?.remote
        view.localFaults = swept.locality?.local
        view.failedPages = swept.locality?.failed
        if let faults = swept.faults, !swept.isTorn {
            var privatePages = NodeValues<UInt64>()
            var sharedPages = NodeValues<UInt64>()
            for node in onlineNodes where faults.indices.contains(node.rawValue) {
                let window = faults[node.rawValue].window
                if window.memoryPrivate > 0 { privatePages[node] = window.memoryPrivate }
                if window.memoryShared > 0 { sharedPages[node] = window.memoryShared }
            }
            view.windowPrivatePages = privatePages
            view.windowSharedPages = sharedPages
        }
        thread.record.kernel = view
        thread.groupIdentity = swept.group?.identity
        if let group = swept.group { note(group) }
    }

    /// Run time until a thread asks for the next scan (`task_tick_numa`, kernel/sched/fair.c): when it has run for a scan period
    /// longer than its stamp says.
    private static func nextScan(of swept: TaskRecord) -> UInt64? {
        guard let stamp = swept.nodeStamp, stamp > 0, let period = swept.scanPeriodMilliseconds, period > 0 else {
            return nil
        }
        return stamp.addingSaturated(UInt64(period) * 1_000_000).subtractingSaturated(swept.runNanoseconds)
    }

    /// Takes when the process may be scanned next.
    private mutating func takeScanTime(of swept: TaskRecord, _ process: TrackedProcess) {
        let reading = KernelTicks.Reading(monotonicNanoseconds: swept.timeNanoseconds, jiffies: swept.jiffies)
        ticks.note(reading)
        if let next = swept.memory?.nextScan { process.nextScanAt = ticks.instant(of: next, from: reading) }
    }

    private mutating func note(_ group: TaskRecord.Group) {
        var record = NUMAGroupRecord(id: group.groupID ?? 0, identity: group.identity)
        record.taskCount = group.taskCount.map(Int.init)
        record.activeNodeCount = group.activeNodeCount.map(Int.init)
        record.totalFaults = group.totalFaults
        if let faults = group.faults {
            var pages = NodeValues<UInt64>()
            var cpuFaults = NodeValues<UInt64>()
            for node in onlineNodes where faults.indices.contains(node.rawValue) {
                let here = faults[node.rawValue]
                pages[node] = here.memoryPrivate.addingSaturated(here.memoryShared)
                cpuFaults[node] = here.cpuPrivate.addingSaturated(here.cpuShared)
            }
            record.pages = pages
            record.cpuFaults = cpuFaults
        }
        numaGroups[group.identity] = record
    }

    /// Groups nobody is in any more: their places may be others' soon.
    mutating func forgetEndedGroups() {
        guard !numaGroups.isEmpty else { return }
        guard sweeper.isProved else {
            numaGroups = [:]
            return
        }
        var living: Set<UInt64> = []
        for process in processes.values {
            for thread in process.threads.values {
                if let identity = thread.groupIdentity { living.insert(identity) }
            }
        }
        numaGroups = numaGroups.filter { living.contains($0.key) }
    }

    /// The start in the ticks of `stat` (`nsec_to_clock_t` of `start_boottime`, fs/proc/array.c).
    private func startTicks(of swept: TaskRecord) -> UInt64 { units.ticks(nanoseconds: swept.startNanoseconds) }
}

/// `__state` as letters (`task_state_array`, fs/proc/array.c).
enum TaskRunState {
    static func letter(_ state: UInt32) -> String {
        // TASK_IDLE is TASK_UNINTERRUPTIBLE that counts for no load (TASK_NOLOAD).
        if state & 0x402 == 0x402 { return "I" }
        let letters: [(bit: UInt32, letter: String)] = [
            (0x01, "S"), (0x02, "D"), (0x04, "T"), (0x08, "t"), (0x10, "X"), (0x20, "Z"), (0x40, "P"),
            (0x80, "X"),
        ]
        return letters.first { state & $0.bit != 0 }?.letter ?? "R"
    }
}
