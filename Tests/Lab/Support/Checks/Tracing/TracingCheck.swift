import BalancingModel
import Insight
import NUMATopology

/// Live tracing in a guest: the daemon counts the faults the kernel counts, loses nothing, predicts live as well as a replay
/// of the same time does, and leaves nothing behind, not even after it was killed.
///
/// Beside the daemon an instance of the shell's own records the same events as text. Balancing is off until both run and off
/// again before either ends, so that all of them count the same faults.
package struct TracingCheck: LabCheck {
    package let name = "tracing"
    package let summary = "a live trace counts and predicts what the kernel does, and leaves nothing behind"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        if topology.nodes.count(where: { !$0.cpus.isEmpty }) < 2 { return "fewer than two nodes have CPUs" }
        // The buffers of two traces, 22 MiB for each CPU, must fit beside the load.
        return topology.nodes.reduce(0) { $0 + $1.cpus.count } > 8 ? "more than 8 CPUs" : nil
    }

    /// One worker per CPU and 8 MiB each: faults enough for every rule, on a machine of 160 MB a node.
    package func steps(for topology: LabTopology) -> [GuestStep] {
        [
            GuestStep("tracing-start", deadlineSeconds: 120, Self.start),
            GuestStep("tracing-load", deadlineSeconds: 180, Self.load),
            GuestStep("tracing-killed", deadlineSeconds: 120, Self.killed),
        ]
    }

    /// What the model has to reach where the replay does, which judges other decisions.
    static let leastShare = 0.999

    private static let start = """
        set -e
        T=/sys/kernel/tracing
        echo 0 >/proc/sys/kernel/numa_balancing
        scan_often
        printf '[Sampling]\\nHostInterval=1s\\nLedgerInterval=1s\\nCPULimit=100%%\\n[Tracing]\\nEnabled=yes\\n' \\
            >/tmp/tracing.conf
        # Emulated CPUs stand still for seconds: room for what the others write meanwhile.
        echo BufferSize=16M >>/tmp/tracing.conf
        numawatchd --config /tmp/tracing.conf --socket /tmp/tracing.socket >$OUT/daemon.log 2>&1 &
        echo $! >/tmp/tracing.pid
        running() { numawatch metrics --socket /tmp/tracing.socket 2>/dev/null | grep -q '^numawatch_trace_running 1'; }
        wait_until 90 running
        # The same events for the shell: the probes are there, an instance of its own keeps what they write.
        mkdir $T/instances/offline
        echo $((24576 / $(nproc))) >$T/instances/offline/buffer_size_kb
        for event in numawatch sched/sched_move_numa sched/sched_stick_numa sched/sched_swap_numa \\
            sched/sched_skip_vma_numa sched/sched_skip_cpuset_numa sched/sched_migrate_task sched/sched_switch \\
            sched/sched_process_fork sched/sched_process_exit task/task_newtask migrate/mm_migrate_pages; do
            [ ! -e $T/instances/offline/events/$event ] || echo 1 >$T/instances/offline/events/$event/enable
        done
        capture
        grep ^numa_ /proc/vmstat >$OUT/vmstat-before
        numawatch metrics --socket /tmp/tracing.socket >$OUT/metrics-before
        """

    private static let load = """
        set -e
        T=/sys/kernel/tracing
        INSTANCE=$T/instances/offline
        # Marks for the replay, as the daemon has its readings.
        loaded() {
            setsid numawatch-workload "$@" &
            session=$!
            while kill -0 $session 2>/dev/null; do
                sleep 1
                mark_ledgers $session
            done
        }
        echo 1 >/proc/sys/kernel/numa_balancing
        loaded moves count=4 mib=8 seconds=12 period_ms=3000
        loaded shared count=4 mib=8 seconds=8
        echo 0 >/proc/sys/kernel/numa_balancing
        # What is armed still faults for a while. What waits for ledger readings is judged after MaxLag= at the latest, and
        # published with the next round.
        kernel() { awk '/^numa_hint_faults / { print $2 }' $OUT/vmstat-$1; }
        seen() { awk '/^numawatch_trace_placed_faults_total/ { sum += $2 } END { print sum + 0 }' $OUT/metrics$1; }
        settled() {
            grep ^numa_ /proc/vmstat >$OUT/vmstat-after
            numawatch metrics --socket /tmp/tracing.socket >$OUT/metrics || return 1
            [ $(($(seen) - $(seen -before))) -eq $(($(kernel after) - $(kernel before))) ]
        }
        wait_until 60 settled || true
        # Until then, so that the replay has the same faults.
        echo 0 >$INSTANCE/tracing_on
        gzip <$INSTANCE/trace >$OUT/trace.txt.gz
        cat $INSTANCE/per_cpu/cpu*/stats >$OUT/offline-stats
        numawatch status --socket /tmp/tracing.socket >$OUT/status
        numawatch doctor --socket /tmp/tracing.socket >$OUT/doctor || true
        """

    private static let killed = """
        T=/sys/kernel/tracing
        echo 0 >$T/instances/offline/events/enable
        rmdir $T/instances/offline
        kill -9 $(cat /tmp/tracing.pid)
        gone() { ! kill -0 $(cat /tmp/tracing.pid) 2>/dev/null; }
        wait_until 20 gone
        ls $T/instances >$OUT/instances-killed
        cat $T/kprobe_events >$OUT/probes-killed
        numawatchd --config /tmp/tracing.conf --socket /tmp/tracing.socket >$OUT/daemon-again.log 2>&1 &
        echo $! >/tmp/tracing.pid
        running() { numawatch metrics --socket /tmp/tracing.socket 2>/dev/null | grep -q '^numawatch_trace_running 1'; }
        wait_until 60 running && echo yes >$OUT/runs-again
        kill -TERM $(cat /tmp/tracing.pid)
        wait_until 30 gone
        ls $T/instances >$OUT/instances-stopped
        cat $T/kprobe_events $T/dynamic_events >$OUT/probes-stopped
        """

    // MARK: Judging

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        for step in ["tracing-start", "tracing-load"] {
            guard let done = result.step(step), done.status == 0 else {
                throw LabFailure("trace in the guest", result.step(step)?.summary ?? "the step \(step) did not run")
            }
        }
        let figures = TraceFigures(try text(result, "metrics"))
        var problems: [String] = []
        let kernel = try difference(result, "numa_hint_faults")
        let begin = TraceFigures(try text(result, "metrics-before"))
        let seen = figures.growth("numawatch_trace_placed_faults_total", since: begin)
        if seen != kernel { problems.append("the kernel counted \(kernel) hint faults, the daemon \(seen)") }
        let migrated = try difference(result, "numa_pages_migrated")
        let moved = figures.growth("numawatch_trace_migrated_pages_total", since: begin)
        if moved != migrated { problems.append("the kernel moved \(migrated) pages, the daemon saw \(moved)") }
        for name in ["lost_events", "missed_probe_hits", "sheds"] {
            let count = figures.sum("numawatch_trace_\(name)_total")
            if count != 0 { problems.append("\(name): \(count)") }
        }
        let live = figures.decisions("remote")
        if seen < 1000 || live.total < 50 {
            problems.append("only \(seen) faults, \(live.total) of them remote and compared: nothing to judge by")
        }
        let offline = try RecordedTrace(result, path: "trace.txt.gz", root: "root").replay(.shadow).agreement
        let all = figures.decisions("all")
        for (what, score, replayed) in [
            ("away from the local node ", live, offline.remote), ("", all, offline.overall),
        ] where score.share < min(Self.leastShare, replayed.share ?? 1) {
            problems.append(
                "\(what)\(score) decisions were predicted live, \(replayed.right) of \(replayed.total) by the replay")
        }
        let readings = figures.readings("values")
        if readings.share < 0.99 { problems.append("\(readings) ledgers agreed with the live model") }
        problems += leftovers(result)
        return CheckVerdict(
            compared: "\(seen) faults, \(all) decisions predicted, \(live) of them remote", problems: problems)
    }

    private func text(_ result: GuestResult, _ name: String) throws(LabFailure) -> String {
        guard let bytes = result.file(name) else {
            throw LabFailure("judge the trace", "the guest left no file \(name)")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// By how much a counter of `/proc/vmstat` grew while both traced.
    private func difference(_ result: GuestResult, _ name: String) throws(LabFailure) -> UInt64 {
        let begin = try counter(result, name, in: "vmstat-before")
        let end = try counter(result, name, in: "vmstat-after")
        guard let begin, let end, end >= begin else {
            throw LabFailure("judge the trace", "the guest's vmstat has no \(name)")
        }
        return end - begin
    }

    private func counter(_ result: GuestResult, _ name: String, in file: String) throws(LabFailure) -> UInt64? {
        let line = try text(result, file).split(separator: "\n").first { $0.hasPrefix("\(name) ") }
        return line?.split(separator: " ").last.flatMap { UInt64($0) }
    }

    private func leftovers(_ result: GuestResult) -> [String] {
        var problems: [String] = []
        func lines(_ name: String) -> [Substring] {
            String(decoding: result.file(name) ?? [], as: UTF8.self).split(separator: "\n")
        }
        if !lines("instances-killed").contains("numawatch") {
            problems.append("the killed daemon left no instance, so nothing was there to be cleaned up")
        }
        if result.file("runs-again") == nil { problems.append("the daemon does not trace again after it was killed") }
        let instances = lines("instances-stopped").filter { $0.contains("numawatch") }
        if result.file("instances-stopped") == nil || !instances.isEmpty {
            problems.append("instances left after a normal stop: \(instances)")
        }
        let probes = lines("probes-stopped").filter { $0.contains("numawatch") }
        if result.file("probes-stopped") == nil || !probes.isEmpty {
            problems.append("probes left after a normal stop: \(probes)")
        }
        return problems
    }
}
