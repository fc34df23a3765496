import NUMATopology
import Snapshots
import Testing

@testable import Sampling

@Suite("The locality of a group comes from whichever of its processes and its account tells more")
struct GroupLocalityTests {
    private static func byNode(_ node0Value: UInt64, _ node1Value: UInt64) -> NodeValues<UInt64> {
        var result = NodeValues<UInt64>()
        result[node0] = node0Value
        result[node1] = node1Value
        return result
    }

    /// A process that ran on nodes 0 and 1, with memory there.
    private static func process(
        _ pid: Int32, in group: String = "a.service", cpu: NodeValues<UInt64>, memory: NodeValues<UInt64>?,
        sleeps: Bool = false
    ) -> ProcessRecord {
        var process = ProcessRecord(
            identity: ProcessIdentity(pid: pid, startTimeTicks: 1), command: "p", groupName: group)
        var recent = RecentCPUTime()
        recent.byNode = cpu
        recent.certainByNode = cpu
        process.recentCPU = recent
        if let memory {
            var placement = PlacementRecord(method: .full, takenAtNanoseconds: 1)
            placement.bytesByClass = [.anonymous: memory]
            process.placement = placement
        }
        process.locality = SnapshotAssembly.locality(of: process)
        if sleeps { process.unchangedAtNanoseconds = 5 }
        return process
    }

    private static func judge(
        _ processes: [ProcessRecord], account: NodeValues<UInt64>? = nil
    ) -> (groups: [GroupRecord], host: BoundedRatio?) {
        var groups = SnapshotAssembly.groups(of: processes, totals: GroupTotals())
        if let account {
            groups[0].bytesByClass = [.anonymous: account, .file: byNode(0, 1 << 40)]
            groups[0].memorySource = .cgroup(count: 1)
        }
        let host = SnapshotAssembly.judgeLocality(of: &groups, processes: processes)
        return (groups, host)
    }

    @Test("two processes on nodes of their own are local, though all of both is half and half")
    func processesTellMore() throws {
        let processes = [
            Self.process(1, cpu: Self.byNode(9, 0), memory: Self.byNode(50, 0)),
            Self.process(2, cpu: Self.byNode(0, 9), memory: Self.byNode(0, 50)),
        ]
        let group = try #require(Self.judge(processes, account: Self.byNode(50, 50)).groups.first)
        #expect(group.locality == BoundedRatio(exactly: 1, source: .placement))
    }

    @Test("processes without a placement have the account's, files left out")
    func accountFillsIn() throws {
        let processes = [
            Self.process(1, cpu: Self.byNode(9, 0), memory: nil), Self.process(2, cpu: Self.byNode(9, 0), memory: nil),
        ]
        let group = try #require(Self.judge(processes, account: Self.byNode(75, 25)).groups.first)
        #expect(group.locality?.value == 0.75 && group.locality?.source == .account)
        #expect(try #require(Self.judge(processes).groups.first).locality == nil)
    }

    @Test("processes that ran count, those that sleep only where all do")
    func sleepers() throws {
        let runs = Self.process(1, cpu: Self.byNode(1, 0), memory: Self.byNode(50, 0))
        let sleeps = Self.process(2, cpu: Self.byNode(1000, 0), memory: Self.byNode(0, 50), sleeps: true)
        #expect(try #require(Self.judge([runs, sleeps]).groups.first).locality?.value == 1)
        let asleep = Self.judge([sleeps])
        #expect(asleep.groups.first?.locality?.value == 0)
        // Nobody spent any time.
        #expect(asleep.host == nil)
    }

    @Test("the host's is that of its groups by their CPU time")
    func host() throws {
        let result = Self.judge([
            Self.process(1, in: "a.service", cpu: Self.byNode(3, 0), memory: Self.byNode(50, 0)),
            Self.process(2, in: "b.service", cpu: Self.byNode(1, 0), memory: Self.byNode(0, 50)),
        ])
        #expect(result.groups.map(\.locality?.value) == [1, 0])
        #expect(result.host == BoundedRatio(exactly: 0.75, source: .placement))
    }
}
