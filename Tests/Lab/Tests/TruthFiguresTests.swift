import FixtureSupport
import Lab
import Testing
import TextOutput

@Suite struct TruthFiguresTests {
    private func figures() throws -> TruthFigures {
        let table = try TruthTable(parsing: TruthTableTests.text, file: "t")
        return TruthFigures(table.windows(of: "private-on-1"), on: TruthMachine.twoNodes.topology)
    }

    @Test("Accesses to the seed's data count from its first window on, local where the CPU is on the memory's node")
    func accesses() throws {
        let figures = try figures()
        #expect(figures.accesses == 20 + 60 + 80)
        #expect(figures.localShare == 140.0 / 160)
        #expect(figures.localFillShare == 50.0 / 60)
        #expect(figures.cpus == [3])
    }

    @Test("Instructions are those of the CPUs that used the data; a move is one though two functions make it")
    func instructions() throws {
        let figures = try figures()
        #expect((figures.userInstructions, figures.kernelInstructions) == (2000, 420))
        #expect(figures.kernelShare == 0.21)
        #expect(figures.instructions == [.arming: 100, .faulting: 60, .moving: 220])
        #expect(figures.entries == [.arming: 2, .faulting: 6, .moving: 5])
        #expect(figures.balancingShare == 380.0 / 2420)
        #expect(figures.lost == 1)
        #expect(abs(figures.seconds - (2420 * 0.5e-9 + 50 * 80e-9 + 10 * 140e-9)) < 1e-15)
    }

    @Test("Without windows nothing is known")
    func none() {
        let figures = TruthFigures([], on: TruthMachine.twoNodes.topology)
        #expect(figures.localShare == nil && figures.localFillShare == nil && figures.kernelShare == nil)
        #expect(figures.accesses == 0)
    }

    @Test("The number of accesses follows from the seed alone")
    func expected() throws {
        func accesses(_ name: String) throws -> UInt64 {
            try #require(TruthSeed.all.first { $0.name == name })
                .accesses(TruthWork(rounds: 300, windows: 3, repeats: 1))
        }
        // Sweeps · pages · lines · (load and store).
        #expect(try accesses("private") == 900 * 2048 * 8 * 2)
        #expect(try accesses("pingpong") == 2 * 450 * 2048 * 8 * 2)
        #expect(try accesses("bound") == 900 * (2048 + 512) * 8 * 2)
        #expect(try accesses("four") == 4 * 450 * 1024 * 8 * 2)
    }

    @Test("What balancing is switched to changes by turns, so that what changes with time strikes both")
    func turns() throws {
        let seed = try #require(TruthSeed.all.first)
        let runs = TruthRun.runs(of: seed, TruthWork(rounds: 1, windows: 1, repeats: 2))
        #expect(runs.map(\.name) == ["private-on-1", "private-off-1", "private-off-2", "private-on-2"])
        #expect(runs.map(\.isOn) == [true, false, false, true])
    }

    @Test("Where the memory of a node begins is told to the plugin as it sees it, and a comma is written twice")
    func argument() {
        let topology = TruthMachine.twoNodes.topology
        #expect(
            TruthPlugin(path: "/a,b/p.so").argument(for: topology, table: "/t", delay: 7)
                == "/a,,b/p.so,out=/t,nodes=0:20000000,cpus=0:0:0:1:1:1,lines=32768,delay=7")
        #expect(TruthMachine.twoNodes.otherCPUs == "24")
        #expect(TruthMachine.fourNodes.otherCPUs == "aa")
    }

    @Test("Counters of the kernel are those between the two lines; shares of what did not happen are not known")
    func lines() {
        let lines = SeedLines(
            """
            pinned locked=yes long_term=no
            vmstat when=before time_ns=5 numa_hint_faults=10 numa_hint_faults_local=4
            window number=1
            vmstat when=after time_ns=9 numa_hint_faults=30 numa_hint_faults_local=9
            """)
        #expect(lines.counters["numa_hint_faults"] == 20)
        #expect(lines.localFaultShare == 0.25)
        #expect(lines.isPinned == false)
        #expect(SeedLines("").localFaultShare == nil)
    }

    private static func document(_ seconds: (Double, Double), _ bytes: (Int, Int), _ more: String = "") -> JSONValue? {
        JSONValue(
            Array(
                """
                {"cpu_by_node": {"cpu_seconds_by_node": {"0": \(seconds.0), "1": \(seconds.1)}},
                 "placement": {"bytes_by_node": {"0": \(bytes.0), "1": \(bytes.1)}}\(more)}
                """.utf8))
    }

    @Test("Published locality is that of the rounds by their CPU time; where there is none it is made of its parts")
    func published() throws {
        let plain = [Self.document((0, 0), (8, 0)), Self.document((3, 1), (2, 6)), Self.document((3, 1), (2, 6))]
            .compactMap { $0 }
        let product = try #require(TruthPublication(documents: plain, verdicts: []).locality)
        #expect(!product.isPublished)
        #expect((product.ratio, product.low, product.high) == (0.375, 0, 0.5))
        func told(_ ratio: Double) -> String { ", \"locality\": {\"ratio\": \(ratio), \"low\": 0.1, \"high\": 0.9}" }
        let documents = [
            Self.document((0, 0), (1, 1), told(0)), Self.document((1, 0), (1, 1), told(0.5)),
            Self.document((1, 3), (1, 1), told(0.7)),
        ].compactMap { $0 }
        let answers = [
            "{\"processes\": [{\"verdict\": \"neutral\"}]}",
            "{\"processes\": [{\"verdict\": \"hurting\", \"causes\": [\"storm\"]}]}",
            "{\"error\": \"no such process\"}",
        ].compactMap { JSONValue(Array($0.utf8)) }
        let publication = TruthPublication(documents: documents, verdicts: answers)
        let locality = try #require(publication.locality)
        #expect(locality.isPublished && abs(locality.ratio - (0.5 + 3 * 0.7) / 4) < 1e-12)
        #expect(publication.verdict == "hurting" && publication.detections == ["storm"])
        let nothing = TruthPublication(documents: [], verdicts: answers.suffix(1))
        #expect(nothing.locality == nil && nothing.verdict == nil)
    }
}
