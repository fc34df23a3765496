import KernelText
import LinuxSystem
import Snapshots
import SystemPackage

/// Processes: ledger, placement, cgroup.
extension SourceProbes {
    func taskSources() -> [SourceStatus] {
        let tasks = ProbedTasks(root)
        let other = root.isLive ? processOfAnotherUser() : nil
        var sources = [
            threads(tasks),
            probe(
                Description(
                    name: "task-status", path: "\(tasks.own)/status", purpose: "user and allowed nodes of each process",
                    lost: "who a process belongs to, and which nodes it may use"),
                paths: tasks.paths("status"),
                understand: { bytes throws(KernelTextError) in
                    guard try ProcessStatus(parsing: bytes).userIDs != nil else {
                        throw KernelTextError(.status, "Uid", at: 0, .missingField)
                    }
                }, remedy: { _ in nil }),
            probe(
                Description(
                    name: "task-sched", path: tasks.ownSched,
                    purpose: "the kernel's fault ledger of each task: hint faults by node, preferred node, NUMA group",
                    lost: "hint faults, preferred nodes and migrated pages per process"),
                paths: tasks.schedPaths,
                understand: { bytes throws(KernelTextError) in
                    let sched = try TaskSched(parsing: bytes)
                    guard sched.sumExecRuntimeNanoseconds ?? sched.switchCount ?? sched.totalFaults != nil else {
                        throw KernelTextError(.taskSched, "se.sum_exec_runtime", at: 0, .missingField)
                    }
                }, remedy: schedRemedy),
            ledgerContents(tasks),
        ]
        if let iterator = TaskIteratorSource.probe(root) { sources.append(iterator) }
        sources += [
            probe(
                Description(
                    name: "cgroup", path: "\(tasks.own)/cgroup",
                    purpose: "which unit or container a process belongs to",
                    lost: "grouping by unit; everything is one group"),
                paths: tasks.paths("cgroup"),
                understand: { bytes throws(KernelTextError) in _ = try CgroupFile(parsing: bytes) }
            ) { failure in failure.kind == .missing ? rebuilt(with: "CONFIG_CGROUPS", certain: true) : nil },
            cgroupAccounts(tasks),
            maps(tasks),
            mapsOfOthers(other),
            movePages(other),
        ]
        return sources
    }

    /// `stat` of processes and of their threads.
    private func threads(_ tasks: ProbedTasks) -> SourceStatus {
        let source = Description(
            name: "task-stat", path: "\(tasks.own)/stat", purpose: "processes, threads, CPU time, resident memory",
            lost: "all figures of processes; of a thread's, its node")
        let found = probe(
            source, paths: tasks.statPaths,
            understand: { bytes throws(KernelTextError) in _ = try TaskStat(parsing: bytes) }, remedy: { _ in nil })
        guard found.isReadable, let failure = tasks.unlisted else { return found }
        var listing = source
        listing.path = failure.path
        return unavailable(listing, failure, remedy: nil)
    }

    /// Reading it walks page tables: of a live host's own process only, and no more than shows that it can be read.
    private func maps(_ tasks: ProbedTasks) -> SourceStatus {
        let source = Description(
            name: "numa_maps", path: "\(tasks.own)/numa_maps", purpose: "memory by node, class and policy, exactly",
            lost: "exact placement; only samples are left")
        let remedy = { [self] (failure: ReadFailure) in
            failure.kind == .missing ? rebuilt(with: "CONFIG_NUMA", certain: true) : nil
        }
        guard !root.isLive else { return probe(source, remedy: remedy) }
        return probe(
            source, paths: tasks.mapsPaths,
            understand: { bytes throws(KernelTextError) in
                var reader = NUMAMapsReader()
                try reader.feed(bytes) { _, _ in }
                try reader.finish()
            }, remedy: remedy)
    }

    private func schedRemedy(_ failure: ReadFailure) -> String? {
        guard failure.kind == .missing else { return nil }
        // Up to 6.14 the file depended on CONFIG_SCHED_DEBUG; later it is always there.
        return rebuilt(with: "CONFIG_SCHED_DEBUG", certain: true)
    }

    /// Whether the kernel prints the NUMA lines in `sched`.
    private func ledgerContents(_ tasks: ProbedTasks) -> SourceStatus {
        var source = Description(
            name: "task-ledger", path: tasks.ownSched,
            purpose: "the NUMA lines of sched", lost: "hint faults, preferred nodes and migrated pages per process")
        for path in tasks.schedPaths.isEmpty ? [source.path] : tasks.schedPaths {
            source.path = path
            do {
                let bytes = try root.readBytes(path, limitBytes: Self.probeBytes)
                let sched = try TaskSched(parsing: bytes.span)
                if sched.totalFaults == nil {
                    return status(
                        source, .notApplicable(reason: "the file has no NUMA lines"),
                        remedy: rebuilt(with: "CONFIG_NUMA_BALANCING", certain: true))
                }
            } catch let error as ReadFailure {
                return unavailable(source, error, remedy: schedRemedy(error))
            } catch {
                return status(source, .malformed(reason: "\(error)"))
            }
        }
        return status(source, .readable)
    }

