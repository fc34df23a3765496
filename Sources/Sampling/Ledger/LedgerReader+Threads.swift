import BalancingModel
import KernelText
import LinuxSystem
import NUMATopology
import Snapshots

/// The threads of one process: each one's ledger, CPU time and migrated pages, and their sums.
extension LedgerReader {
    mutating func readThreads(
        _ files: borrowing ProcessFiles, _ process: TrackedProcess, _ stat: TaskStat, _ command: String, now: UInt64
    ) throws(ReadFailure) {
        let pid = process.identity.pid
        let isFirst = process.ledgerReadAt == nil
        process.unreadThreadCount = 0
        if stat.threadCount == 1, process.threads.isEmpty || process.threads[pid] != nil {
            // The process's own files are those of its only thread: two reads fewer.
            if process.threads.count > 1 {
                count(.threadExited, UInt64(process.threads.count - 1))
                process.threads = process.threads.filter { $0.key == pid }
            }
            try readLedger(files, "sched", process, tid: pid, stat, command, .process, isFirst: isFirst, now: now)
            threadsRead += 1
            process.noteListing(at: now, sequence: process.threads[pid]?.scanSequence)
            return
        }
        guard try listThreads(files, process) else {
            process.unreadThreadCount = stat.threadCount
            return
        }
        let present = Set(tids)
        let before = process.threads.count
        process.threads = process.threads.filter { present.contains($0.key) }
        count(.threadExited, UInt64(before - process.threads.count))
        var unchanged: [Int32] = []
        for tid in tids {
            do throws(ReadFailure) {
                if let known = process.threads[tid], isUnchanged(known, files) {
                    unchanged.append(tid)
                    threadsRead += 1
                    continue
                }
                if tid == pid, process.threads[tid]?.timeSource == .exact {
                    // The process's `stat` says where its first thread is, too; its run time comes from elsewhere.
                    try readLedger(
                        files, "task/\(tid)/sched", process, tid: tid, stat, command, .process, isFirst: isFirst,
                        now: now)
                    threadsRead += 1
                    continue
                }
                guard let (stat, command) = try readStat(files, "task/\(tid)/stat") else {
                    if process.threads[tid] == nil { process.unreadThreadCount += 1 }
                    continue
                }
                try readLedger(
                    files, "task/\(tid)/sched", process, tid: tid, stat, command, .thread, isFirst: isFirst, now: now)
                threadsRead += 1
            } catch {
                switch error.kind {
                case .gone, .missing:
                    // The thread, or the whole process: its first thread stays as long as it does.
                    if process.threads.removeValue(forKey: tid) != nil { count(.threadExited) }
                    // In a copy nothing exits: the file was not taken along.
                    if error.kind == .missing, !root.isLive { process.unreadThreadCount += 1 }
                    if tid == pid, error.kind == .gone { throw error }
                case .permission:
                    if process.deny("task") { count(.permissionDenied) }
                    if process.threads[tid] == nil { process.unreadThreadCount += 1 }
                case .tooLarge, .wrongType, .io, .stuck:
                    countFailure(error)
                    if process.threads[tid] == nil { process.unreadThreadCount += 1 }
                }
            }
        }
        confirm(unchanged, of: process, now: now)
        process.noteListing(at: now, sequence: process.threads[pid]?.scanSequence)
    }

