import Lab
import Testing

/// A real guest whose accesses are counted: what `make truth` does with all seeds on three kernels, with two on one.
@Suite struct TruthShortRunTests {
    private static let seeds: Set<String> = ["private", "bound"]
    /// Four seconds of the guest's: the first scan of 8 MiB begins after a fifth of a second.
    private static let work = TruthWork(rounds: 100, windows: 5, repeats: 1)

    @Test(
        "Counted access by access, balancing brings private memory home and leaves bound memory where it is",
        .enabled(
            if: LabPaths.environment("NUMAWATCH_LAB_BINARIES") != nil,
            "NUMAWATCH_LAB_BINARIES names no directory of release programs; “make test” builds them and sets it"),
        .enabled(
            if: LabPaths.environment("NUMAWATCH_TRUTH") != nil,
            "NUMAWATCH_TRUTH is not set: beside other tests counting takes longer than all of them; “make truth” counts"
        ),
        .enabled("the emulator or the compiler cannot count accesses") { await TruthPlugin.obstacle() == nil })
    func seeds() async throws {
        let binaries = try #require(LabPaths.environment("NUMAWATCH_LAB_BINARIES"))
        let directory = try await HostFiles.makeTemporaryDirectory()
        let files = try await GuestPrograms.files(binaries)
        let run = TruthRun(
            machine: .twoNodes, series: .linux612, seeds: TruthSeed.all.filter { Self.seeds.contains($0.name) },
            work: Self.work, files: files, programs: try await ProgramDisk(files, in: directory),
            plugin: try await TruthPlugin.build(in: directory))
        let outcome = await TruthMatrix(runs: [run]).run()
        try await HostFiles.remove(directory)
        // Counts are exact: the number of accesses, and the node of memory that is bound to one.
        #expect(outcome.problems == [])
        let rows = Dictionary(outcome.rows.map { ($0.seed, $0) }, uniquingKeysWith: { first, _ in first })
        let own = try #require(rows["private"]), bound = try #require(rows["bound"])
        let (on, off) = (try #require(own.on.first).figures, try #require(own.off.first).figures)
        let local = try #require(on.localShare)
        #expect(off.localShare == 0 && local > 0.5)
        #expect(on.entries[.moving, default: 0] >= 2048)
        #expect(off.entries[.moving, default: 0] == 0)
        // A fifth is the little data at hand; the rest is bound to the other node.
        for run in bound.on + bound.off { #expect(run.figures.localShare == 0.2) }
        // Where threads stay, what is published holds the truth.
        for run in own.on + own.off + bound.on + bound.off {
            let locality = try #require(run.publication.locality)
            #expect(locality.low <= locality.ratio && locality.ratio <= locality.high)
        }
    }
}
