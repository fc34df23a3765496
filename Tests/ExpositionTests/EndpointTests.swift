import Exposition
import FixtureSupport
import Snapshots
import Testing
import TextOutput

@Suite("Every endpoint")
struct EndpointTests {
    static let now: UInt64 = 100_500_000_000

    static func registry(_ snapshot: HostSnapshot? = SyntheticHost.snapshot, log: EventLog = EventLog())
        -> EndpointRegistry
    {
        let store = SnapshotStore()
        if let snapshot { store.publish(snapshot) }
        let page = MetricsPage(renderer: MetricsRenderer(catalogue: .standard(version: "1.2.3")))
        return EndpointRegistry(
            StandardEndpoints(store: store, events: log, metrics: page, version: "1.2.3").all, version: "1.2.3")
    }

    static func get(
        _ target: String, viewer: Viewer = .all, snapshot: HostSnapshot? = SyntheticHost.snapshot
    ) throws(EndpointError) -> [UInt8] {
        let reply = try registry(snapshot).answer(
            method: "GET", target: target, viewer: viewer, accept: nil, nowNanoseconds: now)
        guard case .bytes(let bytes) = reply.body else { return [] }
        return bytes
    }

    static let targets = [
        ("/healthz", "healthz.json"), ("/v1/status", "status.json"), ("/v1/topology", "topology.json"),
        ("/v1/nodes", "nodes.json"), ("/v1/devices", "devices.json"), ("/v1/processes", "processes.json"),
        ("/v1/processes/1234", "process.json"),
        ("/v1/processes/4321", "process-sampled.json"), ("/v1/groups", "groups.json"),
        ("/v1/sources", "sources.json"), ("/v1/domains", "domains.json"),
        ("/v1/model", "model.json"), ("/v1/verdict", "verdict.json"), ("/v1/triage", "triage.json"),
        ("/openapi.json", "openapi.json"),
    ]

    @Test("answers as its golden file says", arguments: targets)
    func golden(target: String, name: String) throws {
        try Golden.expect(Self.get(target), equals: name)
    }

    @Test("answers strict JSON that its own schema describes in full", arguments: targets)
    func schema(target: String, name: String) throws {
        let value = try #require(JSONValue(Self.get(target)))
        let path = target.hasPrefix("/v1/processes/") ? "/v1/processes/{pid}" : target
        let endpoint = try #require(Self.registry().endpoints.first { $0.path == path })
        let schema = try #require(endpoint.contents.first?.schema)
        #expect(schema.problems(with: value) == [])
    }

