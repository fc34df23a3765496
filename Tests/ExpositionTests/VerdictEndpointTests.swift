import Exposition
import FixtureSupport
import NUMATopology
import Snapshots
import Testing
import TextOutput

@Suite("The endpoint of verdicts")
struct VerdictEndpointTests {
    private static let document = PublishedDocument<VerdictAnswer>.verdict

    private func answer(_ query: String = "", viewer: Viewer = .all) throws -> VerdictAnswer {
        try Self.document.read(EndpointTests.get("/v1/verdict" + query, viewer: viewer))
    }

    @Test("what is written is read again, ages to the nanosecond's neighbours")
    func roundTrip() throws {
        let answer = try answer()
        let postgres = try #require(answer.groups.first { $0.group == "postgresql.service" })
        var record = postgres.record
        let now = answer.round.nowNanoseconds
        #expect(abs(Double(now - record.sinceNanoseconds) - 90.5e9) < 1000)
        #expect(record.findings.map(\.detection) == [.pagePingPong, .storm])
        // Ages are compared above: the rest is as it was.
        record.sinceNanoseconds = SyntheticVerdicts.hurting.sinceNanoseconds
        record.findings = SyntheticVerdicts.hurting.findings
        record.figures?.episode = SyntheticVerdicts.hurting.figures?.episode
        #expect(record == SyntheticVerdicts.hurting)
        #expect(postgres.title == "shop/db")
        #expect(answer.host?.payingGroups == ["postgresql.service"])
        #expect(answer.processes.map(\.pid) == [1234, 4321])
    }

    @Test("one group or one process can be asked for, and one that is not there is refused")
    func subjects() throws {
        let group = try answer("?group=postgresql.service")
        #expect(group.host == nil && group.groups.map(\.group) == ["postgresql.service"])
        #expect(group.processes.map(\.pid) == [1234])
        let process = try answer("?pid=1234")
        #expect(process.groups.isEmpty && process.processes.map(\.command) == ["postgres"])
        for query in ["?group=none", "?pid=9", "?pid=2000"] {
            let error = #expect(throws: EndpointError.self) { try EndpointTests.get("/v1/verdict" + query) }
            #expect(error?.status == 404 && error?.remedy != nil)
        }
        let error = #expect(throws: EndpointError.self) { try EndpointTests.get("/v1/verdict?pid=0") }
        #expect(error?.status == 400)
    }

    @Test("a limited viewer sees the host's verdict, those of its own groups, and no name of others'")
    func limited() throws {
        let viewer = Viewer.limited(uid: SyntheticHost.alice)
        let answer = try answer(viewer: viewer)
        #expect(answer.host?.record.verdict == .neutral)
        #expect(answer.host?.gainingGroups == [] && answer.host?.payingGroups == ["postgresql.service"])
        #expect(answer.groups.map(\.group) == ["postgresql.service"])
        #expect(answer.processes.map(\.pid) == [1234])
        #expect(throws: EndpointError.self) {
            try EndpointTests.get("/v1/verdict?group=bob-secret.service", viewer: viewer)
        }
        #expect(throws: EndpointError.self) { try EndpointTests.get("/v1/verdict?pid=4321", viewer: viewer) }
        // What a group did under another owner is not for the one it has now.
        var snapshot = SyntheticHost.snapshot
        snapshot.groups[1].hasChangedOwner = true
        #expect(snapshot.visible(to: viewer).groups.map(\.verdict) == [nil])
    }

    @Test("figures that are not known are left out, not zero")
    func unknown() throws {
        let json = try #require(JSONValue(EndpointTests.get("/v1/verdict?group=session-1.scope")))
        let entry = try #require(json["groups"]?.elements?.first)
        for name in ["cost", "gain", "locality", "kept", "moved_pages_per_second", "cpu_by_node"] {
            #expect(entry[name] == nil, "\(name)")
        }
        #expect(entry["reason"]?.text == "idle")
    }

    @Test("where nothing judges, there is no answer")
    func absent() {
        var snapshot = SyntheticHost.snapshot
        snapshot.verdict = nil
        let error = #expect(throws: EndpointError.self) { try EndpointTests.get("/v1/verdict", snapshot: snapshot) }
        #expect(error?.status == 404)
    }

    @Test("metrics have the verdict that holds, and detections while they hold")
    func metrics() throws {
        let text = String(decoding: try EndpointTests.get("/metrics"), as: UTF8.self)
        for line in [
            "numawatch_verdict{scope=\"host\",verdict=\"neutral\"} 1",
            "numawatch_verdict{scope=\"host\",verdict=\"hurting\"} 0",
            "numawatch_verdict{scope=\"group\",group=\"postgresql.service\",verdict=\"hurting\"} 1",
            "numawatch_verdict{scope=\"group\",group=\"session-1.scope\",verdict=\"inactive\"} 1",
            "numawatch_detection_active{scope=\"group\",group=\"postgresql.service\",detection=\"page_ping_pong\"} 1",
            "numawatch_detection_active{scope=\"host\",detection=\"storm\"} 0",
            "numawatch_detections_total{detection=\"page_ping_pong\"} 2",
            "numawatch_balancing_cost_ratio{scope=\"group\",group=\"postgresql.service\",bound=\"low\"} 0.039",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(!text.contains("group=\"session-1.scope\",verdict=\"hurting\""))
    }
}
