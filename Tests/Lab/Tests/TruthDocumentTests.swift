import FixtureSupport
import Lab
import Testing

@Suite struct TruthDocumentTests {
    /// A row whose accesses are local to a share, published with an error.
    private func row(
        _ kernel: String, _ seed: String, local: UInt64, published: Double, verdict: String? = nil
    ) throws -> TruthRow {
        func figures(_ local: UInt64) throws -> TruthFigures {
            let table = try TruthTable(
                parsing: """
                    numawatch-truth version=1 cpus=6 nodes=2 lines=1 delay=0
                    mark seed=a run=a window=1
                    vcpu cpu=3 user=1000000 kernel=1000
                    root name=task_numa_work entries=1 instructions=100100
                    data cpu=3 node=1 slot=1 reads=\(local) writes=0 fills=\(local)
                    data cpu=3 node=0 slot=1 reads=\(1_000_000 - local) writes=0 fills=\(1_000_000 - local)
                    end thread_ns=0 lost=0
                    """, file: "t")
            return TruthFigures(table.marks, on: TruthMachine.twoNodes.topology)
        }
        var publication = TruthPublication()
        publication.locality = .init(
            ratio: published, low: published - 0.1, high: published + 0.1, isPublished: true)
        publication.verdict = verdict
        publication.cost = .init(ratio: 0.06, low: 0.03, high: 0.09)
        var row = TruthRow(kernel: kernel, seed: seed)
        row.add(try figures(local), SeedLines(""), publication, isOn: true)
        row.add(try figures(0), SeedLines(""), TruthPublication(), isOn: false)
        return row
    }

    @Test("Lines have what was counted, what was published, and how far it is off; misses are named")
    func lines() throws {
        var document = TruthDocument()
        document.renew([
            try row("6.12.118+deb13-amd64", "private", local: 900_000, published: 0.93, verdict: "helping"),
            try row("6.12.118+deb13-amd64", "bound", local: 200_000, published: 0.38),
        ])
        let text = document.text()
        #expect(
            text.contains(
                "| 6.12.118+deb13-amd64 | private | on | 1000000 | 90.0 | 90.0 | 0.1 | 10.0 | - | - | - | - | 93.0 "
                    + "| 83.0–103.0 | +3.0 | yes |\n"))
        #expect(text.contains("| 6.12.118+deb13-amd64 | private | off | 1000000 | 0.0 |"))
        #expect(text.contains("| 38.0 | 28.0–48.0 | +18.0 | NO |\n"))
        #expect(
            text.contains(
                "within 5 points of the truth in 1 of 2 lines; not: bound with balancing on on 6.12.118+deb13-amd64.\n")
        )
        #expect(text.contains("within the published bounds in 1 of 2 lines; not: bound with balancing on on 6.12"))
        #expect(text.contains("| faster | helping | yes | yes |\n"))
        #expect(
            text.contains(
                "| 6.12.118+deb13-amd64 | private | 10.0 | 0.0 | 0.0 | 0.0 | 6.0 | 3.0–9.0 | - | - | - |\n"))
        #expect(text.contains("Not run: on 6.1: private, right,"))
    }

    @Test("A document is what its own lines are written as, and a run renews those of its kernels and seeds alone")
    func renewal() throws {
        var document = TruthDocument()
        document.renew([
            try row("7.3.4+deb13-amd64", "private", local: 1, published: 0),
            try row("6.1.0-57-amd64", "pingpong", local: 1, published: 0),
            try row("6.1.0-57-amd64", "private", local: 1, published: 0),
        ])
        #expect(TruthDocument(parsing: document.text()) == document)
        #expect(document.times.map { $0.cells[1] } == ["private", "pingpong", "private"])
        document.renew([try row("6.1.0-58-amd64", "private", local: 5, published: 0)])
        #expect(
            document.counts.map { "\($0.cells[0]) \($0.cells[1]) \($0.cells[2])" } == [
                "6.1.0-58-amd64 private on", "6.1.0-58-amd64 private off", "6.1.0-57-amd64 pingpong on",
                "6.1.0-57-amd64 pingpong off", "7.3.4+deb13-amd64 private on", "7.3.4+deb13-amd64 private off",
            ])
    }

    @Test("A difference of time within the noise is none; a verdict that says another sign is not right")
    func signs() throws {
        let faster = try row("6.12", "private", local: 900_000, published: 0.9, verdict: "hurting")
        #expect(faster.sign == .faster && faster.isSignRight == false && faster.timeNoise == nil)
        let same = try row("6.12", "right", local: 0, published: 0, verdict: "converged")
        #expect(same.sign == .same && same.isSignRight == nil)
        var noisy = faster
        for run in same.on { noisy.add(run.figures, run.lines, run.publication, isOn: true) }
        // One run gains 38 %, the other nothing: that is no difference.
        #expect(noisy.sign == .same)
    }

    @Test("docs/truth.md is what its own lines are written as")
    func whole() throws {
        let text = String(decoding: try HostFiles.read(TruthDocument.path), as: UTF8.self)
        #expect(TruthDocument(parsing: text).text() == text)
    }
}
