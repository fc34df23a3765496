import Lab
import Testing

/// Real guests: what `make lab` does on all machines, on three.
@Suite struct ShortRunTests {
    private static let machines: [(topology: String, series: KernelSeries)] = [
        ("2-nodes", .linux612), ("4-ring", .linux61), ("uneven-offline", .linux612),
    ]

    @Test(
        "On real kernels with several nodes, all checks pass",
        .enabled(
            if: LabPaths.environment("NUMAWATCH_LAB_BINARIES") != nil,
            "NUMAWATCH_LAB_BINARIES names no directory of release programs; “make test” builds them and sets it"))
    func machines() async throws {
        let binaries = try #require(LabPaths.environment("NUMAWATCH_LAB_BINARIES"))
        let directory = try await HostFiles.makeTemporaryDirectory()
        let files = try await GuestPrograms.files(binaries)
        let programs = try await ProgramDisk(files, in: directory)
        var runs: [LabRun] = []
        for machine in Self.machines {
            // Before the guests: two at once would both fetch it.
            _ = try await KernelPackage.fetch(machine.series)
            runs.append(
                LabRun(
                    topology: try TopologyFile.load(machine.topology), series: machine.series, files: files,
                    programs: programs))
        }
        let rows = await LabMatrix(runs: runs).run()
        try await HostFiles.remove(directory)
        for row in rows {
            #expect(row.isPassed, "\(LabTable.text([row]))")
        }
        for machine in Self.machines {
            #expect(rows.contains { $0.topology == machine.topology && $0.check == "domains" })
        }
    }
}
