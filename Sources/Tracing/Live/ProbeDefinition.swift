/// A probe on the hint-fault path: how the kernel is told to write an event of our group.
///
/// Fetch arguments are the same for kprobe and fprobe events (`Documentation/trace/kprobetrace.rst`, `fprobetrace.rst`):
/// `$argN` and `$retval` do not depend on the architecture, `@jiffies` reads the kernel's tick counter.
package struct ProbeDefinition: Sendable, Hashable {
    package var kind: TraceEventKind
    /// The kernel function.
    package var function: String
    /// At its return instead of its entry.
    package var isReturn: Bool
    package var arguments: String
    /// Fetched as well where the kernel can.
    package var optionalArguments: String

    private init(
        _ kind: TraceEventKind, _ function: String, isReturn: Bool = false, _ arguments: String = "",
        optional: String = ""
    ) {
        self.kind = kind
        self.function = function
        self.isReturn = isReturn
        self.arguments = arguments
        optionalArguments = optional
    }

    /// The group of all our events.
    package static let group = "numawatch"

    /// Every probe, in the order they are made.
    package static let all: [ProbeDefinition] = [
        .init(
            .hintFault, "task_numa_fault", "last_cpupid=$arg1:s32 mem_node=$arg2:s32 pages=$arg3:s32 flags=$arg4:x32",
            optional: "j=@jiffies:u64"),
        .init(.misplaced, "mpol_misplaced", "addr=$arg3:x64"),
        .init(.misplacedReturn, "mpol_misplaced", isReturn: true, "target=$retval:s32"),
        .init(.migrateCheck, "should_numa_migrate_memory", "src=$arg3:s32 cpu=$arg4:s32"),
        // Static: a kernel may have inlined it. What it tells of the task depends on the kernel: `TaskStateArguments`.
        .init(.placement, "task_scan_max"),
        .init(.scanWork, "task_numa_work", optional: "j=@jiffies:u64"),
        .init(.scanDone, "task_numa_work", isReturn: true, optional: "j=@jiffies:u64"),
        .init(.scanRange, "change_prot_numa", "start=$arg2:x64 end=$arg3:x64"),
        .init(.scanRangeReturn, "change_prot_numa", isReturn: true, "updated=$retval:u64"),
        .init(.setPreferred, "sched_setnuma", "nid=$arg2:s32"),
    ]

    /// The name with its group, as `dynamic_events` lists it.
    package var name: String { "\(Self.group)/\(kind.name)" }

    /// The line for `kprobe_events` or `dynamic_events`.
    package func line(_ mechanism: TraceCapability.Mechanism, withOptional: Bool) -> String {
        var fetched = arguments
        if withOptional, !optionalArguments.isEmpty {
            fetched += (fetched.isEmpty ? "" : " ") + optionalArguments
        }
        let place =
            switch mechanism {
            case .fprobes: "f:\(name) \(function)" + (isReturn ? "%return" : "")
            case .kprobes, .tracepoints: "\(isReturn ? "r" : "p"):\(name) \(function)"
            }
        return fetched.isEmpty ? place : "\(place) \(fetched)"
    }
}
