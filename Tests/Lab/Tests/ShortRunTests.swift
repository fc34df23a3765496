import Lab
import Testing

/// Real guests: what `make lab` does on all machines, on four, with the checks that a few minutes have room for.
@Suite struct ShortRunTests {
    private static let machines: [(topology: String, series: KernelSeries, checks: [String])] = [
        (
            "2-nodes", .linux612,
            ["domains", "counters", "metrics", "balancing", "ledgers", "placement", "numastat", "daemon"]
        ),
        ("4-ring", .linux61, ["domains", "sources", "daemon"]),
        ("uneven-offline", .linux612, ["domains", "daemon"]),
        (
            "packaged", .linux612,
            [
                "installed-start", "installed-reload", "installed-tracing", "installed-journal", "installed-package",
            ]
        ),
    ]

    @Test(
        "On real kernels with several nodes, all checks pass",
        .enabled(
            if: LabPaths.environment("NUMAWATCH_LAB_BINARIES") != nil,
            "NUMAWATCH_LAB_BINARIES names no directory of release programs; “make test” builds them and sets it"))
    func machines() async throws {
        let binaries = try #require(LabPaths.environment("NUMAWATCH_LAB_BINARIES"))
        let directory = try await HostFiles.makeTemporaryDirectory()
        let files = try await GuestPrograms.files(binaries, staging: "\(directory)/installed")
        let programs = try await ProgramDisk(files, in: directory)
        // Before the guests, as the kernels below.
        let userland = try await Userland.fetch()
        var runs: [LabRun] = []
        for machine in Self.machines {
            // Before the guests: two at once would both fetch it.
            _ = try await KernelPackage.fetch(machine.series)
            var topology = try TopologyFile.load(machine.topology)
            topology.checks = machine.checks
            runs.append(
                LabRun(topology: topology, series: machine.series, files: files, programs: programs, userland: userland)
            )
        }
        let rows = await LabMatrix(runs: runs).run()
        try await HostFiles.remove(directory)
        for row in rows {
            #expect(!row.isFailed, "\(LabTable.text([row]))")
        }
        for machine in Self.machines {
            // A guest that had to be booted once more says so in a row of its own.
            let made = rows.filter { $0.topology == machine.topology && $0.check != "boot" }.map(\.check)
            #expect(made.sorted() == machine.checks.sorted())
        }
    }
}
