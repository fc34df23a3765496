import BalancingModel
import Exposition
import FixtureSupport
import Insight
import NUMATopology
import Snapshots
import Testing
import TextOutput

@Suite("The endpoints that explain")
struct ExplainEndpointTests {
    /// Pid 1234 is alice's, 4321 is bob's.
    private static let book: StoryStore = {
        let nodes = (0..<2).map { node in
            Machine.Node(id: NodeID(node), cpus: CPUSet([2 * node, 2 * node + 1]), memoryBytes: 1 << 30)
        }
        let cpus = CPUSet([0, 1, 2, 3])
        let machine = Machine(nodes: nodes, distances: nil, possibleCPUs: cpus, onlineCPUs: cpus)
        let stories = StoryStore()
        let profile = KernelProfile(release: KernelRelease(6, 12, 107))
        stories.open(
            StoryNarrator(
                layout: NodeLayout(machine: machine), profile: profile,
                wallClockOffset: 1_795_260_725_000_000_000 - 12_000_000_000))
        var entries: [StoryEntry] = []
        for (index, pid) in ([1234, 4321] as [Int32]).enumerated() {
            var decision = Decision(
                timeNanoseconds: 12_000_001_000 + UInt64(index), tid: pid, cpu: 2, address: 0x7f00_0000_1000)
            decision.cpuNode = 1
            decision.sourceNode = 0
            decision.target = 1
            decision.rule = .private
            decision.evidence.lastCPUPID = profile.cpupid.value(cpu: 3, tid: pid)
            entries.append(
                StoryEntry(
                    timeNanoseconds: decision.timeNanoseconds, tid: pid, process: pid,
                    what: .fault(
                        StoryEntry.Fault(decision: decision, outcome: .migrated, answer: 1, pages: 1, memoryNode: 1))))
            entries.append(
                StoryEntry(timeNanoseconds: 12_500_000_000, tid: pid, process: pid, what: .preferred(1)))
        }
        stories.add(entries)
        return stories
    }()

    private static func registry(_ stories: StoryStore) -> EndpointRegistry {
        let store = SnapshotStore()
        store.publish(SyntheticHost.snapshot)
        let page = MetricsPage(renderer: MetricsRenderer(catalogue: .standard(version: "1.2.3")))
        return EndpointRegistry(
            StandardEndpoints(
                store: store, events: EventLog(), stories: stories, metrics: page, version: "1.2.3"
            ).all, version: "1.2.3")
    }

    private static func get(
        _ target: String, viewer: Viewer = .all, stories: StoryStore = book
    ) throws(EndpointError) -> EndpointReply {
        try registry(stories).answer(
            method: "GET", target: target, viewer: viewer, accept: nil, nowNanoseconds: 100_500_000_000)
    }

    private static func bytes(_ reply: EndpointReply) -> [UInt8] {
        if case .bytes(let bytes) = reply.body { bytes } else { [] }
    }

    @Test(
        "answer as their golden files say",
        arguments: [
            ("/v1/explain/1234", "explain.json"), ("/v1/explain/1234?format=text", "explain.txt"),
            ("/v1/explain/1234/page?address=0x7f0000001abc", "explain-page.json"),
            ("/v1/explain/1234/page?address=0x7f0000001abc&format=text", "explain-page.txt"),
        ])
    func golden(target: String, name: String) throws {
        try Golden.expect(Self.bytes(Self.get(target)), equals: name)
    }

    @Test(
        "answer strict JSON that its own schema describes in full",
        arguments: ["/v1/explain/1234", "/v1/explain/1234?after=3", "/v1/explain/1234/page?address=0x7f0000001000"])
    func schema(target: String) throws {
        let value = try #require(JSONValue(Self.bytes(Self.get(target))))
        let path = target.contains("page") ? "/v1/explain/{id}/page" : "/v1/explain/{id}"
        let endpoint = try #require(Self.registry(Self.book).endpoints.first { $0.path == path })
        #expect(try #require(endpoint.contents.first?.schema).problems(with: value) == [])
    }

    @Test("somebody else's process answers as one that is not there")
    func access() throws {
        let alice = Viewer.limited(uid: SyntheticHost.alice)
        #expect(try Self.get("/v1/explain/1234", viewer: alice).status == 200)
        for target in [
            "/v1/explain/4321", "/v1/explain/4321/page?address=0x7f0000001000", "/v1/explain/4321/follow",
            "/v1/explain/999999",
        ] {
            #expect(throws: EndpointError.self) { try Self.get(target, viewer: alice) }
            let refusal = #expect(throws: EndpointError.self) { try Self.get(target, viewer: alice) }
            #expect(refusal?.status == 404)
        }
        #expect(try Self.get("/v1/explain/4321").status == 200)
    }

    @Test("without a trace the answer says how to have one")
    func notTraced() {
        let refusal = #expect(throws: EndpointError.self) {
            try Self.get("/v1/explain/1234", stories: StoryStore())
        }
        #expect(refusal?.status == 404)
        #expect(refusal?.remedy?.contains("Enabled=yes") == true)
    }

    @Test(
        "an address that is none is refused",
        arguments: ["", "?address=12", "?address=0x", "?address=0xg", "?address=0x-1"])
    func addresses(query: String) {
        let refusal = #expect(throws: EndpointError.self) { try Self.get("/v1/explain/1234/page\(query)") }
        #expect(refusal?.status == 400)
    }

    @Test("following tells what is written down from now on, and ends when tracing does")
    func follow() async throws {
        let stories = StoryStore()
        stories.open(try #require(Self.book.read { $1 }))
        let reply = try Self.get("/v1/explain/1234/follow?format=text", stories: stories)
        guard case .lines(let make) = reply.body else {
            Issue.record("no lines")
            return
        }
        let lines = make()
        stories.add((0..<40).map { StoryEntry(timeNanoseconds: $0, tid: 1234, process: 1234, what: .preferred(1)) })
        var iterator = lines.makeAsyncIterator()
        let first = await iterator.next(isolation: nil)
        let text = String(decoding: first ?? [], as: UTF8.self)
        #expect(text.hasPrefix("(24 more came too fast to be shown)\n"))
        #expect(text.split(separator: "\n").count == 1 + 2 * StoryBook.ringLength)
        stories.close()
        let end = await iterator.next(isolation: nil)
        #expect(end == nil)
    }
}
