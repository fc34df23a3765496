/// A live trace of some processes only: chosen ones with what they had and bring into being, and those that are left when
/// load is shed.
///
/// What is judged of the chosen must be right, though others run unseen beside them, and tracing must go on whatever has to be
/// shed.
package struct NarrowedTracingCheck: LabCheck {
    package let name = "narrowed"
    package let summary = "a live trace of chosen processes is right about them, and goes on when load is shed"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        TracingCheck().obstacle(on: topology, kernel)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [
            GuestStep("narrowed-chosen", deadlineSeconds: 180, Self.prelude + Self.chosen),
            GuestStep("narrowed-shed", deadlineSeconds: 180, Self.prelude + Self.shed),
        ]
    }

    /// Balancing at a quick pace, and a daemon with a configuration of its own.
    private static let prelude = """
        set -e
        OUT=$OUT/narrowed
        mkdir -p $OUT
        echo 0 >/proc/sys/kernel/numa_balancing
        scan_often
        metrics() { numawatch metrics --socket /tmp/narrowed.socket 2>/dev/null; }
        running() { metrics | grep -q '^numawatch_trace_running 1'; }
        begin() {
            before=$(faults)
            printf '[Sampling]\\nHostInterval=1s\\nLedgerInterval=1s\\nCPULimit=100%%\\n' >/tmp/narrowed.conf
            printf '[Tracing]\\nEnabled=yes\\nBufferSize=16M\\nMaxLag=4s\\n'"$1\\n" >>/tmp/narrowed.conf
            numawatchd --config /tmp/narrowed.conf --socket /tmp/narrowed.socket >$OUT/$2.log 2>&1 &
            daemon=$!
            wait_until 60 running
        }
        faults() { awk '/^numa_hint_faults / { print $2 }' /proc/vmstat; }
        # The trace has come to the present when it knows of all the faults the kernel has counted since it began, and what
        # waits for ledger readings is judged after MaxLag= at the latest.
        judged() {
            metrics >$OUT/$1 && awk -v all=$(($(faults) - before)) '/^numawatch_trace_kernel_faults_total/ { known = $2 }
                /^numawatch_trace_lag_seconds/ { lag = $2 } END { exit !(known == all && lag < 1) }' $OUT/$1
        }
        end() {
            wait_until 90 judged $1
            kill -TERM $daemon
            gone() { ! kill -0 $daemon 2>/dev/null; }
            wait_until 60 gone
        }

        """

    /// The chosen process has children with threads before it is traced, and gets more while it is.
    private static let chosen = """
        rm -f /tmp/more
        sh -c 'numawatch-workload shared count=3 mib=8 seconds=16 &
            while [ ! -e /tmp/more ]; do sleep 0.1; done
            numawatch-workload moves count=2 mib=8 seconds=8 period_ms=2000 & wait' >/dev/null &
        session=$!
        numawatch-workload moves count=2 mib=8 seconds=16 period_ms=2000 >/dev/null &
        other=$!
        begin "Processes=$session" chosen
        echo 1 >/proc/sys/kernel/numa_balancing
        touch /tmp/more
        wait $session $other
        echo 0 >/proc/sys/kernel/numa_balancing
        end metrics-chosen
        """

    /// The lowest rate there is: the load is above it whatever is kept.
    private static let shed = """
        begin MaxEventRate=1000 shed
        echo 1 >/proc/sys/kernel/numa_balancing
        for turn in 1 2 3 4; do
            numawatch-workload shared count=2 mib=8 seconds=8 >/dev/null &
            numawatch-workload moves count=1 mib=8 seconds=8 period_ms=2000 >/dev/null &
        done
        wait_until 60 sh -c 'numawatch metrics --socket /tmp/narrowed.socket | grep -q "^numawatch_trace_sheds_total [1-9]"'
        for job in $(jobs -p); do [ $job -eq $daemon ] || wait $job; done
        echo 0 >/proc/sys/kernel/numa_balancing
        end metrics-shed
        """

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        for step in ["narrowed-chosen", "narrowed-shed"] {
            guard let done = result.step(step), done.status == 0 else {
                throw LabFailure("trace in the guest", result.step(step)?.summary ?? "the step \(step) did not run")
            }
        }
        let chosen = TraceFigures(try text(result, "metrics-chosen"))
        let shed = TraceFigures(try text(result, "metrics-shed"))
        var problems = judge(chosen, "chosen") + judge(shed, "shed")
        let seen = chosen.sum("numawatch_trace_placed_faults_total")
        let kernel = chosen.sum("numawatch_trace_kernel_faults_total")
        if seen >= kernel {
            problems.append("the kernel counted \(kernel) faults, of a part of them \(seen) were seen")
        }
        if chosen.decisions("remote").total < 50 || chosen.readings("values").total < 10 {
            problems.append(
                "of the chosen only \(chosen.decisions("remote").total) decisions away from the local node and "
                    + "\(chosen.readings("values").total) ledgers were compared: nothing to judge by")
        }
        for faults in ["all", "remote"] {
            let score = chosen.decisions(faults)
            if score.share < TracingCheck.leastShare { problems.append("\(faults): \(score) decisions were predicted") }
        }
        if shed.sum("numawatch_trace_sheds_total") == 0 { problems.append("no load was shed") }
        if let broken = try text(result, "shed.log").split(separator: "\n").first(where: { $0.contains("broke off") }) {
            problems.append("tracing did not go on: \(broken)")
        }
        return CheckVerdict(
            compared: "\(seen) of \(kernel) faults are of the chosen, \(chosen.decisions("all")) decisions and "
                + "\(chosen.readings("values")) ledgers right; with load shed \(shed.decisions("all")) and "
                + "\(shed.readings("values"))",
            problems: problems)
    }

    /// What was lost. How much of what is judged is right is asked of the chosen alone: where load is shed several times in
    /// some seconds most tasks have a past that nobody saw, and groups with members nobody follows.
    private func judge(_ figures: TraceFigures, _ phase: String) -> [String] {
        ["lost_events", "missed_probe_hits"].compactMap { name in
            let count = figures.sum("numawatch_trace_\(name)_total")
            return count == 0 ? nil : "\(phase): \(name): \(count)"
        }
    }

    private func text(_ result: GuestResult, _ name: String) throws(LabFailure) -> String {
        guard let bytes = result.file("narrowed/\(name)") else {
            throw LabFailure("judge the trace", "the guest left no file \(name)")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
