import KernelText
import LinuxSystem
import NUMATopology
import Snapshots

/// Looks between rounds: only the ledgers of processes that are being balanced, and of those only the threads that may have
/// been placed (``PlacementWatch``).
///
/// A look reads nothing of a thread but `sched`. New processes are read as in a round, for what their first placements folded
/// is exact only if they are met before the second. Processes that did not run before the last round are left to the next:
/// scanning is paced by CPU time. What has exited or executed another program is left to the round as well, which tells
/// these apart.
extension LedgerReader {
    /// One look.
    ///
    /// - Parameters:
    ///   - mayGoOn: Asked before each process; false ends the look.
    ///   - now: Monotonic time, nanoseconds.
    /// - Returns: The processes of which threads were read.
    mutating func look(now: UInt64, mayGoOn: () -> Bool) -> [TrackedProcess] {
        if sweeper.isProved {
            sweepTasks()
            defer { sweep = nil }
            if sweep != nil {
                let seen = lookAtSweep(now: now)
                processesListedAt = now
                return seen
            }
        }
        do throws(ReadFailure) {
            try root.processIDs(into: &pids)
            account.files += 1
        } catch {
            return []
        }
        var seen: [TrackedProcess] = []
        // The ones that were placed last come first, should the credit not last for all.
        let followed = processes.values.filter { $0.wasActive && !$0.isZombie && $0.ledgerReadAt != nil }
            .sorted { ($1.steppedAt, $0.identity.pid) < ($0.steppedAt, $1.identity.pid) }
        for process in followed {
            guard mayGoOn() else { return seen }
            if lookAt(process, now: now) { seen.append(process) }
        }
        for pid in pids where isNew(pid) {
            guard mayGoOn() else { return seen }
            readProcess(pid, now: now)
            if let process = processes[pid] { seen.append(process) }
        }
        processesListedAt = now
        return seen
    }

    /// - Returns: Whether any of its threads was read.
    private mutating func lookAt(_ process: TrackedProcess, now: UInt64) -> Bool {
        let runNanoseconds = runNanoseconds(of: process.identity.pid)
        if let runNanoseconds {
            guard runNanoseconds != process.runNanoseconds, runNanoseconds != process.runNanosecondsAtLook else {
                return false
            }
        }
        process.runNanosecondsAtLook = runNanoseconds
        do throws(ReadFailure) {
            let files = try ProcessFiles(process.identity.pid, in: root)
            guard let (stat, command) = try readStat(files, "stat"), !stat.isDead || stat.threadCount > 1,
                stat.startTicks == process.identity.startTimeTicks, command == process.command,
                stat.flags & Self.forkedWithoutExec == process.flags & Self.forkedWithoutExec
            else { return false }
            guard stat.threadCount > 1 || process.threads.count > 1 else {
                return try lookAtThread(files, "sched", process, tid: process.identity.pid, now: now)
            }
            // The first thread shows the sequence for all.
            let first = process.identity.pid
            var hasRead = try lookAtThread(files, "task/\(first)/sched", process, tid: first, now: now)
            let sequence = process.threads[first]?.scanSequence
            let isAnyDue = process.threads.contains { $0.key != first && $0.value.watch.isDue(at: sequence) }
            guard isAnyDue || process.threads.count != stat.threadCount, try listThreads(files, process) else {
                return hasRead
            }
            for tid in tids where tid != first {
                if try lookAtOther(files, process, tid: tid, sequence: sequence, now: now) { hasRead = true }
            }
            process.noteListing(at: now, sequence: sequence)
            return hasRead
        } catch {
            return false
        }
    }

    /// - Returns: Whether it was read.
    private mutating func lookAtOther(
        _ files: borrowing ProcessFiles, _ process: TrackedProcess, tid: Int32, sequence: Int64?, now: UInt64
    ) throws(ReadFailure) -> Bool {
        do throws(ReadFailure) {
            if let thread = process.threads[tid] {
                guard thread.watch.isDue(at: sequence) else { return false }
                return try lookAtThread(files, "task/\(tid)/sched", process, tid: tid, now: now)
            }
            guard let (stat, command) = try readStat(files, "task/\(tid)/stat") else { return false }
            try readLedger(
                files, "task/\(tid)/sched", process, tid: tid, stat, command, .thread, isFirst: false, now: now)
            return true
        } catch {
            // A thread that has exited is the round's to count.
            guard error.kind == .gone || error.kind == .missing else { throw error }
            return false
        }
    }

    /// Reads `sched` of a known thread, and nothing else of it: what `stat` told it keeps.
    private mutating func lookAtThread(
        _ files: borrowing ProcessFiles, _ name: String, _ process: TrackedProcess, tid: Int32, now: UInt64
    ) throws(ReadFailure) -> Bool {
        guard let known = process.threads[tid], try readSched(files, name, process) == .whole else { return false }
        let record = ThreadRecord(
            tid: tid, command: known.record.command, cpu: known.record.cpu, node: known.record.node,
            cpuNanoseconds: sched.sumExecRuntimeNanoseconds ?? known.record.cpuNanoseconds, readAtNanoseconds: now)
        var thread = TrackedThread(
            startTicks: known.startTicks, record: record,
            timeSource: sched.sumExecRuntimeNanoseconds == nil ? known.timeSource : .exact)
        takeLedger(into: &thread, known)
        thread.migrationCountAtNode = known.migrationCountAtNode
        if let readingClock { keepReading(of: tid, process.identity.pid, at: readingClock.monotonicNanoseconds) }
        take(thread, process, known)
        if thread.scanSequence != known.scanSequence { process.steppedAt = now }
        return true
    }

    /// Whether a process was never read.
    private func isNew(_ pid: Int32) -> Bool {
        processes[pid] == nil && !isKernelThread(pid) && !isUnreadable(pid)
    }
}
