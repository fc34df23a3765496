import BalancingModel

/// Writes events as the kernel's `trace` file prints them (6.12, with the irq-info column): what `FtraceTextParser`
/// reads. For generated traces, and for traces made from others.
///
/// Names of tasks are not part of an event: every task is called `task`, the idle task `<idle>`.
package enum FtraceTextWriter {
    /// The comment lines at the beginning of a trace.
    ///
    /// - Parameter entries: events in the trace, if known.
    package static func header(entries: UInt64?, cpus: Int) -> [UInt8] {
        var output: [UInt8] = []
        append("# tracer: nop\n#\n", to: &output)
        if let entries {
            append("# entries-in-buffer/entries-written: \(entries)/\(entries)   #P:\(cpus)\n#\n", to: &output)
        }
        append("#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n", to: &output)
        append("#              | |         |   |||||     |         |\n", to: &output)
        return output
    }

    /// Appends the line of one event; a loss mark gets the kernel's form of its own.
    package static func append(_ record: TraceRecord, to output: inout [UInt8]) {
        let event = record.event
        if case .lostEvents(let count) = event.payload {
            append("CPU:", to: &output)
            append(event.cpu, to: &output)
            append(" [LOST ", to: &output)
            if let count {
                append(count, to: &output)
                append(" ", to: &output)
            }
            append("EVENTS]\n", to: &output)
            return
        }
        append(event.tid == 0 ? "          <idle>-0" : "            task-", to: &output)
        let start = output.count
        if event.tid != 0 { append(event.tid, to: &output) }
        pad(&output, to: start + (event.tid == 0 ? 6 : 7))
        append(" [", to: &output)
        append(event.cpu, to: &output, digits: 3)
        append("] ..... ", to: &output)
        // The kernel prints the seconds five columns wide.
        var bound: UInt64 = 10_000 * 1_000_000_000
        while bound >= 10 * 1_000_000_000, record.stamp.nanoseconds < bound {
            output.append(0x20)
            bound /= 10
        }
        record.stamp.append(to: &output)
        append(": ", to: &output)
        payload(event.payload, to: &output)
        output.append(0x0a)
    }

    private static func payload(_ payload: BalancingEvent.Payload, to output: inout [UInt8]) {
        switch payload {
        case .hintFault(let lastCPUPID, let memNode, let pages, let flags, let jiffies):
            append("hint_fault: (task_numa_fault+0x4/0xbf0) last_cpupid=", to: &output)
            append(lastCPUPID, to: &output)
            append(" mem_node=", to: &output)
            append(memNode, to: &output)
            append(" pages=", to: &output)
            append(pages, to: &output)
            append(" flags=0x", to: &output)
            append(hexadecimal: UInt64(flags.rawValue), to: &output)
            jiffy(jiffies, to: &output)
        case .misplaced(let address):
            append("misplaced: (mpol_misplaced+0x4/0x220) addr=0x", to: &output)
            append(hexadecimal: address, to: &output)
        case .misplacedReturn(let target):
            append("misplaced_ret: (__handle_mm_fault+0xa69/0xf90 <- mpol_misplaced) target=", to: &output)
            append(target, to: &output)
        case .migrateCheck(let source, let cpu):
            append("migrate_check: (should_numa_migrate_memory+0x4/0x480) src=", to: &output)
            append(source, to: &output)
            append(" cpu=", to: &output)
            append(cpu, to: &output)
        case .placement: append("placement: (task_scan_max+0x0/0x180)", to: &output)
        case .measuredPlacement(let state):
            append("placement: (task_scan_max+0x0/0x180)", to: &output)
            for (name, number) in zip(RecordLayout.placementState, state.numbers) {
                append(" \(name)=", to: &output)
                append(number, to: &output)
            }
        case .scanWork(let jiffies):
            append("scan_work: (task_numa_work+0x4/0x920)", to: &output)
            jiffy(jiffies, to: &output)
        case .scanDone(let jiffies):
            append("scan_done: (task_work_run+0x5c/0x90 <- task_numa_work)", to: &output)
            jiffy(jiffies, to: &output)
        case .scanRange(let start, let end):
            append("scan_range: (change_prot_numa+0x4/0x100) start=0x", to: &output)
            append(hexadecimal: start, to: &output)
            append(" end=0x", to: &output)
            append(hexadecimal: end, to: &output)
        case .scanRangeReturn(let updatedPages):
            append("scan_range_ret: (task_numa_work+0x3c1/0x920 <- change_prot_numa) updated=", to: &output)
            append(updatedPages, to: &output)
        case .setPreferred(let node):
            append("set_preferred: (sched_setnuma+0x4/0x170) nid=", to: &output)
            append(node, to: &output)
        case .migratePages(let succeeded, let failed, let isNUMAMisplaced):
            append("mm_migrate_pages: nr_succeeded=", to: &output)
            append(succeeded, to: &output)
            append(" nr_failed=", to: &output)
            append(failed, to: &output)
            append(
                " nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_ASYNC reason=", to: &output)
            append(isNUMAMisplaced ? "numa_misplaced" : "compaction", to: &output)
        default: rare(payload, to: &output)
        }
    }

    /// Events that are few in any trace: readable code before fast code.
    private static func rare(_ payload: BalancingEvent.Payload, to output: inout [UInt8]) {
        let text: String
        switch payload {
        case .moveNUMA(let move):
            text =
                "sched_move_numa: pid=\(move.pid) tgid=\(move.pid) ngid=\(move.groupID) src_cpu=\(move.sourceCPU) "
                + "src_nid=\(move.sourceNode) dst_cpu=\(move.destinationCPU) dst_nid=\(move.destinationNode)"
        case .stickNUMA(let move): text = "sched_stick_numa: " + pair(move)
        case .swapNUMA(let move): text = "sched_swap_numa: " + pair(move)
        case .skipVMA(let offset, let start, let end, let reason):
            let hexadecimal = [offset, start, end].map { String($0, radix: 16, uppercase: true) }
            text =
                "sched_skip_vma_numa: numa_scan_offset=\(hexadecimal[0]) vm_start=\(hexadecimal[1]) "
                + "vm_end=\(hexadecimal[2]) reason=\(self.text(of: reason))"
        case .skipCPUSet(let pid):
            text = "sched_skip_cpuset_numa: comm=task pid=\(pid) tgid=\(pid) ngid=0 mem_nodes_allowed=0"
        case .migrateTask(let pid, let origin, let destination):
            text = "sched_migrate_task: comm=task pid=\(pid) prio=120 orig_cpu=\(origin) dest_cpu=\(destination)"
        case .schedSwitch(let previous, let state, let next):
            text =
                "sched_switch: prev_comm=task prev_pid=\(previous) prev_prio=120 "
                + "prev_state=\(Character(Unicode.Scalar(state))) ==> next_comm=task next_pid=\(next) next_prio=120"
        case .fork(let parent, let child):
            text = "sched_process_fork: comm=task pid=\(parent) child_comm=task child_pid=\(child)"
        case .exec(let pid, let oldPID):
            text = "sched_process_exec: filename=/bin/task pid=\(pid) old_pid=\(oldPID)"
        case .exit(let pid): text = "sched_process_exit: comm=task pid=\(pid) prio=120"
        case .free(let pid): text = "sched_process_free: comm=task pid=\(pid) prio=120"
        case .newTask(let pid, let cloneFlags):
            text = "task_newtask: pid=\(pid) comm=task clone_flags=\(String(cloneFlags, radix: 16)) oom_score_adj=0"
        case .mark(let mark): text = "tracing_mark_write: " + self.text(of: mark)
        case .vmstat(let counters):
            text = "tracing_mark_write: VMSTAT" + counters.map { " \($0.name) \($0.value)" }.joined()
        default: text = ""
        }
        append(text, to: &output)
    }

    private static func pair(_ move: BalancingEvent.TaskMove) -> String {
        "src_pid=\(move.pid) src_tgid=\(move.pid) src_ngid=\(move.groupID) src_cpu=\(move.sourceCPU) "
            + "src_nid=\(move.sourceNode) dst_pid=\(move.otherPID) dst_tgid=\(move.otherPID) "
            + "dst_ngid=\(move.otherGroupID) dst_cpu=\(move.destinationCPU) dst_nid=\(move.destinationNode)"
    }

    private static func text(of reason: BalancingEvent.SkipReason) -> String {
        switch reason {
        case .unsuitable: "unsuitable"
        case .sharedReadOnly: "shared_ro"
        case .inaccessible: "inaccessible"
        case .scanDelay: "scan_delay"
        case .pidInactive: "pid_inactive"
        case .ignorePID: "ignore_pid_inactive"
        case .sequenceCompleted: "seq_completed"
        case .unknown: "unknown"
        }
    }

    private static func text(of mark: BalancingEvent.LedgerMark) -> String {
        var text = "SCHED \(mark.tid)"
        if let cpu = mark.cpu { text += " \(cpu)" }
        text += " "
        if let process = mark.processID { text += "tgid:\(process);" }
        if mark.isStart { text += "start:1;" }
        if let order = mark.groupOrder { text += "numa_group_order:\(order);" }
        if let runtime = mark.sumExecRuntimeNanoseconds {
            let fraction = String(runtime % 1_000_000)
            text += "se.sum_exec_runtime:\(runtime / 1_000_000)."
            text += String(repeating: "0", count: 6 - fraction.count) + fraction + ";"
        }
        if let sequence = mark.scanSequence { text += "mm->numa_scan_seq:\(sequence);" }
        if let pages = mark.pagesMigrated { text += "numa_pages_migrated:\(pages);" }
        if let node = mark.preferredNode { text += "numa_preferred_nid:\(node);" }
        if let total = mark.totalFaults { text += "total_numa_faults:\(total);" }
        if let node = mark.currentNode { text += "current_node=\(node), " }
        if let group = mark.groupID { text += "numa_group_id=\(group);" }
        for node in mark.nodes {
            text += "numa_faults node=\(node.node) task_private=\(node.taskPrivate) task_shared=\(node.taskShared) "
            text += "group_private=\(node.groupPrivate) group_shared=\(node.groupShared);"
        }
        return text
    }

    // MARK: Bytes

    private static func jiffy(_ jiffies: UInt64?, to output: inout [UInt8]) {
        guard let jiffies else { return }
        append(" j=", to: &output)
        append(jiffies, to: &output)
    }

    private static func append(_ text: String, to output: inout [UInt8]) {
        output.append(contentsOf: text.utf8)
    }

    private static func append(_ value: some BinaryInteger, to output: inout [UInt8], digits: Int = 1) {
        if value < 0 { output.append(UInt8(ascii: "-")) }
        let start = output.count
        var rest = UInt64(value.magnitude)
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0 || output.count - start < digits
        output[start...].reverse()
    }

    private static func append(hexadecimal value: UInt64, to output: inout [UInt8]) {
        var shift: UInt64 = value == 0 ? 0 : UInt64(63 - value.leadingZeroBitCount) / 4 * 4
        while true {
            let digit = UInt8(truncatingIfNeeded: (value >> shift) & 0xf)
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            if shift == 0 { break }
            shift -= 4
        }
    }

    private static func pad(_ output: inout [UInt8], to count: Int) {
        while output.count < count { output.append(0x20) }
    }
}