    /// Any process of a user we are not.
    private func processOfAnotherUser() -> Int32? {
        var pids: [Int32] = []
        guard (try? root.processIDs(into: &pids)) != nil else { return nil }
        for pid in pids.sorted() {
            let status = try? root.parse("/proc/\(pid)/status") { bytes throws(KernelTextError) in
                try ProcessStatus(parsing: bytes)
            }
            guard let status, let user = status.userIDs?.real, user != HostFacts.effectiveUserID else { continue }
            // A kernel thread or zombie has no memory to be asked about.
            if status.residentBytes ?? 0 > 0 { return pid }
        }
        return nil
    }

    private static let ptraceRemedy = "CAP_SYS_PTRACE, or run as root"
    private static let hidepidRemedy =
        "root, a group named by gid= of the mount, or mount -o remount,hidepid=off /proc (hidepid=0 before Linux 5.8)"

    private var view: HostView { HostView(of: root, mounts: surroundings.mounts) }

    private func mapsOfOthers(_ other: Int32?) -> SourceStatus {
        var source = Description(
            name: "numa_maps-others", path: "/proc/<pid>/numa_maps",
            purpose: "memory placement of other users' processes",
            lost: "placement of every process that is not ours")
        guard let other else {
            if let hidden = view.hiddenProcesses {
                return status(source, .notApplicable(reason: hidden), remedy: Self.hidepidRemedy)
            }
            return status(source, .notApplicable(reason: notTried))
        }
        source.path = "/proc/\(other)/numa_maps"
        let status = probe(source) { failure in failure.kind == .permission ? Self.ptraceRemedy : nil }
        switch status.state {
        case .unavailable(Errno.timedOut.rawValue, _), .unavailable(Errno.resourceTemporarilyUnavailable.rawValue, _):
            return self.status(source, .notApplicable(reason: Self.stuck(other)))
        default: return status
        }
    }

    private var notTried: String {
        root.isLive ? "no process of another user is here to try it on" : "a copy of a host cannot be asked"
    }

    /// move_pages(2): on another user's process where there is one, as that needs more than on our own.
    private func movePages(_ other: Int32?) -> SourceStatus {
        let source = Description(
            name: "move_pages", path: "move_pages(2)",
            purpose: "where sampled pages of large processes are, without long holds of their lock",
            lost: "placement of processes too large for numa_maps")
        guard root.isLive else { return status(source, .notApplicable(reason: notTried)) }
        guard !ProcessNumbers.areForeign(in: root) else {
            return status(
                source, .notApplicable(reason: ProcessNumbers.foreignReason), remedy: "mount -t proc proc /proc")
        }
        do {
            try locate(in: other)
            return status(source, .readable)
        } catch  where error.kind == .stuck {
            return status(source, .notApplicable(reason: Self.stuck(other)))
        } catch {
            let state = SourceStatus.State.unavailable(
                errno: error.errno.rawValue, errnoName: ErrnoName.of(error.errno))
            let remedy: String? =
                switch error.errno {
                case .notPermitted, .permissionDenied: Self.ptraceRemedy
                case .noFunction:
                    rebuilt(with: "CONFIG_MIGRATION", certain: false) + ", or a seccomp filter that lets it through"
                default: nil
                }
            return status(source, state, remedy: remedy)
        }
    }

    /// Asks where a page is that is mapped nowhere: the call answers, and says so for the page.
    private func locate(in process: Int32?) throws(ReadFailure) {
        let call: @Sendable () -> Errno? = {
            var statuses: [PageStatus] = []
            do throws(SystemFailure) {
                // The call itself cannot be ended while it waits for a process; this one before it can.
                if let process { try? ProcessFiles(process, in: DirectoryRoot.live).passMemoryLock() }
                try MovePages.locate(pid: process ?? 0, addresses: [4096], into: &statuses)
                return nil
            } catch {
                return error.errno
            }
        }
        let failure: Errno?
        if let patience = root.patience {
            do throws(Errno) {
                failure = try patience.value(of: call)
            } catch {
                throw ReadFailure(.read, "move_pages(2)", error, kind: .stuck)
            }
        } else {
            failure = call()
        }
        if let failure { throw ReadFailure(.read, "move_pages(2)", failure) }
    }

    /// What holds up one process says nothing of the source.
    private static func stuck(_ process: Int32?) -> String {
        "process \(process.map(String.init) ?? "?"), on which it was tried, keeps its memory locked"
    }
}