    /// Fills ``tids``.
    ///
    /// - Returns: Whether the threads may be seen, and are in the copy of a host.
    mutating func listThreads(
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
            case .gone, .tooLarge, .wrongType, .io, .stuck: throw error
            }
            return false
        }
    }

    /// One thread's ledger.
    ///
    /// - Parameters:
    ///   - ticksOf: Whose clock ticks `stat` holds.
    ///   - isFirst: Whether the process was never read before, so that a new thread is nothing to count.
    mutating func readLedger(
        _ files: borrowing ProcessFiles, _ name: String, _ process: TrackedProcess, tid: Int32, _ stat: TaskStat,
        _ command: String, _ ticksOf: TrackedThread.TimeSource, isFirst: Bool, now: UInt64
    ) throws(ReadFailure) {
        let cpu = stat.processor.map { Int32(clamping: $0) }
        let node = cpu.flatMap { self.node(ofCPU: Int($0)) }
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
            if known == nil { thread.birth = birth(startTicks: stat.startTicks, process) }
            takeLedger(into: &thread, known)
            thread.migrationCountAtNode = thread.migrationCount
            if let readingClock { keepReading(of: tid, process.identity.pid, at: readingClock.monotonicNanoseconds) }
        } else if let known {
            // What the ledger said last stays true until it can be read again.
            keepLedger(of: known, in: &thread)
        }
        if known == nil, !isFirst { count(.threadStarted) }
        take(thread, process, baseline(of: known, tid, process))
    }

    /// Puts a reading in the place of the one before.
    mutating func take(_ thread: TrackedThread, _ process: TrackedProcess, _ before: TrackedThread?) {
        process.record = nil
        addTime(process, before, thread)
        addMigrated(process, before, thread)
        process.threads[thread.record.tid] = thread
    }

    /// Since when the ledger of a thread that was not read before has grown: nil unless it was born while we watched.
    func birth(startTicks started: UInt64, _ process: TrackedProcess) -> LedgerSample.Birth? {
        guard forkResetsMigrated, started > startTicks else { return nil }
        if let listedAt = process.threadsListedAt {
            return LedgerSample.Birth(afterNanoseconds: listedAt, scanSequence: process.listedSequence ?? 0)
        }
        guard process.isBornSinceStart, let processesListedAt else { return nil }
        return LedgerSample.Birth(afterNanoseconds: processesListedAt, scanSequence: 0)
    }

    /// The counters a thread's new ones are compared with: its own of the last reading, after an exec by another thread
    /// the largest of all that were.
    func baseline(of known: TrackedThread?, _ tid: Int32, _ process: TrackedProcess) -> TrackedThread? {
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
    enum SchedOutcome {
        case absent
        /// The sums of its NUMA lines contradict each other; the rest may be used.
        case torn
        case whole
    }

    /// Reads `sched` into ``sched``, twice if it is torn.
    mutating func readSched(
        _ files: borrowing ProcessFiles, _ name: String, _ process: TrackedProcess
    ) throws(ReadFailure) -> SchedOutcome {
        for attempt in 0..<2 {
            if let readingClock { readingBegan = readingClock.monotonicNanoseconds }
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
            if attempt == 1 {
                count(.tornLedger)
                isIncomplete = true
            }
        }
        return .torn
    }

    /// Takes what ``sched`` says.
    ///
    /// - Parameter known: The reading before.
    func takeLedger(into thread: inout TrackedThread, _ known: TrackedThread?) {
        thread.scanSequence = sched.scanSequence.map { Int64($0) }
        thread.ledgerNode = sched.currentNode.flatMap { NodeNumber.node($0) }
        thread.migrationCount = sched.migrationCount
        thread.watch = known?.watch ?? PlacementWatch()
        // Without the NUMA lines there is no ledger: absent, not zero.
        guard sched.totalFaults != nil else { return }
        thread.record.preferredNode = sched.preferredNode.flatMap { NodeNumber.node($0) }
        thread.record.groupID = sched.groupID.map { Int32(clamping: $0) }
        thread.record.migratedPages = sched.pagesMigrated
        var privatePages = NodeValues<UInt64>()
        var sharedPages = NodeValues<UInt64>()
        for entry in sched.faults {
            guard let node = NodeNumber.node(entry.node) else { continue }
            if entry.taskPrivate > 0 { privatePages[node] = entry.taskPrivate }
            if entry.taskShared > 0 { sharedPages[node] = entry.taskShared }
            if entry.groupPrivate > 0 { thread.groupPrivate[node] = entry.groupPrivate }
            if entry.groupShared > 0 { thread.groupShared[node] = entry.groupShared }
            let sum = entry.taskPrivate.addingSaturated(entry.taskShared)
            if sum > 0 { thread.faults[node] = Int64(clamping: sum) }
        }
        thread.record.privatePages = privatePages
        thread.record.sharedPages = sharedPages
        let hasRun =
            thread.timeSource != .exact || known?.timeSource != .exact
            || known?.record.cpuNanoseconds != thread.record.cpuNanoseconds
        let hasChanged =
            known.map { before in
                before.record.privatePages != thread.record.privatePages
                    || before.record.sharedPages != thread.record.sharedPages
            } ?? false
        thread.watch.note(sequence: thread.scanSequence, hasChanged: hasChanged, hasRun: hasRun)
    }

    func keepLedger(of known: TrackedThread, in thread: inout TrackedThread) {
        thread.scanSequence = known.scanSequence
        thread.ledgerNode = known.ledgerNode
        thread.migrationCount = known.migrationCount
        thread.watch = known.watch
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
    private mutating func addTime(_ process: TrackedProcess, _ known: TrackedThread?, _ thread: TrackedThread) {
        let node = thread.record.node
        var time = thread.record.cpuNanoseconds
        if let known {
            guard known.timeSource == thread.timeSource, time >= known.record.cpuNanoseconds else { return }
            time -= known.record.cpuNanoseconds
        } else if process.ledgerReadAt == nil, !process.isBornSinceStart {
            return
        }
        var sum = process.cpuNanosecondsByNode ?? NodeValues()
        sum.add(time, on: node)
        process.cpuNanosecondsByNode = sum
        groupTotals.add(cpuNanoseconds: time, on: node, to: process.groupName)
        noteStay(process, known, thread, time)
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
        groupTotals.add(migratedPages: increase, to: process.groupName)
    }

    /// Sums at the end of a process's reading.
    func finish(_ process: TrackedProcess, now: UInt64) {
        var sum = NodeValues<Int64>()
        var hasLedger = false
        for thread in process.threads.values where thread.record.migratedPages != nil {
            hasLedger = true
            // Clamped terms of at most 2^20 threads: no node's sum overflows in practice, and damaged text must not trap.
            for node in thread.faults.nodes {
                sum[node] = sum[node].addingSaturated(thread.faults[node])
            }
        }
        process.faultChange = hasLedger ? process.previousFaults.map { Self.difference(sum, $0) } : nil
        process.previousFaults = hasLedger ? sum : nil
        process.noteRead(at: now)
    }

    private static func difference(_ new: NodeValues<Int64>, _ old: NodeValues<Int64>) -> NodeValues<Int64> {
        var result = NodeValues<Int64>()
        for node in new.nodes.union(old.nodes) {
            let (change, overflow) = new[node].subtractingReportingOverflow(old[node])
            if change != 0 { result[node] = overflow ? 0 : change }
        }
        return result
    }
}
