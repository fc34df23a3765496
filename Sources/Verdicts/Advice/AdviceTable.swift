import NUMATopology
import Snapshots

/// For each verdict and cause what can be done, its effect, and its limit.
///
/// | what holds | advice |
/// |---|---|
/// | not local, fits one node | keep it there |
/// | page ping-pong | keep it on one node if it fits, else spread its memory evenly |
/// | thread ping-pong | pin its threads |
/// | storm, collapsed scan period, scan stalls | smaller scans |
/// | moves refused | off, or huge pages of hugetlbfs |
/// | CPUs and memory apart, disallowed memory | allow it what belongs together |
/// | node full, does not fit | make room, or spread |
/// | the host hurts and no group gains | off |
/// | off, and much is not local | try it |
/// | promotion at its limit, demoted again, one tier | the tiers' own settings |
struct AdviceTable {
    let snapshot: HostSnapshot
    let entry: VerdictEntry
    let placing: Placing

    /// More than that nobody reads.
    static let most = 3

    init(snapshot: HostSnapshot, entry: VerdictEntry, identity: GroupIdentity?) {
        self.snapshot = snapshot
        self.entry = entry
        placing = Placing(name: entry.group, identity: identity, pid: entry.pid)
    }

    private var record: VerdictRecord { entry.record }
    private var figures: VerdictFigures? { record.figures }
    private func has(_ detection: Detection) -> Bool { record.finding(detection) != nil }

    var advice: [Advice] {
        let all = entry.scope == .host ? host : scope
        return Array(all.prefix(Self.most))
    }

    private var scope: [Advice] {
        var all: [Advice] = []
        if has(.affinityDisjoint) || has(.memoryDisallowed) { all += together }
        if has(.movesRefused) { all += [hugePages] }
        if has(.pagePingPong) { all += [keepOnNode, spread].compactMap { $0 } }
        if has(.threadPingPong) { all += [pinThreads].compactMap { $0 } }
        if isRemote, record.verdict == .settled || record.reason == .policy, !has(.pagePingPong) {
            all += [keepOnNode ?? spread].compactMap { $0 }
        }
        if has(.storm) || has(.scanPeriodCollapse) || has(.scanStall) { all += [smallerScans] }
        if record.verdict == .hurting, let off = switchOff(.group) { all.append(off) }
        if record.reason == .off, isRemote, figures?.bestLocality.map({ $0.value >= 0.9 }) ?? false {
            all.append(tryOn)
        }
        return all
    }

    private var host: [Advice] {
        var all: [Advice] = []
        if has(.movesRefused) { all.append(hugePages) }
        if record.verdict == .hurting, let off = switchOff(.host) { all.append(off) }
        if has(.storm) { all.append(smallerScans) }
        if has(.nodeFull) { all.append(makeRoom) }
        if has(.oneTierPromotion) { all.append(normalMode) }
        if has(.tieringRateLimited) { all.append(raiseLimit) }
        if has(.demotedAgain) { all.append(promoteLess) }
        if has(.cacheAwareConflict) { all.append(cacheAwareOff) }
        if record.reason == .off, isRemote, figures?.bestLocality.map({ $0.value >= 0.9 }) ?? false {
            all.append(tryOn)
        }
        return all
    }

    private var isRemote: Bool { figures?.locality.map { $0.value < DecisionLimits.kernelAim } ?? false }

    // MARK: Placing

    private var memory: NodeValues<UInt64>? { figures?.bytesByNode }

    private func free(_ node: NodeID) -> UInt64? {
        snapshot.host.nodes.first { $0.id == node }?.meminfoBytes("MemFree")
    }

    /// The node with CPUs that it fits on, with most of its memory there already; nil where there is none.
    private var node: (id: NodeID, cpus: CPUSet, free: UInt64)? {
        guard let memory, let busy = figures?.cpusUsed else { return nil }
        return snapshot.machine.nodes.compactMap { node -> (id: NodeID, cpus: CPUSet, free: UInt64)? in
            guard !node.cpus.isEmpty, Double(node.cpus.count) >= busy, let free = free(node.id),
                memory.total - min(memory[node.id], memory.total) <= free
            else { return nil }
            return (node.id, node.cpus, free)
        }.max { memory[$0.id] < memory[$1.id] }
    }

    private var keepOnNode: Advice? {
        guard let node, let memory else { return nil }
        let missing = memory.total - memory[node.id]
        return Advice(
            title: "keep it on node \(node.id), where it fits",
            commands: placing.keep(onCPUs: node.cpus.listText, node: node.id),
            expected: "all of its memory local" + costFalls,
            limit:
                "\(ByteText.text(missing)) have to move there and \(ByteText.text(node.free)) are free; if it grows beyond "
                + "the node, allocations fail or processes are killed")
    }

    private var spread: Advice? {
        let nodes = snapshot.machine.nodesWithCPUs
        guard nodes.count > 1 else { return nil }
        return Advice(
            title: "spread its memory evenly, so that no node is the slow one",
            commands: placing.spread(over: nodes.listText),
            expected: "local share about \(DetectionFinding.percentText(1 / Double(nodes.count)))" + costFalls,
            limit: "better only where memory bandwidth, or one node of it, is what it waits for")
    }

    private var costFalls: String {
        figures?.cost.map { ", cost from \(DetectionFinding.percentText($0.total.value)) to about 0" } ?? ""
    }

    private var pinThreads: Advice? {
        let withCPUs = snapshot.machine.nodes.first { !$0.cpus.isEmpty }
        guard let cpus = node?.cpus ?? withCPUs?.cpus else { return nil }
        return Advice(
            title: "keep its threads on one node", commands: placing.pinThreads(toCPUs: cpus.listText),
            expected: "its memory is moved there once, and stays" + costFalls,
            limit: "the load balancer may no longer use the CPUs of other nodes for it")
    }

