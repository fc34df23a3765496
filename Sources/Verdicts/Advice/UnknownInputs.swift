import Snapshots

/// What is not known of a verdict's figures, and what would tell it.
enum UnknownInputs {
    static func list(_ entry: VerdictEntry) -> [UnknownInput] {
        let record = entry.record
        var list: [UnknownInput] = []
        switch record.reason {
        case .modeUnknown:
            list.append(
                UnknownInput(
                    what: "whether balancing is on",
                    remedy: "kernel.numa_balancing has to be readable: “numawatch doctor”"))
        case .tooShort:
            list.append(UnknownInput(what: "everything but the settings", remedy: "the daemon has to watch for longer"))
        case .unplaced:
            list.append(
                UnknownInput(
                    what: "where its memory is, or where it ran",
                    remedy: "MemoryAccounting=yes for the unit, or CAP_SYS_PTRACE for the daemon: “numawatch doctor”"))
        case .uncounted:
            list.append(
                UnknownInput(
                    what: "what was armed, faulted and moved",
                    remedy: "/proc/vmstat and the tasks' sched files have to be readable: “numawatch doctor”"))
        case .unproven:
            list.append(
                UnknownInput(
                    what: "whether the same pages move again and again",
                    remedy: "tracing shows it: Level= of [Tracing], then “numawatch explain PID”"))
        default: break
        }
        guard let figures = record.figures, record.verdict != .inactive else { return list }
        if let cost = figures.cost, cost.total.source == .assumed, cost.total.high > 0 {
            list.append(
                UnknownInput(
                    what: "what arming, faulting and moving take here: ranges for ordinary machines are assumed",
                    remedy: "“perf record -a -g -e cpu-clock”: the share of task_numa_work and migrate_misplaced_folio")
            )
        }
        if figures.gain != nil {
            list.append(
                UnknownInput(
                    what: "how much of its time it waits for memory: 2 to 40 % are assumed",
                    remedy: "“perf stat -a -e node-loads,node-load-misses”, where the processor counts them"))
        }
        if figures.counterSource == .model, entry.scope != .host {
            list.append(
                UnknownInput(
                    what: "what of the host's armed pages and faults were its own",
                    remedy: "Linux 6.12 counts them by cgroup, with the memory controller on for it"))
        }
        if figures.locality?.source == .sample {
            list.append(
                UnknownInput(
                    what: "where all of its pages are: a sample was taken",
                    remedy: "MemoryAccounting=yes for the unit: the kernel's own account costs nothing"))
        }
        return list
    }
}
