extension DaemonEvent {
    /// What an event tells an administrator who has never seen it. `docs/events.md`, numawatch-events(7) and what
    /// `journalctl -x` shows are made from this.
    package struct Explanation: Sendable, Equatable {
        /// What has happened: one sentence.
        package var meaning: String
        /// What follows from it, and what to do: whole sentences.
        package var advice: String
    }

    /// Every kind has one: a new kind without does not compile.
    package var explanation: Explanation {
        switch self {
        case .started:
            Explanation(
                meaning: "The daemon has started and says what it found: kernel, nodes, sources.",
                advice: "Nothing needs to be done. The event ready follows once the first round of sampling has ended.")
        case .ready:
            Explanation(
                meaning: "Everything runs and the socket answers.",
                advice: "Nothing needs to be done. numawatch status shows what there is to see.")
        case .stopping:
            Explanation(
                meaning: "The end has been asked for.",
                advice: "Answers under way are finished, for at most ten seconds; then the event stopped follows.")
        case .stopped:
            Explanation(
                meaning: "Everything has ended cleanly.",
                advice: "While numawatch.socket is active, the next request starts the daemon again.")
        case .failed:
            Explanation(
                meaning: "The daemon could not go on.",
                advice: "The message says why. systemd starts it again after two seconds; if that does not help, "
                    + "numawatch doctor --local reads the host without the daemon.")
        case .configurationRead:
            Explanation(
                meaning: "The configuration was read, at start.",
                advice: "The message names every key that is not at its default. numawatchd --print-config=effective "
                    + "prints all of them.")
        case .configurationRefused:
            Explanation(
                meaning: "The configuration was refused; one event for each problem.",
                advice: "The message names file, line and column. At start the daemon ends with status 78 and is not "
                    + "started again by itself; at reload it goes on with the configuration it has. numawatchd "
                    + "--check-config checks what was mended, see numawatchd.conf(5).")
        case .nameRefused:
            Explanation(
                meaning: "A line of a names file cannot be used; one event for each.",
                advice: "The other lines count. Mend the line that the message names (kind, id, “=”, name) and run "
                    + "systemctl reload numawatchd.")
        case .configurationReloaded:
            Explanation(
                meaning: "A changed configuration is in force.",
                advice: "Keys that count only from the next start are told of in events restart-needed.")
        case .restartNeeded:
            Explanation(
                meaning: "A key was changed that counts only from the next start.",
                advice: "The old value is in force until systemctl restart numawatchd.")
        case .socketReady:
            Explanation(
                meaning: "A socket was taken over from systemd, or opened.",
                advice: "Members of the group numawatch may ask there, with numawatch, curl or a collector of metrics.")
        case .portUnavailable:
            Explanation(
                meaning: "The port for metrics cannot be had; all else goes on.",
                advice:
                    "The message says why. Under systemd it is numawatch-metrics.socket that opens it: enable that, stop "
                    + "numawatch.socket and numawatchd.service, and start all three. systemd opens no socket for a service "
                    + "that runs.")
        case .sourceMissing:
            Explanation(
                meaning: "A kernel feature or source is not there; what is lost, and what would make it readable.",
                advice:
                    "Figures that follow from it are absent, never zero. numawatch doctor says for each source why it "
                    + "cannot be read and what would change that.")
        case .sourceReturned:
            Explanation(
                meaning: "A source that was missing can be read again.",
                advice: "The figures that follow from it are there again.")
        case .patternUnused:
            Explanation(
                meaning: "A pattern of IncludeUnits=, ExcludeUnits= or Units= has meant no process for a day.",
                advice: "It may be misspelt. numawatch groups shows the names that patterns are compared with.")
        case .intervalsLengthened:
            Explanation(
                meaning: "Rounds cost more than the limit: the intervals were lengthened.",
                advice:
                    "The daemon keeps within CPULimit= by reading more rarely; figures are older than configured. Raise "
                    + "CPULimit=, or lengthen the interval of the tier that the message names. Metrics: "
                    + "numawatch_tier_interval_seconds beside numawatch_tier_configured_interval_seconds.")
        case .intervalsRestored:
            Explanation(
                meaning: "Rounds fit into the limit again.",
                advice: "The configured intervals are in force.")
        case .roundFailed:
            Explanation(
                meaning: "A round failed as a whole and is tried again.",
                advice:
                    "One such round is a gap in the figures. If they keep failing, the message says what cannot be read; "
                    + "numawatch doctor says what would make it readable.")
        case .samplerStalled:
            Explanation(
                meaning: "The sampler makes no progress; the watchdog is not answered.",
                advice:
                    "systemd starts the daemon anew (WatchdogSec=). A kernel call that does not return is the usual "
                    + "reason: look at /proc/PID/task/*/stack of numawatchd before that, and at the kernel's log.")
        case .processStuck:
            Explanation(
                meaning:
                    "A process keeps its memory locked: where its memory is is not read again for as long as it lives.",
                advice:
                    "It is often a page of a FUSE or NFS file whose server is silent. All else goes on. The process "
                    + "itself cannot map or unmap memory either: find what it waits for (/proc/PID/wchan, /proc/PID/stack)."
            )
        case .balancingChanged:
            Explanation(
                meaning: "kernel.numa_balancing was changed by somebody.",
                advice: "The daemon changes no setting. Look for tuned, a sysctl.d file, numad or a person.")
        case .topologyChanged:
            Explanation(
                meaning: "Nodes or CPUs came or went.",
                advice:
                    "Expected after hotplug or after CPUs were switched off. Scheduling domains are rebuilt with it.")
        case .domainsChanged:
            Explanation(
                meaning: "The kernel rebuilt its scheduling domains.",
                advice:
                    "Expected with CPUs that come or go and with cpusets that become partitions. numawatch domains shows "
                    + "them; numawatch snapshot keeps a copy for numawatch domains diff.")
        case .domainsDisagree:
            Explanation(
                meaning: "What was derived of the domains is not what the kernel shows.",
                advice:
                    "What the kernel shows counts. Where this kernel was not patched, please report it with the output of "
                    + "numawatch snapshot.")
        case .verdictChanged:
            Explanation(
                meaning:
                    "What NUMA balancing does to the host has changed, or a group begins or ends to be helped or hurt "
                    + "by it.",
                advice:
                    "Ask numawatch verdict: it shows why, and what can be done; --explain names every figure and what it "
                    + "rests on.")
        case .detectionEnded:
            Explanation(
                meaning: "Something that was detected does not hold any more.",
                advice: "Nothing needs to be done. numawatch verdict says what holds now.")
        case .pagePingPong:
            Explanation(
                meaning: "Pages are moved again and again: tasks of several nodes use them.",
                advice:
                    "One memory cannot be near two nodes. Keep its tasks on one node where they fit, or interleave the "
                    + "memory.")
        case .threadPingPong:
            Explanation(
                meaning: "Threads change nodes while their pages are moved after them.",
                advice:
                    "The load balancer and NUMA balancing pull in different directions. Bind the threads "
                    + "(CPUAffinity=), or run fewer than a node has CPUs.")
        case .storm:
            Explanation(
                meaning: "Arming, faulting and moving pages take a twentieth of the CPU time, or move much to no end.",
                advice:
                    "Slower or smaller scans cost less (scan_period_min_ms, scan_size_mb below "
                    + "/sys/kernel/debug/sched/numa_balancing).")
        case .scanPeriodCollapse:
            Explanation(
                meaning: "Memory is scanned as often as the kernel allows, for minutes, and does not get more local.",
                advice:
                    "The scans find remote memory that cannot be brought near. numawatch verdict says for which reason."
            )
        case .givenUp:
            Explanation(
                meaning: "Memory is scanned as seldom as the kernel allows although it is not local.",
                advice:
                    "Balancing will not mend it by itself. Bind the unit to one node where it fits (AllowedCPUs=, "
                    + "AllowedMemoryNodes=).")
        case .memoryDisallowed:
            Explanation(
                meaning: "Memory lies on nodes its process may not use.",
                advice:
                    "It was there before the cpuset was changed. On cgroup v2 writing cpuset.mems moves it; numawatch "
                    + "triage lists who is concerned.")
        case .affinityDisjoint:
            Explanation(
                meaning: "A process may not run where its memory has to be.",
                advice:
                    "Every access is remote. Change the affinity or the memory policy so that they have a node in "
                    + "common; numawatch triage lists who is concerned.")
        case .nodeFull:
            Explanation(
                meaning: "A node is full while another has room.",
                advice:
                    "Memory that is wanted there is put or left elsewhere. Move something away, or spread what is "
                    + "large.")
        case .groupLargerThanNode:
            Explanation(
                meaning: "The memory of a group is larger than any node.",
                advice: "It cannot be local as a whole. Interleave it, or part the work by node.")
        case .movesRefused:
            Explanation(
                meaning: "The kernel cannot move half of the pages it wants to: something holds them.",
                advice:
                    "Pages pinned for devices (VFIO, RDMA) are armed and faulted for nothing. Huge pages of hugetlbfs "
                    + "are never armed.")
        case .scanStall:
            Explanation(
                meaning: "Scans keep tasks for more than 4 ms each.",
                advice:
                    "Smaller scans hold tasks for less (scan_size_mb below /sys/kernel/debug/sched/numa_balancing).")
        case .tieringRateLimited:
            Explanation(
                meaning: "Promotion to the faster tier is at its limit.",
                advice:
                    "kernel.numa_balancing_promote_rate_limit_MBps bounds it. Raise it if the faster tier has room and "
                    + "bandwidth.")
        case .demotedAgain:
            Explanation(
                meaning: "As many pages are demoted as promoted.",
                advice:
                    "The memory in use is larger than the faster tier; moving it to and fro costs and gains nothing.")
        case .oneTierPromotion:
            Explanation(
                meaning: "Promotion is on, and there is no slower tier.",
                advice: "kernel.numa_balancing = 2 does nothing on this host; 1 balances between its nodes.")
        case .cacheAwareConflict:
            Explanation(
                meaning: "Cache-aware scheduling keeps threads off the nodes NUMA balancing prefers for them.",
                advice:
                    "Both pull at the same threads (Linux 7.2 and later). numawatch domains shows what cache-aware "
                    + "scheduling does.")
        case .tracingStarted:
            Explanation(
                meaning: "Every hint fault is traced from now on.",
                advice:
                    "Ask numawatch explain: it shows why pages and tasks are moved. What tracing costs is in the metrics "
                    + "numawatch_trace_….")
        case .tracingStopped:
            Explanation(
                meaning: "Tracing has ended as asked, and all it had set up is removed.",
                advice: "Nothing needs to be done.")
        case .tracingUnavailable:
            Explanation(
                meaning: "Tracing is asked for but cannot be had; sampling goes on.",
                advice:
                    "The message says what is missing. The drop-in tracing.conf gives the service what tracing needs; "
                    + "two libraries come from the packages that it names.")
        case .tracingFailed:
            Explanation(
                meaning: "Tracing broke off, or something of it could not be removed.",
                advice:
                    "Sampling goes on, and tracing is tried again after a reload. What could not be removed lies below "
                    + "/sys/kernel/tracing/instances/numawatch* and is removed at the next start.")
        case .tracingShed:
            Explanation(
                meaning: "Too many events: fewer processes are traced.",
                advice:
                    "What is still traced is traced wholly. Name the processes of interest in Units= or Processes=, or "
                    + "raise MaxEventRate= or BufferSize=.")
        case .tracingRestored:
            Explanation(
                meaning: "More processes are traced again.",
                advice: "Nothing needs to be done.")
        case .tracingLost:
            Explanation(
                meaning: "The kernel could not keep some events.",
                advice: "The model takes tasks up anew where their past is not known any more. Raise BufferSize= if it "
                    + "happens again.")
        case .historyOpened:
            Explanation(
                meaning: "The history is open, or has been begun; nothing before it is known.",
                advice: "Nothing needs to be done. numawatch history shows what is in it.")
        case .historyOff:
            Explanation(
                meaning: "No history is kept: it is turned off, or nothing says where.",
                advice:
                    "Where one is wanted, set Enabled=yes and Directory= in [History]; under systemd, StateDirectory= of the unit "
                    + "says where it is.")
        case .historyFailed:
            Explanation(
                meaning:
                    "A minute of the history could not be written, and is lost; so are further ones until one can be.",
                advice:
                    "The message says why: make room on that disk, let the service write there, or choose another Directory= in "
                    + "[History]. Sampling goes on; each minute is tried once.")
        case .historyResumed:
            Explanation(
                meaning: "The history can be written again.",
                advice:
                    "Nothing needs to be done. The minutes that are missing are a gap in the history, with its reason.")
        case .historySetAside:
            Explanation(
                meaning:
                    "A history that is damaged, or of another version, was put aside under another name; a new one has been begun.",
                advice:
                    "The message names the file, which is never deleted: sqlite3(1) can save what is left in it (.recover). If it "
                    + "happens again, check the disk.")
        case .clockSet:
            Explanation(
                meaning: "The clock was set by more than two seconds.",
                advice:
                    "The span is told of in the history: one that never was, or one that was twice, of which the second is "
                    + "shown.")
        }
    }
}