    private var together: [Advice] {
        let findings = record.findings.filter { $0.detection == .affinityDisjoint || $0.detection == .memoryDisallowed }
        var nodes = NodeSet()
        for finding in findings { nodes.formUnion(finding.nodes) }
        guard !nodes.isEmpty else { return [] }
        var cpus = CPUSet()
        for node in snapshot.machine.nodes where nodes.contains(node.id) { cpus.formUnion(node.cpus) }
        let isDisjoint = has(.affinityDisjoint)
        guard !isDisjoint || !cpus.isEmpty else { return [] }
        if isDisjoint {
            return [
                Advice(
                    title: "let it run where its memory has to be",
                    commands: placing.allow(cpus: cpus.listText, nodes: nodes.listText),
                    expected: "all of its memory local",
                    limit: "a policy of its own (numactl, set_mempolicy) stays in force; if the CPUs of node "
                        + "\(nodes) are busy it waits for them")
            ]
        }
        return entry.pid.map { pid in
            [
                Advice(
                    title: "move its memory to where it may be",
                    commands: ["migratepages \(pid) \(nodes) all"],
                    expected: "no memory on node \(nodes)", limit: "pinned pages stay where they are")
            ]
        } ?? []
    }

    // MARK: Balancing itself

    private enum Whose { case group, host }

    private func switchOff(_ whose: Whose) -> Advice? {
        // One switch serves all: it is no advice where another gains, and for one group only where the host is hurt as well.
        guard snapshot.verdict?.gainingGroups.isEmpty ?? true else { return nil }
        if whose == .group, snapshot.verdict?.record.verdict != .hurting { return nil }
        return Advice(
            title: "switch NUMA balancing off on this host",
            commands: [
                "sysctl kernel.numa_balancing=0",
                "echo kernel.numa_balancing=0 > /etc/sysctl.d/90-numa-balancing.conf",
            ],
            expected: "cost 0; memory stays where it is",
            limit:
                "also ends the placement of threads near their memory, for all processes; compare your own measure of "
                + "work done before and after")
    }

    private var tryOn: Advice {
        Advice(
            title: "try NUMA balancing: much is not local and could be",
            commands: ["sysctl kernel.numa_balancing=1"],
            expected: "the local share rises towards its best",
            limit:
                "costs CPU time while it scans and moves; take turns of 15 minutes on and off, twice each, and compare "
                + "your own measure of work done")
    }

    private var smallerScans: Advice {
        let size = snapshot.host.knobs.scanSizeMegabytes ?? 256
        return Advice(
            title: "make the scans smaller, or rarer",
            commands: [
                "echo \(max(16, size / 4)) > /sys/kernel/debug/sched/numa_balancing/scan_size_mb",
                "echo 5000 > /sys/kernel/debug/sched/numa_balancing/scan_period_min_ms",
            ],
            expected: "arming and faults fall to a quarter or less" + costNow,
            limit: "for all processes, and until the next boot; what is to be moved is found later")
    }

    private var costNow: String {
        figures?.cost.map { " of \(DetectionFinding.percentText($0.total.value)) of its CPU time" } ?? ""
    }

    private var hugePages: Advice {
        Advice(
            title: "balancing cannot move pinned memory: back it with huge pages, or switch balancing off",
            commands: [
                "hugetlbfs: -mem-path /dev/hugepages (QEMU), <memoryBacking><hugepages/></memoryBacking> (libvirt)",
                "sysctl kernel.numa_balancing=0",
            ],
            expected: "no faults for nothing",
            limit: "huge pages have to be set aside on the right node; off is for hosts that do nothing else")
    }

    private var makeRoom: Advice {
        let nodes = record.finding(.nodeFull)?.nodes ?? []
        return Advice(
            title: "make room on node \(nodes.listText)",
            commands: ["numawatch ps --sort resident_bytes", "migratepages PID \(nodes.listText) OTHER"],
            expected: "pages can be moved to where they are used",
            limit: "what is moved away is remote for who uses it there")
    }

    private var normalMode: Advice {
        Advice(
            title: "there is no slower tier to promote from: balance between nodes instead, or not at all",
            commands: ["sysctl kernel.numa_balancing=1"], expected: "memory is moved near its threads",
            limit: "has the costs of normal balancing; 0 is right where nothing is to be moved")
    }

    private var raiseLimit: Advice {
        let limit = snapshot.host.knobs.promoteRateLimitMegabytesPerSecond ?? 65_536
        return Advice(
            title: "raise the limit of promotion",
            commands: ["sysctl kernel.numa_balancing_promote_rate_limit_MBps=\(limit.multipliedSaturated(by: 2))"],
            expected: "hot pages reach the faster tier sooner",
            limit: "moving takes memory bandwidth and CPU time")
    }

    private var promoteLess: Advice {
        let threshold = snapshot.host.knobs.hotThresholdMilliseconds ?? 1000
        return Advice(
            title: "promote only what is hotter",
            commands: ["echo \(max(1, threshold / 2)) > /sys/kernel/debug/sched/numa_balancing/hot_threshold_ms"],
            expected: "fewer pages are promoted that the faster tier has no room for",
            limit: "until the next boot; the working set may simply be larger than the faster tier")
    }

    private var cacheAwareOff: Advice {
        Advice(
            title: "let one of the two place threads",
            commands: ["echo 0 > /sys/kernel/debug/sched/llc_balancing/enabled"],
            expected: "threads stay on the node of their memory",
            limit: "threads that share a cache are no longer drawn together; until the next boot")
    }
}
