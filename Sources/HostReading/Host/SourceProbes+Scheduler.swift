import KernelText
import LinuxSystem
import Snapshots
import SystemPackage

/// Scheduler statistics, scheduling domains, tracing: all of them optional, and often forbidden.
extension SourceProbes {
    static let debugMount = "/sys/kernel/debug"
    static let traceMount = "/sys/kernel/tracing"

    func schedulerSources() -> [SourceStatus] {
        // Before 5.13 they are sysctls, and always shown.
        let old = "\(ObservationReader.oldDirectory)/cpu0/domain0/name"
        let isOld = root.exists(old)
        let domains = Description(
            name: "sched-domains", path: isOld ? old : "\(ObservationReader.debugDirectory)/cpu0/domain0/name",
            purpose: "the kernel's own scheduling domains, to check the derived ones against",
            lost: "the check; domains are still derived from the topology")
        let verbose = Description(
            name: "sched-verbose", path: "\(Self.debugMount)/sched/verbose",
            purpose: "the switch that makes the kernel show scheduling domains",
            lost: "the check of the derived domains")
        let switched = isVerbose()
        return [
            probe(
                Description(
                    name: "schedstat", path: "/proc/schedstat", purpose: "load balancing statistics and domain masks",
                    lost: "balancing counts per domain, and a check of the derived domains"),
                understand: { bytes throws(KernelTextError) in _ = try Schedstat(parsing: bytes) }
            ) { failure in failure.kind == .missing ? rebuilt(with: "CONFIG_SCHEDSTATS", certain: true) : nil },
            isOld
                ? status(
                    verbose,
                    .notApplicable(reason: "this kernel always shows them, in \(ObservationReader.oldDirectory)"))
                : probe(
                    verbose,
                    understand: { bytes throws(KernelTextError) in
                        _ = try ScalarFile.boolean(bytes, field: "verbose")
                    }
                ) { failure in debugRemedy(failure, built: "CONFIG_SCHED_DEBUG") },
            probe(domains, understand: Self.word) { failure in
                if failure.kind == .missing, switched == false {
                    return "echo Y > \(Self.debugMount)/sched/verbose"
                }
                return debugRemedy(failure, built: "CONFIG_SCHED_DEBUG")
            },
        ]
    }

    /// Whether the domains are shown; nil where the switch cannot be read.
    private func isVerbose() -> Bool? {
        guard let bytes = try? root.readBytes("\(Self.debugMount)/sched/verbose", limitBytes: 64) else { return nil }
        return try? ScalarFile.boolean(bytes.span, field: "verbose")
    }

    /// Why a file beneath debugfs cannot be had, and what would help.
    func debugRemedy(_ failure: ReadFailure, built option: String) -> String? {
        switch failure.kind {
        case .missing: missingRemedy("debugfs", Self.debugMount, "CONFIG_DEBUG_FS", option)
        case .permission: refusalRemedy(failure, "debugfs", Self.debugMount)
        case .gone, .stuck, .tooLarge, .wrongType, .io: nil
        }
    }

    private func missingRemedy(_ type: String, _ place: String, _ built: String, _ option: String) -> String {
        if surroundings.supports(type) == false { return "a kernel built with \(built)=y" }
        switch surroundings.isMounted(type, at: place) {
        case .some(false):
            let caution =
                surroundings.lockdown == .some(.none) ? "" : " (it may still be refused: \(surroundings.lockdownText))"
            return "mount \(type): mount -t \(type) none \(place)\(caution)"
        case .some(true): return rebuilt(with: option, certain: false)
        case nil: return "not determinable: the mounts cannot be read"
        }
    }

    private func refusalRemedy(_ failure: ReadFailure, _ type: String, _ place: String) -> String {
        // debugfs checks lockdown when a file is opened and answers EPERM; missing permission bits answer EACCES.
        if failure.errno == .notPermitted {
            switch surroundings.lockdown {
            case .some(.none): return "not determinable: refused although \(surroundings.lockdownText)"
            case .some: return Self.lockdownRemedy(surroundings.lockdownText)
            case nil: return "most likely boot without lockdown (\(surroundings.lockdownText))"
            }
        }
        return
            "root, or \(type) mounted with gid= and mode= for numawatch: mount -o remount,gid=numawatch,mode=750 \(place)"
    }

    private static func lockdownRemedy(_ mode: String) -> String {
        "boot without lockdown (\(mode); it cannot be lifted on a running system)"
    }

    func tracingSources() -> [SourceStatus] {
        let events = Description(
            name: "tracefs", path: "\(Self.traceMount)/events/sched/sched_move_numa/id",
            purpose: "the kernel's NUMA events, one by one", lost: "tracing: every fault and decision")
        let probes = Description(
            name: "kprobes", path: "\(Self.traceMount)/kprobe_events",
            purpose: "probes on the hint-fault path", lost: "tracing of hint faults; samples remain")
        return [
            probe(events, understand: Self.number) { failure in traceRemedy(failure, built: "CONFIG_TRACING") },
            probe(probes) { failure in traceRemedy(failure, built: "CONFIG_KPROBE_EVENTS") },
        ]
    }

    private func traceRemedy(_ failure: ReadFailure, built option: String) -> String? {
        switch failure.kind {
        case .missing:
            // A kernel that is locked down while it boots makes no files in tracefs (tracer_init_tracefs and
            // event_trace_init, kernel/trace, 6.1 and 6.12): they are missing where others are refused.
            surroundings.lockdown == .confidentiality
                ? Self.lockdownRemedy(surroundings.lockdownText)
                : missingRemedy("tracefs", Self.traceMount, "CONFIG_TRACING", option)
        case .permission:
            // A mount option that lets a group read opens everybody's traces to it, and lets nobody trace.
            failure.errno == .notPermitted
                ? refusalRemedy(failure, "tracefs", Self.traceMount) : "root, or \(TraceFileSystem.dropIn)"
        case .gone, .stuck, .tooLarge, .wrongType, .io: nil
        }
    }
}