    @Test("is described in openapi.json with its parameters, and nothing else is")
    func openAPI() throws {
        let document = try #require(JSONValue(Self.get("/openapi.json")))
        guard case .object(let paths) = document["paths"] else {
            Issue.record("no paths")
            return
        }
        let endpoints = Self.registry().endpoints
        #expect(Set(paths.keys) == Set(endpoints.map(\.path)))
        for endpoint in endpoints {
            let parameters = paths[endpoint.path]?["get"]?["parameters"]?.elements ?? []
            #expect(
                parameters.map { $0["name"]?.text } == endpoint.pathParameters + endpoint.parameters.map(\.name))
        }
    }

    @Test("but health and the description says 503 before the first round", arguments: targets)
    func notReady(target: String, name: String) {
        guard !["/healthz", "/openapi.json"].contains(target) else { return }
        #expect(throws: EndpointError.notReady) { try Self.get(target, snapshot: nil) }
    }

    @Test("shows a limited viewer nothing of others", arguments: targets.map(\.0) + ["/metrics"])
    func limitedViewer(target: String) throws {
        let viewer = Viewer.limited(uid: SyntheticHost.alice)
        guard target != "/v1/processes/4321" else {
            // As if it were not there.
            let error = #expect(throws: EndpointError.self) { try Self.get(target, viewer: viewer) }
            #expect(error == #expect(throws: EndpointError.self) { try Self.get("/v1/processes/9", viewer: viewer) })
            return
        }
        let text = String(decoding: try Self.get(target, viewer: viewer), as: UTF8.self)
        for secret in SyntheticHost.secretsOfBob {
            #expect(!text.contains(secret), "\(target) shows \(secret)")
        }
    }

    @Test("shows a limited viewer its own processes and whole groups, and the host")
    func ownProcesses() throws {
        let viewer = Viewer.limited(uid: SyntheticHost.alice)
        let processes = try #require(JSONValue(Self.get("/v1/processes", viewer: viewer)))
        #expect(processes["processes"]?.elements?.compactMap { $0["pid"]?.number } == [1234, 2000])
        let groups = try #require(JSONValue(Self.get("/v1/groups", viewer: viewer)))
        #expect(groups["groups"]?.elements?.compactMap { $0["group"]?.text } == ["postgresql.service"])
        let status = try #require(JSONValue(Self.get("/v1/status", viewer: viewer)))
        #expect(status["process_count"]?.number == 3)
    }

    // The query, and the processes in their order.
    @Test(
        "lists the processes of a node, and the least local first",
        arguments: [
            ("node=0", [1234]), ("node=1", [4321, 1234]), ("node=7", []), ("node=1&sort=pid", [1234, 4321]),
            ("sort=local", [1234, 4321, 2000]), ("sort=local&order=descending", [2000, 4321, 1234]),
        ])
    func processLists(query: String, pids: [Double]) throws {
        let answer = try #require(JSONValue(Self.get("/v1/processes?\(query)")))
        #expect(answer["processes"]?.elements?.compactMap { $0["pid"]?.number } == pids)
    }

    @Test("a process of an unknown user is shown to who may see all, only")
    func unknownUser() {
        var snapshot = SyntheticHost.snapshot
        snapshot.processes[0].ownerUID = nil
        #expect(snapshot.visible(to: .limited(uid: SyntheticHost.alice)).processes.map(\.identity.pid) == [2000])
        #expect(snapshot.visible(to: .all) == snapshot)
    }

    @Test("NUMA groups that others' tasks are in too are not shown to a limited viewer")
    func foreignNUMAGroups() {
        let alice = Viewer.limited(uid: SyntheticHost.alice)
        var group = NUMAGroupRecord(id: 1234, identity: 64)
        var snapshot = SyntheticHost.snapshot
        func groups(_ taskCount: Int?, for viewer: Viewer) -> [NUMAGroupRecord]? {
            group.taskCount = taskCount
            snapshot.processes[0].numaGroups = [group]
            return snapshot.visible(to: viewer).processes[0].numaGroups
        }
        // One thread of hers is in it.
        #expect(snapshot.processes[0].threads.map(\.groupID) == [1234])
        #expect(groups(1, for: alice)?.count == 1)
        #expect(groups(2, for: alice) == nil && groups(nil, for: alice) == nil)
        #expect(groups(2, for: .all)?.count == 1)
        // Sums of units with them go, too.
        #expect(snapshot.visible(to: .all).groups.contains { $0.cpuFaults != nil })
        #expect(!snapshot.visible(to: alice).groups.contains { $0.cpuFaults != nil })
        #expect(groups(1, for: alice)?.count == 1)
        #expect(snapshot.visible(to: alice).groups.contains { $0.cpuFaults != nil })
    }

    @Test("a process that runs as one user for another is shown to neither, nor is its group")
    func setUserID() {
        var snapshot = SyntheticHost.snapshot
        // The real user stays whom it was; the effective one is another.
        snapshot.processes[0].ownerUID = nil
        let visible = snapshot.visible(to: .limited(uid: SyntheticHost.alice))
        #expect(snapshot.processes[0].uid == SyntheticHost.alice)
        #expect(!visible.processes.contains { $0.identity.pid == 1234 })
        #expect(!visible.groups.contains { $0.pids.contains(1234) })
    }

    @Test("a process that has changed its user since the round is not shown to the one it had, nor is its group")
    func ownerNow() throws {
        let store = SnapshotStore(stillOwns: { pid, uid in uid == SyntheticHost.alice && pid != 1234 })
        store.publish(SyntheticHost.snapshot)
        let page = MetricsPage(renderer: MetricsRenderer(catalogue: .standard(version: "1.2.3")))
        let registry = EndpointRegistry(
            StandardEndpoints(store: store, events: EventLog(), metrics: page, version: "1.2.3").all, version: "1.2.3")
        func get(_ target: String, _ viewer: Viewer) throws -> String {
            let reply = try registry.answer(
                method: "GET", target: target, viewer: viewer, accept: nil, nowNanoseconds: Self.now)
            guard case .bytes(let bytes) = reply.body else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
        let alice = Viewer.limited(uid: SyntheticHost.alice)
        let processes = try #require(JSONValue(Array(try get("/v1/processes", alice).utf8)))
        #expect(processes["processes"]?.elements?.compactMap { $0["pid"]?.number } == [2000])
        for path in ["/v1/groups", "/metrics"] {
            #expect(!(try get(path, alice)).contains("postgresql.service"), "\(path)")
            #expect((try get(path, .all)).contains("postgresql.service"), "\(path)")
        }
        #expect(throws: EndpointError.self) { try get("/v1/processes/1234", alice) }
    }

    @Test("what was traced of a group under another owner is left out for the one it has now")
    func tracedBefore() throws {
        var snapshot = SyntheticHost.snapshot
        let index = try #require(snapshot.groups.firstIndex { $0.name == "postgresql.service" })
        snapshot.groups[index].traced = TracedActivity()
        let alice = Viewer.limited(uid: SyntheticHost.alice)
        #expect(snapshot.visible(to: alice).groups.first { $0.name == "postgresql.service" }?.traced != nil)
        snapshot.groups[index].hasChangedOwner = true
        #expect(snapshot.visible(to: alice).groups.first { $0.name == "postgresql.service" }?.traced == nil)
        #expect(snapshot.visible(to: .all).groups[index].traced != nil)
    }

    @Test("takes GET and HEAD only, and says so")
    func method() {
        let error = #expect(throws: EndpointError.self) {
            try Self.registry().answer(
                method: "POST", target: "/v1/status", viewer: .all, accept: nil, nowNanoseconds: 0)
        }
        #expect(error?.status == 405)
        #expect(error?.allowedMethods == ["GET", "HEAD"])
    }

    @Test(
        "is found by its exact path",
        arguments: [
            "/", "", "/v1", "/v1/status/", "//v1/status", "/v1/processes/", "/v1/processes/-1", "/v1/processes/1x",
            "/v1/processes/+1", "/v1/processes/99999999999999999999", "/v1/processes/1/2", "/V1/STATUS", "v1/status",
            "/v1/%73tatus", "http://localhost/v1/status", "*",
        ])
    func unknownPath(target: String) {
        let error = #expect(throws: EndpointError.self) { try Self.get(target) }
        #expect(error?.status == 404)
        #expect(error?.remedy != nil)
    }

    @Test(
        "says what is wrong in a query",
        arguments: [
            "/v1/processes?colour=red", "/v1/processes?limit=0", "/v1/processes?limit=-1", "/v1/processes?limit=x",
            "/v1/processes?limit=99999999999999999999", "/v1/processes?sort=beauty", "/v1/processes?limit=1&limit=2",
            "/v1/processes?filter=%", "/v1/processes?filter=%4", "/v1/processes?filter=%zz", "/v1/processes?filter=%ff",
            "/v1/processes?order=", "/v1/status?x=1", "/v1/events?follow=maybe", "/v1/processes?=1",
        ])
    func badQuery(target: String) throws {
        let error = try #require(#expect(throws: EndpointError.self) { try Self.get(target) })
        #expect(error.status == 400)
        #expect(error.remedy != nil)
        let body = try #require(JSONValue(error.body))
        #expect(EndpointError.fields.schema.problems(with: body) == [])
    }

    @Test(
        "sorts, filters and cuts as asked",
        arguments: [
            ("", [1234, 2000, 4321]),
            ("?", [1234, 2000, 4321]),
            ("?sort=resident_bytes", [1234, 4321, 2000]),
            ("?sort=resident_bytes&order=ascending", [2000, 4321, 1234]),
            ("?sort=pid&order=descending&limit=1", [4321]),
            ("?sort=thread_count&limit=2", [4321, 1234]),
            ("?filter=POST", [1234]),
            ("?filter=bob%27s+command", [4321]),
            ("?filter=2000", [2000]),
            ("?filter=nobody", []),
            ("?group=session-1.scope", [2000]),
            ("?uid=1001", [4321]),
            ("?uid=0", []),
        ])
    func lists(query: String, pids: [Double]) throws {
        let document = try #require(JSONValue(Self.get("/v1/processes" + query)))
        #expect(document["processes"]?.elements?.compactMap { $0["pid"]?.number } == pids)
        #expect(document["listed_count"]?.number == Double(pids.count))
    }

    @Test(
        "health turns stale with the age of the last round",
        arguments: [
            (UInt64(100_000_000_000), 200), (125_000_000_000, 200), (125_000_000_001, 503), (.max, 503),
        ])
    func health(now: UInt64, status: Int) throws {
        var snapshot = SyntheticHost.snapshot
        #expect(HealthPolicy().reply(snapshot, nowNanoseconds: now).status == status)
        // Looks between rounds publish nothing: that they are frequent says nothing of the rounds.
        var looks = CostReport.Tier(name: "follow", configuredIntervalNanoseconds: 500_000_000)
        looks.isBetweenRounds = true
        snapshot.cost.tiers.append(looks)
        #expect(HealthPolicy().reply(snapshot, nowNanoseconds: now).status == status)
        #expect(HealthPolicy().reply(nil, nowNanoseconds: now).status == 503)
    }

    @Test(
        "times are in UTC by the Gregorian calendar",
        arguments: [
            (UInt64(0), "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
            (951_868_800, "2000-03-01T00:00:00.000Z"), (1_709_164_799, "2024-02-28T23:59:59.000Z"),
            (1_735_689_599, "2024-12-31T23:59:59.000Z"), (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ])
    func times(seconds: UInt64, text: String) {
        #expect(UTCTime.text(nanoseconds: seconds * 1_000_000_000) == text)
    }
}
