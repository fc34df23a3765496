import DomainReports
import LinuxSystem
import Testing

@testable import Commands

/// `numawatch snapshot`: of what it holds the commands say all that they say of the host.
struct SnapshotTests {
    /// What a snapshot with processes holds, as a root.
    private static func snapshot(of root: MemoryRoot) -> MemoryRoot {
        var members = HostCapture(root).members
        for (path, bytes) in ProcessCapture(root, includesPlacement: true).files { members[path] = .file(bytes) }
        var copy = MemoryRoot()
        for (path, content) in members {
            switch content {
            case .file(let bytes): copy.addFile(path, bytes)
            case .link(let target): copy.addLink(path, target: target)
            }
        }
        return copy
    }

    /// What each run finds anew: what it cost, when it was, how old figures are, and what it divides by the time between its
    /// two rounds.
    private static func isOfTheRun(_ name: String) -> Bool {
        [
            "cost", "age_seconds", "call_seconds", "cpu_seconds", "numawatch_self_", "numawatch_tier_",
            "numawatch_hold",
            "oldest_age", "interval", "status Cost", "status Round", "TIME", "rates_per_second", "/s",
            "status Hint faults",
            "status Migrated", "modelled", "timestamp", ".model.", "/v1/model.", "scan period",
        ].contains { name.contains($0) }
    }

    /// What a snapshot leaves out: the host's name, and in which cpuset the program was that took it.
    private static func isLeftOut(_ name: String) -> Bool {
        ["host-name", "source=cpuset", "status Host", "/v1/status#", "status Sources", "status.sources"]
            .contains { name.contains($0) }
    }

    @Test func `every figure and cell is the same, pools, tiers, latencies, reclaim and devices among them`() async {
        let host = await Observation.make()
        let copy = await Observation.make { $0 = Self.snapshot(of: $0) }
        let numbers = host.numbers.filter {
            copy.numbers[$0.key] != $0.value && !Self.isOfTheRun($0.key) && !Self.isLeftOut($0.key)
        }
        #expect(numbers.isEmpty)
        let cells = host.cells.filter {
            copy.cells[$0.key] != $0.value && !Self.isOfTheRun($0.key) && !Self.isLeftOut($0.key)
        }
        #expect(cells.isEmpty)
        for name in [
            "/v1/nodes.zone_reclaim_mode",
            "metrics numawatch_node_huge_pool_pages{numa_node=1,page_size=2097152,kind=free}",
            "metrics numawatch_node_access_latency_seconds{numa_node=2,kind=read}",
            "metrics numawatch_demotion_enabled{}",
            "metrics numawatch_device_info{address=0000:02:00.0,kind=storage,device=nvme0,numa_node=1}",
            "metrics numawatch_node_tier_moves_pages_total{numa_node=2,kind=pgdemote_kswapd}",
        ] {
            #expect(copy.numbers[name] ?? 0 > 0, "\(name)")
        }
    }
}
