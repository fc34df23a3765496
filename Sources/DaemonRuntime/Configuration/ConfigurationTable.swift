/// Every key `numawatchd` has, declared once: the parser, `config/numawatchd.conf` and `config/README.md` follow from it.
package enum ConfigurationTable {
    /// In the order the shipped file lists them.
    package static let keys: [ConfigurationKey] =
        sampling + placement + domains + verdict + tracing + history + server + metrics + log

    /// The sections in the order of their first key.
    package static let sectionNames: [String] = keys.reduce(into: []) { names, key in
        if !names.contains(key.section) { names.append(key.section) }
    }

    static func names(in section: String) -> [String] {
        keys.filter { $0.section == section }.map(\.name)
    }

    static func key(section: String, name: String) -> ConfigurationKey? {
        keys.first { $0.section == section && $0.name == name }
    }

    private static let sampling = [
        ConfigurationKey(
            "Sampling", "HostInterval", \.sampling.hostInterval, .timeSpan(.milliseconds(500)...(.seconds(3600))),
            """
            How often the totals of the host and of its nodes are read (vmstat, meminfo, numastat, schedstat). A round \
            costs well under a millisecond of CPU.
            """),
        ConfigurationKey(
            "Sampling", "LedgerInterval", \.sampling.ledgerInterval, .timeSpan(.milliseconds(500)...(.seconds(3600))),
            """
            How often the kernel's NUMA ledger of each thread is read (/proc/PID/task/TID/sched and stat). It costs \
            about 15 us of CPU for each thread and takes no lock of the thread's memory.
            """),
        ConfigurationKey(
            "Sampling", "FollowInterval", \.sampling.followInterval, .timeSpan(.milliseconds(100)...(.seconds(3600))),
            """
            How often the ledgers of threads that are being balanced are looked at between rounds, so that what the \
            kernel folds into them is told apart; half of its shortest scan period (1 s unless changed; a shorter one \
            that can be read shortens this) makes the modelled figures exact. Looks take place only while hint faults \
            are counted, use at most a quarter of CPULimit=, and read only what may have changed. LedgerInterval= or \
            more turns them off.
            """),
        ConfigurationKey(
            "Sampling", "PlacementInterval", \.sampling.placementInterval, .timeSpan(.seconds(1)...(.seconds(86400))),
            """
            How often it is looked up on which nodes the memory of each process lies. This is the one reading that \
            can delay the watched process, so it is the rarest; it may not be shorter than LedgerInterval=. Where memory \
            of groups is what the kernel accounts to their cgroups, that is read with every round of LedgerInterval=.
            """),
        ConfigurationKey(
            "Sampling", "CPULimit", \.sampling.cpuLimitPercent, .percentage(0.01...100),
            """
            How much of one CPU the daemon allows itself on average. Where a round costs more, the intervals are \
            lengthened and the lengthening is published; a round under way is never throttled, since a reader that \
            sleeps while it holds a lock stalls its target.
            """),
        ConfigurationKey(
            "Sampling", "MaxThreadsPerRound", \.sampling.maximumThreadsPerRound, .count(1...1_000_000),
            """
            How many threads one round of the ledger visits at most. On hosts with more, rounds take turns, and the \
            age of each figure is published. 2000 threads are about 30 ms of CPU.
            """),
    ]

    private static let placement = [
        ConfigurationKey(
            "Placement", "MaxHold", \.placement.maximumHold, .timeSpan(.microseconds(100)...(.seconds(1))),
            """
            For how long one read of /proc/PID/numa_maps may keep the memory lock of its target, by prediction. A \
            process that would be held longer is sampled instead: a random choice of its pages is asked for with \
            move_pages(2), and the figures carry their 95 % confidence interval; its memory policies are not known then. \
            1 ms is about 54 MiB of 4 KiB pages in one mapping, 10 ms about 540 MiB. More gives exact figures, and \
            memory policies, of larger processes, and stalls them longer.
            """),
        ConfigurationKey(
            "Placement", "ReadBuffer", \.placement.readBufferBytes, .size(128...4096),
            """
            How much of numa_maps one read(2) asks for. The kernel keeps the lock for one call, so a small buffer \
            bounds the hold of processes with many mappings: with 512 bytes the worst stall of an 8 GiB target \
            with 1000 mappings was 18 ms, with 64 KiB 37 to 215 ms, at the same total cost. The kernel returns at \
            most 4 KiB at once.
            """),
        ConfigurationKey(
            "Placement", "SamplePages", \.placement.samplePages, .count(64...65_536),
            """
            How many pages of a process are looked up when it is sampled. 1024 pages bound the error of a share to \
            about 3 percentage points, cost about 160 us, and kept the target's 99th percentile below 1 ms.
            """),
        ConfigurationKey(
            "Placement", "MinimumRSS", \.placement.minimumRSSBytes, .size(0...(1 << 40)),
            """
            Processes with less resident memory than this are left out of the placement reading; 0 leaves none out. \
            Their threads are still followed through the ledger.
            """),
        ConfigurationKey(
            "Placement", "IncludeUnits", \.placement.includedUnits, .patterns,
            """
            Only processes of these units have their placement read. Names are systemd's own (machine-c1.scope; \
            mine.service, of any user; machine.slice, for all that runs in it) or those that "numawatch groups" prints, \
            here as in ExcludeUnits= and Units=; a name or pattern that means no process for a day is reported. Empty \
            means all units. Each further assignment adds to the list; an empty one clears it.
            """),
        ConfigurationKey(
            "Placement", "ExcludeUnits", \.placement.excludedUnits, .patterns,
            """
            Processes of these units, named as in IncludeUnits=, never have their placement read, whatever \
            IncludeUnits= says: for services that tolerate no delay at all. Their threads are still followed through \
            the ledger.
            """),
    ]

    private static let server = [
        ConfigurationKey(
            "Server", "Socket", \.server.socketPath, .socketPath, takesEffect: .onRestart,
            """
            Where the daemon listens when systemd does not pass it a socket. Under systemd, numawatch.socket decides \
            and this key is ignored.
            """),
        ConfigurationKey(
            "Server", "SocketGroup", \.server.socketGroup, .accountName, takesEffect: .onRestart,
            """
            The group whose members see everything, like root. It also owns the daemon's own socket; under systemd, \
            numawatch.socket decides who may connect.
            """),
        ConfigurationKey(
            "Server", "SocketMode", \.server.socketMode, .fileMode(required: 0o600, allowed: 0o666),
            takesEffect: .onRestart,
            """
            The permission bits of the daemon's own socket. Opening it to everybody (0666) has an effect only \
            together with OthersMayRead=.
            """),
        ConfigurationKey(
            "Server", "MaxConnections", \.server.maximumConnections, .count(1...4096), takesEffect: .onRestart,
            """
            How many clients may be connected at once, three quarters of them of one user. An eighth is kept for those \
            who see everything: root, the daemon's user and the group. When all are taken, one of a user who sees less \
            makes room for one who sees more, else an idle one of the user with most; where there is none, the new one \
            is answered with status 503 and closed. The limit of descriptors (LimitNOFILE=) less 64 bounds it, with a \
            warning at start.
            """),
        ConfigurationKey(
            "Server", "RequestTimeout", \.server.requestTimeout, .timeSpan(.milliseconds(100)...(.seconds(300))),
            takesEffect: .onRestart,
            """
            How long a client may take to send a request, and to take the answer, before it is disconnected.
            """),
        ConfigurationKey(
            "Server", "MaxSeries", \.server.maximumSeries, .count(100...1_000_000), takesEffect: .onRestart,
            """
            How many series /metrics writes at most. What does not fit is left out, whole groups at a time, and \
            counted in a metric of its own.
            """),
        ConfigurationKey(
            "Server", "OthersMayRead", \.server.othersMayRead, .boolean,
            """
            Whether users that are neither root nor in the group are answered. They see the totals of the host and \
            the processes that are wholly their own user's, nothing else. When it is turned off, their connections are \
            closed.
            """),
    ]

    private static let metrics = [
        ConfigurationKey(
            "Metrics", "ListenLoopback", \.metrics.listenLoopback, .loopbackAddress, takesEffect: .onRestart,
            """
            A TCP port on the loopback address that serves /metrics and nothing else, for a Prometheus that reads no Unix \
            socket. Whoever is on this host reads the metrics of all groups there. Under systemd numawatch-metrics.socket \
            opens the port instead: the service itself may open Unix sockets only. Empty means no port. MaxConnections= and \
            RequestTimeout= hold for it as well.
            """)
    ]

    private static let domains = [
        ConfigurationKey(
            "Domains", "Interval", \.domains.interval, .timeSpan(.seconds(1)...(.seconds(86400))),
            """
            How often all scheduling domains are compared with what the kernel shows, and its balancing counters are \
            read. CPUs that come or go and cpusets that become partitions are noticed at the next host round.
            """)
    ]

    private static let verdict = [
        ConfigurationKey(
            "Verdict", "Window", \.verdict.window, .timeSpan(.seconds(20)...(.seconds(86400))),
            """
            The time over which it is judged whether NUMA balancing helps or hurts. A tenth of it has to be seen of a \
            group before anything is said; costs and locality are those of its last fifth, a verdict stands for a fifth \
            at least, and detections look at a twentieth. Less than ten rounds of LedgerInterval= make verdicts flutter.
            """)
    ]

    private static let tracing = [
        ConfigurationKey(
            "Tracing", "Enabled", \.tracing.isEnabled, .boolean,
            """
            Whether every NUMA hint fault is traced and replayed by the model as it happens. It needs privileges the \
            shipped unit does not have, probes in the kernel's fault path, and memory; docs/tracing.md says how to \
            grant them and what they cost. All that was set up is removed when it is turned off, when the daemon stops \
            and, after a crash, when it starts again.
            """),
        ConfigurationKey(
            "Tracing", "Processes", \.tracing.processes, .processIDs,
            """
            Only these processes, and the threads and processes they bring into being, are traced. Together with \
            Units=; if both are empty, everything is. Each further assignment adds to the list.
            """),
        ConfigurationKey(
            "Tracing", "Units", \.tracing.units, .patterns,
            """
            Only processes of these units, named as in IncludeUnits=, are traced: the ones each round of sampling \
            finds, and their descendants at once.
            """),
        ConfigurationKey(
            "Tracing", "BufferSize", \.tracing.bufferBytes, .size((64 << 10)...(1 << 30)),
            """
            The kernel's ring buffer for each CPU. A hint fault writes about 250 bytes in all its events: 4 MiB hold \
            about 16000 faults, a third of a second at the highest rate one CPU can take.
            """),
        ConfigurationKey(
            "Tracing", "WakeUpPercent", \.tracing.wakeUpPercent, .count(1...100),
            """
            How full a CPU's buffer gets, in percent, before the daemon is woken up; it looks five times a second in \
            any case.
            """),
        ConfigurationKey(
            "Tracing", "MaxEventRate", \.tracing.maximumEventRate, .count(1000...100_000_000),
            """
            How many events a second are read at most. Above that, and whenever a buffer is half full, fewer \
            processes are traced: half of them, a quarter, and so on, always the same ones, so that their model stays \
            exact. What was left out is published. This is tracing's own limit: CPULimit= is the sampler's.
            """),
        ConfigurationKey(
            "Tracing", "MaxLag", \.tracing.maximumLag, .timeSpan(.milliseconds(500)...(.seconds(300))),
            """
            How long the judged model may wait for ledger readings that settle which of two equal NUMA groups took \
            the other's task in; two rounds of LedgerInterval= reach every task. While nothing is open it follows at \
            once.
            """),
        ConfigurationKey(
            "Tracing", "MaxWaitingEvents", \.tracing.maximumWaitingEvents, .count(1024...16_777_216),
            """
            How many events may wait for that, 64 bytes each. When there are more, the oldest ties are guessed.
            """),
    ]

    private static let history = [
        ConfigurationKey(
            "History", "Enabled", \.history.isEnabled, .boolean,
            """
            Whether a history is kept on disk: what numawatch history, report and compare show of the past, and what \
            numawatch top steps through. Each minute is one transaction; a power cut loses the last minute at most.
            """),
        ConfigurationKey(
            "History", "Directory", \.history.directory, .directoryPath,
            """
            Where history.db and its log are. Empty means $STATE_DIRECTORY, which systemd sets to /var/lib/numawatch; where \
            that is not set either, none is kept. The service may write below its own state directory only: another one needs \
            ReadWritePaths= in a drop-in of the unit. A history that lies elsewhere is not moved.
            """),
        ConfigurationKey(
            "History", "RoundAge", \.history.roundAge, .timeSpan(.seconds(600)...(.seconds(31 * 86400))),
            """
            How long the samples of each round are kept; after that, those of each minute are left. 60 busy groups take \
            about 1 MiB an hour at the default intervals, quiet ones a tenth of it.
            """),
        ConfigurationKey(
            "History", "MinuteAge", \.history.minuteAge, .timeSpan(.seconds(600)...(.seconds(3660 * 86400))),
            """
            How long the averages of each minute are kept, and the gaps, settings and events with them. It may not be \
            shorter than RoundAge=.
            """),
        ConfigurationKey(
            "History", "Size", \.history.sizeBytes, .size((1 << 20)...(1 << 40)),
            """
            How large history.db may become; beside it lies a log of about 1 MiB. What is oldest makes room, the samples of \
            rounds first.
            """),
        ConfigurationKey(
            "History", "MaxGroups", \.history.maximumGroups, .count(1...100_000),
            """
            How many groups are in the history at most: on hosts with more, those with the most memory; how many are left \
            out is one of the host's figures. A minute in memory takes 3 KiB for each.
            """),
    ]

    private static let log = [
        ConfigurationKey(
            "Log", "Level", \.log.level, .choice,
            """
            The least important message that is still logged.
            """)
    ]
}
