import NUMATopology
import Snapshots
import Testing

@testable import DaemonRuntime
@testable import SchedDomains

@Suite("What changes from one snapshot to the next")
struct SnapshotChangeTests {
    private func source(_ name: String, _ state: SourceStatus.State, remedy: String? = nil) -> SourceStatus {
        SourceStatus(
            name: name, path: "/proc/\(name)", state: state, purpose: "p", lostWithout: "the totals", remedy: remedy)
    }

    @Test("equal snapshots tell nothing")
    func nothing() {
        #expect(SnapshotChange.all(from: snapshot(), to: snapshot(2)) == [])
        #expect(SnapshotChange.all(from: nil, to: snapshot()) == [])
    }

    @Test("what is missing at the start is told in one sentence that names the sources")
    func missingAtStart() {
        var current = snapshot()
        current.sources = [
            source("vmstat", .readable), source("tracefs", .unavailable(errno: 13, errnoName: "EACCES")),
            source("odd", .malformed(reason: "field 3")), source("knobs", .notApplicable(reason: "one node")),
            source("tracing", .failed(reason: "no right")),
        ]
        let changes = SnapshotChange.all(from: nil, to: current)
        #expect(changes.map(\.event) == [.sourceMissing])
        #expect(
            changes.first?.message
                == "2 of 5 sources cannot be read: tracefs (EACCES), odd (not understood); “numawatch doctor” says what is "
                + "lost without each, and what would make it readable")
        #expect(changes.first?.fields == [ObservedEvent.Field("sources", "tracefs odd")])
        // A single one is told in full.
        current.sources = [source("tracefs", .unavailable(errno: 13, errnoName: "EACCES"), remedy: "root")]
        #expect(
            SnapshotChange.all(from: nil, to: current).first?.message
                == "/proc/tracefs cannot be read (EACCES); without it: the totals; to have it: root")
    }

    @Test("a source that goes missing is told once, in one sentence with what is lost and the remedy")
    func missing() {
        var current = snapshot(2)
        current.sources = [
            source("vmstat", .readable),
            source("schedstat", .unavailable(errno: 2, errnoName: "ENOENT"), remedy: "CONFIG_SCHEDSTATS=y"),
            source("odd", .malformed(reason: "field 3 at byte 9")),
            source("knobs", .notApplicable(reason: "one node")),
        ]
        let changes = SnapshotChange.all(from: snapshot(), to: current)
        #expect(changes.map(\.event) == [.sourceMissing, .sourceMissing])
        #expect(
            changes[0].message
                == "/proc/schedstat cannot be read (ENOENT); without it: the totals; to have it: CONFIG_SCHEDSTATS=y")
        #expect(
            changes[1].message == "/proc/odd is not understood (field 3 at byte 9); without it: the totals")
        #expect(SnapshotChange.all(from: current, to: current) == [])
    }

    @Test("a source that comes back is told, one that becomes pointless is not")
    func returned() {
        var previous = snapshot()
        previous.sources = [
            source("a", .unavailable(errno: 13, errnoName: "EACCES")),
            source("b", .unavailable(errno: 13, errnoName: "EACCES")),
            source("c", .notApplicable(reason: "r")),
        ]
        var current = snapshot(2)
        current.sources = [
            source("a", .readable), source("b", .notApplicable(reason: "r")), source("c", .readable),
        ]
        let changes = SnapshotChange.all(from: previous, to: current)
        #expect(changes.map(\.event) == [.sourceReturned])
        #expect(changes[0].message == "/proc/a can be read again")
    }

    @Test("a process that keeps its memory locked is told once, by name")
    func stuck() throws {
        var previous = snapshot()
        var process = ProcessRecord(
            identity: ProcessIdentity(pid: 12, startTimeTicks: 5), command: "hold", groupName: "a.service")
        previous.processes = [process]
        process.placementGap = .stuck
        var current = snapshot(2)
        current.processes = [process]
        let changes = SnapshotChange.all(from: previous, to: current)
        #expect(changes.map(\.event) == [.processStuck])
        #expect(changes[0].message.hasPrefix("Process 12 keeps its memory locked"))
        #expect(changes[0].fields.map(\.name) == ["pid", "command", "group"])
        #expect(changes[0].fields.map(\.value) == ["12", "hold", "a.service"])
        // The first round of a daemon that finds it so says it as well; a later one does not repeat it.
        #expect(SnapshotChange.all(from: nil, to: current).contains { $0.event == .processStuck })
        #expect(SnapshotChange.all(from: current, to: current).isEmpty)
        var other = current
        other.processes[0].identity.startTimeTicks = 6
        #expect(SnapshotChange.all(from: current, to: other).map(\.event) == [.processStuck])
    }

    @Test("a change of kernel.numa_balancing is told, losing sight of it is not")
    func balancing() {
        var current = snapshot(2)
        current.host.balancingMode = 0
        let changes = SnapshotChange.all(from: snapshot(), to: current)
        #expect(changes.map(\.event) == [.balancingChanged])
        #expect(changes[0].message == "kernel.numa_balancing was changed from 1 to 0")
        current.host.balancingMode = nil
        #expect(SnapshotChange.all(from: snapshot(), to: current) == [])
    }

    @Test("nodes and CPUs that come or go are told together")
    func topology() {
        let changes = SnapshotChange.all(from: snapshot(nodes: 2), to: snapshot(2, nodes: 3))
        #expect(changes.map(\.event) == [.topologyChanged])
        #expect(changes[0].message == "Topology changed: nodes 0-1 became 0-2, online CPUs 0-1 became 0-2")
    }

    @Test("intervals lengthened and restored are told at the moment they are, not while they stay")
    func intervals() {
        var lengthened = snapshot(2)
        lengthened.cost.tiers[0].intervalNanoseconds = 12_500_000_000
        let changes = SnapshotChange.all(from: snapshot(), to: lengthened)
        #expect(changes.map(\.event) == [.intervalsLengthened])
        #expect(changes[0].message.hasSuffix("they now come every 12.5 s instead of 5 s"))
        var more = lengthened
        more.cost.tiers[0].intervalNanoseconds = 14_000_000_000
        #expect(SnapshotChange.all(from: lengthened, to: more) == [])
        #expect(SnapshotChange.all(from: more, to: snapshot(4)).map(\.event) == [.intervalsRestored])
    }

    @Test("a change reaches the log and the event stream with the same kind and fields")
    func reported() throws {
        let probe = ReporterProbe()
        var current = snapshot()
        current.sources = [source("a", .unavailable(errno: 13, errnoName: "EACCES"))]
        for change in SnapshotChange.all(from: nil, to: current) { probe.reporter.report(change) }
        let event = try #require(probe.log.events().first)
        #expect(event.kind == "source-missing")
        #expect(event.severity == .notice)
        #expect(event.fields.map(\.name) == ["source", "path", "errno"])
        #expect(probe.sink.records[0].fields.map(\.name) == ["errno", "path", "source"])
        #expect(probe.kinds == [.sourceMissing])
    }

    @Test("rebuilt domains are told with what changed, and disagreements each by itself")
    func domains() {
        func record(_ cores: Int, generation: UInt64) -> DomainsRecord {
            let input = SyntheticTopology.make(nodes: 2, coresPerNode: cores).input
            return DomainsRecord(
                report: DomainReconciliation.reconcile(input, ObservedDomains()), input: input, generation: generation,
                readAtNanoseconds: 0)
        }
        var first = snapshot()
        first.domains = record(2, generation: 1)
        var second = snapshot(2)
        second.domains = record(4, generation: 2)
        second.domains?.lastChange = "+ CPUs 4-7 online"
        second.domains?.report.disagreements = [
            DomainDisagreement(check: .name, cpus: [0], index: 1, expected: "MC", observed: "CLS", likely: .unknown)
        ]
        #expect(SnapshotChange.all(from: nil, to: first) == [])
        let changes = SnapshotChange.all(from: first, to: second)
        #expect(changes.map(\.event) == [.domainsChanged, .domainsDisagree])
        #expect(changes[0].fields == [ObservedEvent.Field("difference", "+ CPUs 4-7 online")])
        #expect(changes[1].message.contains("CLS"))
        #expect(SnapshotChange.all(from: second, to: second) == [])
    }
}
