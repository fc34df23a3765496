import Exposition
import FixtureSupport
import Snapshots
import Testing
import TextOutput

@Suite("The sources as they are now")
struct SourcesEndpointTests {
    /// What an attempt finds: of what the snapshot says is missing one is there now.
    private static let found: [SourceStatus] = {
        var sources = SyntheticHost.snapshot.sources
        for index in sources.indices { sources[index].triedAtNanoseconds = 200_000_000_000 }
        sources[1].state = .readable
        return sources
    }()

    private static func ask(
        at now: UInt64, _ attempt: @escaping StandardEndpoints.PresentSources
    ) throws -> EndpointReply {
        let store = SnapshotStore()
        store.publish(SyntheticHost.snapshot)
        let page = MetricsPage(renderer: MetricsRenderer(catalogue: .standard(version: "1")))
        let endpoints = StandardEndpoints(
            store: store, events: EventLog(), metrics: page, version: "1", presentSources: attempt)
        return try EndpointRegistry(endpoints.all, version: "1").answer(
            method: "GET", target: "/v1/sources", viewer: .all, accept: nil, nowNanoseconds: now)
    }

    private static func states(_ bytes: [UInt8]) throws -> [String?] {
        let document = try #require(JSONValue(bytes))
        return (document["sources"]?.elements ?? []).map { $0["state"]?.text }
    }

    @Test("what was tried within five seconds is answered at once")
    func present() throws {
        // They were tried at 99 s.
        let reply = try Self.ask(at: 103_900_000_000) { nil }
        guard case .bytes(let bytes) = reply.body else {
            Issue.record("not at once")
            return
        }
        #expect(try Self.states(bytes) == ["readable", "unavailable", "malformed", "not-applicable"])
    }

    @Test("what was tried longer ago is tried again, and the answer is what was found")
    func old() async throws {
        let reply = try Self.ask(at: 104_000_000_000) { Self.found }
        guard case .later(let make) = reply.body else {
            Issue.record("at once")
            return
        }
        let bytes = try await make()
        #expect(reply.contentType == ContentType.json)
        #expect(try Self.states(bytes) == ["readable", "readable", "malformed", "not-applicable"])
        let first = try #require(JSONValue(bytes)?["sources"]?.elements?.first)
        #expect(first["age_seconds"]?.number == 0)
        #expect(first["tried_at"]?.text == "2023-11-14T22:15:00.250Z")
    }

    @Test("where nobody came to try them the old ones are answered, with their age")
    func unanswered() async throws {
        let reply = try Self.ask(at: 399_000_000_000) { nil }
        guard case .later(let make) = reply.body else {
            Issue.record("at once")
            return
        }
        let bytes = try await make()
        #expect(try Self.states(bytes) == ["readable", "unavailable", "malformed", "not-applicable"])
        #expect(JSONValue(bytes)?["sources"]?.elements?.first?["age_seconds"]?.number == 300)
    }
}
