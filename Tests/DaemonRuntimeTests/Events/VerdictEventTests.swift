import NUMATopology
import Snapshots
import Testing

@testable import DaemonRuntime

@Suite("Events of verdicts and detections")
struct VerdictEventTests {
    private func snapshot(_ sequence: UInt64, _ record: VerdictRecord?, host: VerdictRecord? = nil) -> HostSnapshot {
        var result = DaemonRuntimeTests.snapshot(sequence)
        var group = GroupRecord(name: "a.service")
        group.pids = [7, 8]
        group.verdict = record
        result.groups = [group]
        result.processes = ([7, 8] as [Int32]).map { pid in
            var process = ProcessRecord(
                identity: ProcessIdentity(pid: pid, startTimeTicks: 1), command: "a", groupName: "a.service")
            process.ownerUID = 1000
            return process
        }
        result.verdict = host.map(HostVerdict.init)
        return result
    }

    @Test("each detection has an event of its own name, and readers of the stream know all of them")
    func names() {
        for detection in Detection.allCases {
            #expect(DaemonEvent(detection).rawValue == detection.eventKind)
        }
        let others = [DaemonEvent.verdictChanged, .detectionEnded].map(\.rawValue)
        #expect(Detection.eventKinds == Set(Detection.allCases.map(\.eventKind) + others))
    }

    @Test("a group that begins to be hurt is told with its figures, for its owner")
    func hurting() throws {
        var record = VerdictRecord(.hurting)
        record.findings = [DetectionFinding(.pagePingPong, ratio: 0.07)]
        var figures = VerdictFigures()
        figures.cost = BalancingCost(total: BoundedRatio(exactly: 0.068, source: .assumed))
        record.figures = figures
        let changes = SnapshotChange.all(
            from: snapshot(1, VerdictRecord(.neutral)), to: snapshot(2, record))
        #expect(changes.map(\.event) == [.verdictChanged, .pagePingPong])
        #expect(changes.allSatisfy { $0.uid == 1000 })
        #expect(changes[0].message == "a.service: NUMA balancing: hurting, was neutral; costs 7 % of the CPU time")
        #expect(changes[0].fields.contains(ObservedEvent.Field("cost_ratio", "0.0680")))
        #expect(changes[0].fields.contains(ObservedEvent.Field("why", "P")))
        let ended = SnapshotChange.all(from: snapshot(2, record), to: snapshot(3, VerdictRecord(.converged)))
        #expect(ended.map(\.event) == [.verdictChanged, .detectionEnded])
    }

    @Test("an event about processes of several users is for those who see everything")
    func several() {
        var before = snapshot(1, VerdictRecord(.neutral))
        var after = snapshot(2, VerdictRecord(.helping))
        for index in 0..<1 {
            before.processes[index].ownerUID = 1001
            after.processes[index].ownerUID = 1001
        }
        #expect(SnapshotChange.all(from: before, to: after).map(\.uid) == [0])
    }

    @Test("what becomes idle, converged or known is no event of a group, and one of the host")
    func quiet() {
        let pairs: [(Verdict, Verdict)] = [
            (.cannotTell, .inactive), (.inactive, .converged), (.converged, .settled), (.settled, .neutral),
        ]
        for (before, after) in pairs {
            let changes = SnapshotChange.all(
                from: snapshot(1, VerdictRecord(before), host: VerdictRecord(before)),
                to: snapshot(2, VerdictRecord(after), host: VerdictRecord(after)))
            #expect(changes.map(\.event) == [.verdictChanged])
            #expect(changes.allSatisfy { $0.uid == nil })
        }
        let same = snapshot(1, VerdictRecord(.hurting), host: VerdictRecord(.hurting))
        #expect(SnapshotChange.all(from: same, to: same) == [])
    }
}
