import KernelText
import LinuxSystem
import NUMATopology
import Snapshots

/// What did not run is not read again.
///
/// A ledger, a CPU time, the CPU a thread is on, its command, its user, and the threads there are: only the process's own
/// threads change these, and they have to run for it. The kernel keeps the run time of each process to the nanosecond
/// (``HostRoot/processRunNanoseconds(_:)``), which costs a system call and no file. Where it stands where it stood, nothing
/// of the process is read, and its figures are as true now as they were then.
///
/// Three things change although a process sleeps, and are read once a minute all the same:
///
/// - what an administrator changes: its cgroup, the CPUs and nodes it may use (``attributeLifetime``);
/// - its resident memory, which others may reclaim: every ``recheckRounds``th round;
/// - the group's columns of a ledger, which the other members of its NUMA group change: so often as well, with everything
///   else. Between that they are as they were when it ran last.
///
/// Of a process that ran, a thread is first asked for its run time alone (`schedstat`, a third of the cost of `stat` and
/// `sched`); once a minute it is read whatever that says, as others of the process may give it a name. The scan sequence is the mm's, so that a thread which did not run has that of those that did.
///
/// Example: 100 processes of 20 threads; in 5 s one thread of each of three ran. Read are a `stat`, a list of threads and 20
/// `schedstat` of each of the three, and `stat` and `sched` of three threads: 69 files and not 4,200.
extension LedgerReader {
    /// Whether nothing of a process has to be read; if so it is noted.
    func isUnchanged(_ pid: Int32, now: UInt64) -> Bool {
        guard let process = processes[pid], let before = process.runNanoseconds,
            let attributesReadAt = process.attributesReadAt,
            !isRecheckDue(UInt64(UInt32(bitPattern: pid))), now - min(attributesReadAt, now) < Self.attributeLifetime,
            runNanoseconds(of: pid) == before
        else { return false }
        process.noteUnchanged(at: now)
        return true
    }

    /// The run time of all threads of a process; nil where the kernel cannot be asked for it.
    func runNanoseconds(of pid: Int32) -> UInt64? {
        mayAskByNumber ? root.processRunNanoseconds(pid) : nil
    }

    /// Whether it is the turn of a process that is read now and then only.
    func isRecheckDue(_ number: UInt64) -> Bool { (round &+ number) % Self.recheckRounds == 0 }

    /// From here on nothing counts as unchanged until it was read.
    func readAllAgain() {
        for process in processes.values {
            process.runNanoseconds = nil
            process.record = nil
            process.forgetSweeps()
        }
    }

    /// Whether a thread need not be read, because it has not run since it was.
    mutating func isUnchanged(_ thread: TrackedThread, _ files: borrowing ProcessFiles) -> Bool {
        guard hasSchedstat, thread.timeSource == .exact, !isRecheckDue(UInt64(UInt32(bitPattern: files.pid))),
            // Where it cannot be read, what is read next tells why.
            (try? files.read("task/\(thread.record.tid)/schedstat", into: &buffer)) != nil
        else { return false }
        account.add(buffer)
        return (try? TaskSchedstat(parsing: buffer.span))?.runNanoseconds == thread.record.cpuNanoseconds
    }

    /// Brings threads that did not run up to date.
    func confirm(_ tids: [Int32], of process: TrackedProcess, now: UInt64) {
        let confirmed = Set(tids)
        let sequences = process.threads.values.filter { !confirmed.contains($0.record.tid) }.compactMap(\.scanSequence)
        let sequence = sequences.max()
        for tid in tids {
            guard var thread = process.threads.removeValue(forKey: tid) else { continue }
            thread.record.readAtNanoseconds = now
            if let sequence, thread.scanSequence != nil { thread.scanSequence = sequence }
            thread.watch.note(sequence: thread.scanSequence, hasChanged: false, hasRun: false)
            process.threads[tid] = thread
        }
    }
}

extension TrackedThread {
    /// Whether others change columns of its ledger.
    var isInNUMAGroup: Bool { (record.groupID ?? 0) != 0 }
}

extension TrackedProcess {
    /// Whether others change columns of its threads' ledgers.
    var isInNUMAGroup: Bool { threads.values.contains(where: \.isInNUMAGroup) }
}
