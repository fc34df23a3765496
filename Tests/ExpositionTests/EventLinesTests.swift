import Exposition
import FixtureSupport
import Snapshots
import Testing
import TextOutput

@Suite("The lines of /v1/events")
struct EventLinesTests {
    private let log = EventLog()
    private let store = SnapshotStore()

    private func post(_ kind: String, uid: UInt32? = nil) {
        log.post(
            kind: kind, severity: .warning, message: "m", fields: [.init("a", "\"")], uid: uid,
            wallClockNanoseconds: 1_500_000_000)
    }

    private func lines(_ bytes: [[UInt8]]) -> [JSONValue] {
        bytes.flatMap { Array($0.split(separator: 0x0a)) }.compactMap { JSONValue(Array($0)) }
    }

    private func keptLines(after: UInt64, viewer: Viewer = .all) async -> [JSONValue] {
        var options = EventLines.Options()
        options.after = after
        options.isFollowing = false
        var result: [[UInt8]] = []
        for await line in EventLines(log: log, store: store).stream(options, viewer: viewer) { result.append(line) }
        return lines(result)
    }

    @Test("hold what is kept, from a number on")
    func kept() async {
        for kind in ["one", "two", "three"] { post(kind) }
        #expect(await keptLines(after: 0).map { $0["kind"]?.text } == ["one", "two", "three"])
        #expect(await keptLines(after: 2).map { $0["kind"]?.text } == ["three"])
        #expect(await keptLines(after: 3).isEmpty)
        #expect(await keptLines(after: .max).isEmpty)
    }

    @Test("are as the schema says")
    func schema() async throws {
        post("one", uid: 7)
        let endpoint = try #require(EndpointTests.registry().endpoints.first { $0.path == "/v1/events" })
        let schema = try #require(endpoint.contents.first?.schema)
        let line = try #require(await keptLines(after: 0).first)
        #expect(schema.problems(with: line) == [])
        #expect(line["severity"]?.text == "warning")
        #expect(line["fields"]?["a"]?.text == "\"")
        #expect(line["time"]?.text == "1970-01-01T00:00:01.500Z")
    }

    @Test("leave out other users' events for a limited viewer")
    func limited() async {
        post("host")
        post("own", uid: 5)
        post("others", uid: 6)
        #expect(await keptLines(after: 0, viewer: .limited(uid: 5)).map { $0["kind"]?.text } == ["host", "own"])
    }

    @Test("go on with what happens, in order and once")
    func following() async {
        post("before")
        var options = EventLines.Options()
        options.after = 0
        var iterator = EventLines(log: log, store: store).stream(options, viewer: .all).makeAsyncIterator()
        post("after")
        var kinds: [String?] = []
        for _ in 0..<2 { kinds.append(lines([await iterator.next() ?? []]).first?["kind"]?.text) }
        #expect(kinds == ["before", "after"])
    }

    @Test("say how many were dropped for a reader that was too slow")
    func dropped() async {
        var iterator = EventLines(log: log, store: store).stream(.init(), viewer: .all).makeAsyncIterator()
        // More than everything on the way holds together.
        let posted = 2 * EventLog.capacity
        for _ in 0..<posted { post("many") }
        var seen = 0
        var dropped = 0
        while seen + dropped < posted, let bytes = await iterator.next() {
            for line in lines([bytes]) {
                if line["type"]?.text == "dropped" {
                    dropped += Int(line["dropped_count"]?.number ?? 0)
                } else {
                    seen += 1
                }
            }
        }
        #expect(seen + dropped == posted)
        #expect(dropped > 0)
    }

    @Test("hold rounds when asked for")
    func rounds() async throws {
        var options = EventLines.Options()
        options.includesRounds = true
        var iterator = EventLines(log: log, store: store).stream(options, viewer: .all).makeAsyncIterator()
        store.publish(SyntheticHost.snapshot)
        let line = try #require(lines([await iterator.next() ?? []]).first)
        #expect(line["type"]?.text == "round")
        #expect(line["sequence"]?.number == 7)
        #expect(line["vmstat_rates_per_second"]?["numa_hint_faults"]?.number == 12.5)
    }
}
