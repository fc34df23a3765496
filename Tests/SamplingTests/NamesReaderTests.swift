import LinuxSystem
import Snapshots
import SystemPackage
import Testing

@testable import Sampling

@Suite struct NamesReaderTests {
    private func read(_ text: String) -> NamesReader {
        NamesReader(MemoryRoot(files: ["/etc/numawatch/names.d/a.map": text]))
    }

    private static let id = "4bab9517f3e8442db008358544b3f0894bab9517f3e8442db008358544b3f089"

    @Test func `pods, containers and jobs get names`() {
        let reader = read(
            """
            # comment
            pod 36b6d6be-73b1-065a-f369-b3985edafa09 = shop/checkout 7d9f

            ; another
              container \(Self.id)=shop/db
            container web = front page
            job 4711 = climate
            """)
        #expect(reader.problems.isEmpty)
        let names = reader.names
        #expect(names.pod("36b6d6be-73b1-065a-f369-b3985edafa09") == "shop/checkout 7d9f")
        // Static pods are written without dashes, slices with underscores.
        #expect(names.pod("36B6d6be73b1065af369b3985edafa09") == "shop/checkout 7d9f")
        #expect(names.pod("36b6d6be_73b1_065a_f369_b3985edafa09") == "shop/checkout 7d9f")
        #expect(names.container(Self.id) == "shop/db")
        #expect(names.container("web") == "front page")
        #expect(names.container("webber") == nil)
        #expect(names.job("4711") == "climate")
        #expect(names.job("471") == nil)
    }

    @Test func `a container may be named by the beginning of its id`() {
        let names = read("container 4bab9517f3e8 = short\ncontainer 4bab9517f3 = too short\n").names
        #expect(names.container(Self.id) == "short")
        #expect(names.container("4bab9517f3e9" + Self.id.dropFirst(12)) == nil)
    }

    @Test func `a container without a name is called after its pod`() {
        let names = read("pod ab12-cd = shop/db-0\n").names
        var identity = GroupIdentity(kind: "container")
        identity.podUID = "ab12-cd"
        identity.containerID = Self.id
        #expect(names.title(of: identity) == "shop/db-0 (4bab9517f3e8)")
        identity.containerID = nil
        #expect(names.title(of: identity) == "shop/db-0")
        #expect(GivenNames().title(of: identity) == nil)
    }

    @Test(arguments: [
        ("pod x y", "there is no ="), ("pod = x", "expected a kind and an id"), ("pod a b = x", "expected a kind"),
        ("pods a = x", "unknown kind “pods”"), ("pod a =", "no name behind the ="), ("job 1 = a\u{1B}[0m", "control"),
        ("job 1 = \(String(repeating: "x", count: 257))", "longer than 256"),
    ])
    func `a bad line is told of with file and line, and the others count`(line: String, problem: String) throws {
        let reader = read("job 1 = first\n\(line)\njob 2 = second\n")
        let found = try #require(reader.problems.first)
        #expect(reader.problems.count == 1)
        #expect(found.description.hasPrefix("/etc/numawatch/names.d/a.map:2: "))
        #expect(found.message.contains(problem))
        #expect(reader.names.job("1") == "first")
        #expect(reader.names.job("2") == "second")
    }

    @Test func `files count in order, the administrator's last, and one that cannot be read is a problem`() {
        var root = MemoryRoot(files: [
            "/etc/numawatch/names.d/b.map": "job 1 = b\n", "/etc/numawatch/names.d/c.conf": "job 2 = c\n",
            "/etc/numawatch/names.d/a.map": "job 1 = a\njob 2 = a\n", "/etc/numawatch/names.d/d.txt": "nonsense\n",
            "/run/numawatch/names.d/z.map": "job 1 = z\njob 3 = z\n", "/etc/numawatch/names.d/e.map": "job 4 = e\n",
        ])
        root.fail("/etc/numawatch/names.d/e.map", with: .permissionDenied)
        let reader = NamesReader(root)
        #expect(["1", "2", "3", "4"].map { reader.names.job($0) } == ["b", "c", "z", nil])
        #expect(reader.problems.map(\.file) == ["/etc/numawatch/names.d/e.map"])
        #expect(NamesReader(MemoryRoot()).problems.isEmpty)
    }

    @Test func `names are in force at the next round`() {
        var root = MemoryRoot.twoNodes
        var task = FakeTask(pid: 10)
        task.cgroup = "/system.slice/slurmstepd.scope/job_1/step_0"
        root.put(task)
        var engine = SamplingEngine(
            root: root, settings: SamplingSettings(), time: ManualTime(monotonicNanoseconds: 100 * secondNanoseconds),
            cost: FakeCost(), seed: 1)
        #expect(engine.collectOnce().groups.map(\.title) == [nil])
        engine.name(read("job 1 = climate\n").names)
        #expect(engine.collectOnce().groups.map(\.title) == ["climate"])
        engine.name(GivenNames())
        #expect(engine.collectOnce().groups.map(\.title) == [nil])
    }
}
