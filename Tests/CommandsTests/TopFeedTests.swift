import Exposition
import FixtureSupport
import Glibc
import LinuxSystem
import LiveView
import NUMATopology
import RecordedRounds
import Snapshots
import Testing

@testable import Commands

/// Where `numawatch top` has its samples from.
@Suite("The feed of top")
struct TopFeedTests {
    private func feed(_ daemon: RecordedDaemon, _ time: ManualTime = ManualTime(), interval: UInt64 = 0) -> TopFeed {
        TopFeed(
            source: DaemonClient(socketPath: daemon.path), root: MemoryRoot(), intervalNanoseconds: interval, time: time
        )
    }

    private func makeDaemon() async throws -> RecordedDaemon {
        try await RecordedDaemon(path: place.path)
    }

    /// A place for a socket, gone with the test.
    private let place: Place

    init() throws { place = try Place() }

    private final class Place: Sendable {
        let path: String

        init() throws { path = try TemporaryDirectory.make() + "/s" }

        deinit {
            unsafe unlink(path)
            unsafe rmdir(String(path.dropLast("/s".count)))
        }
    }

    @Test("a sample is what the daemon has, document by document")
    func sample() async throws {
        let daemon = try await makeDaemon()
        defer { withExtendedLifetime(daemon) {} }
        daemon.show(round: 2)
        var feed = feed(daemon)
        var needs = SampleNeeds()
        needs.processes = true
        needs.process = 812
        needs.story = 813
        needs.sources = true
        let sample = try await feed.sample(needs)
        let recorded = RecordedRounds.sample(2)
        #expect(sample.groups.map(\.name) == recorded.groups.map(\.name))
        #expect(sample.status.host.vmstat == recorded.status.host.vmstat)
        #expect(sample.status.host.vmstatRates == recorded.status.host.vmstatRates)
        #expect(sample.nodes.nodes.map(\.totals.meminfo) == recorded.nodes.nodes.map(\.totals.meminfo))
        let activity = sample.model?.model.activity
        #expect(activity?.migratedPages == recorded.model?.model.activity.migratedPages)
        #expect(activity?.moves.map(\.source) == recorded.model?.model.activity.moves.map(\.source))
        #expect(activity?.moves.map(\.target) == recorded.model?.model.activity.moves.map(\.target))
        #expect(sample.verdicts?.groups["postgresql@16-main.service"]?.record.verdict == .hurting)
        #expect(sample.events.map(\.message) == recorded.events.map(\.message))
        #expect(sample.processes?.map(\.command) == recorded.processes?.map(\.command))
        #expect(sample.process?.process.threads.count == 3)
        #expect(sample.story == recorded.story)
        #expect(sample.sources?.count == 2)
        // What nobody knows is no failure.
        needs.process = 77
        #expect(try await feed.sample(needs).process == nil)
    }

    @Test("the same round is not drawn twice, another one is, and so is what a key wants to see")
    func rounds() async throws {
        let daemon = try await makeDaemon()
        defer { withExtendedLifetime(daemon) {} }
        var feed = feed(daemon)
        _ = try await feed.sample(SampleNeeds())
        #expect(await feed.look(SampleNeeds()).isNothing)
        daemon.show(round: 2)
        #expect(await feed.look(SampleNeeds()).isSample)
        #expect(await feed.look(SampleNeeds()).isNothing)
        var needs = SampleNeeds()
        needs.processes = true
        #expect(await feed.look(needs).isSample)
        #expect(await feed.look(needs).isNothing)
    }

    @Test("rounds that come faster than is asked for are passed over until it is time")
    func interval() async throws {
        let daemon = try await makeDaemon()
        defer { withExtendedLifetime(daemon) {} }
        let time = ManualTime()
        var feed = feed(daemon, time, interval: 10_000_000_000)
        _ = try await feed.sample(SampleNeeds())
        daemon.show(round: 2)
        #expect(await feed.look(SampleNeeds()).isNothing)
        time.advance(byNanoseconds: 10_000_000_000)
        #expect(await feed.look(SampleNeeds()).isSample)
    }

    @Test("a daemon that goes is told of, and drawn again once it is back, with the round it had")
    func gone() async throws {
        let path = place.path
        var daemon: RecordedDaemon? = try await RecordedDaemon(path: path)
        var feed = TopFeed(
            source: DaemonClient(socketPath: path), root: MemoryRoot(), intervalNanoseconds: 0, time: ManualTime())
        _ = try await feed.sample(SampleNeeds())
        try await daemon?.close()
        daemon = nil
        #expect(await feed.look(SampleNeeds()).reason?.contains("daemon") == true)
        #expect(await feed.look(SampleNeeds()).reason != nil)
        daemon = try await RecordedDaemon(path: path)
        #expect(await feed.look(SampleNeeds()).isSample)
        try await daemon?.close()
    }

    @Test("a captured host of four nodes is drawn as a watched one")
    func captured() async throws {
        let root = Fixture.archive("numastat/\(Self.capture)").root
        var feed = TopFeed(source: LocalSource(root: root), root: root, intervalNanoseconds: 0, time: ManualTime())
        var model = TopModel(columns: 80, rows: 24, settings: TopSettings(), pageSizeBytes: 4096)
        _ = model.take(.sample(try await feed.sample(model.needs)))
        let picture = model.frame()
        #expect(picture.lines[1].hasPrefix("balancing unknown   "))
        #expect(picture.lines[2] == "faults -  armed -  moved -")
        let nodes = picture.lines.filter { $0.contains("[") && $0.contains("]") }
        #expect(nodes.count == 4)
        _ = model.take(.key(.character("5")))
        _ = model.take(.sample(try await feed.sample(model.needs)))
        #expect(model.frame().text.contains("Not readable here") || model.frame().text.contains("Settings"))
    }

    private static let capture = "4-nodes"
}

extension TopModel.Input? {
    fileprivate var isNothing: Bool { self == nil }
    fileprivate var isSample: Bool { if case .sample? = self { true } else { false } }
    fileprivate var reason: String? { if case .gone(let reason, _)? = self { reason } else { nil } }
}
