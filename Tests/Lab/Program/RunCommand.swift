import ArgumentParser
import Lab

/// `numawatch-lab run [TOPOLOGY…]`: the matrix or a part of it.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the checks on all topologies and kernels, or on those named.")

    @Argument(help: ArgumentHelp("Topologies by name, or files by path; none: all.", valueName: "topology"))
    var topologies: [String] = []

    @Option(help: ArgumentHelp("Only this kernel series.", valueName: "5.10 … 7.3"))
    var kernel: KernelSeries?

    @Option(help: ArgumentHelp("Only these checks, separated by commas.", valueName: "names"))
    var checks: String?

    @Option(help: "How many guests run at a time.")
    var jobs = 2

    @Option(
        help: ArgumentHelp(
            "Renew this document's lines of the guests that were booted, and the tables made of docs/lab.md if it is that.",
            valueName: "file"))
    var out: String?

    @OptionGroup var options: GuestOptions

    func run() async throws {
        let only = checks.map { $0.split(separator: ",").map(String.init) }
        var machines: [LabTopology] = []
        for name in topologies.isEmpty ? TopologyFile.names : topologies {
            machines.append(try TopologyFile.load(name))
        }
        let isInstalled = machines.contains { $0.system == .systemd }
        let userland = isInstalled ? try await Userland.fetch() : nil
        let (files, programs, directory) = try await options.programs(isInstalled: isInstalled)
        var runs: [LabRun] = []
        for machine in machines {
            for series in KernelSeries.allCases where kernel == nil || kernel == series {
                var topology = machine
                // What is named is run whole.
                if topologies.isEmpty || kernel == nil {
                    guard let covered = LabCoverage.checks(of: machine, on: series) else { continue }
                    topology.checks = covered
                }
                if let only { topology.checks = (topology.checks ?? only).filter(only.contains) }
                if topology.checks == [] { continue }
                runs.append(
                    LabRun(
                        topology: topology, series: series, files: files, programs: programs, userland: userland,
                        keep: options.keep))
            }
        }
        // Before the guests: two at once would both fetch it.
        for series in KernelSeries.allCases {
            for architecture in Set(runs.filter { $0.series == series }.map(\.topology.architecture)) {
                _ = try await KernelPackage.find(series, architecture)
            }
        }
        let clock = ContinuousClock()
        let start = clock.now
        let rows = await LabMatrix(runs: runs, guestsAtOnce: max(1, jobs)).run { rows in
            for row in rows { CommandLineOutput.note(LabTable.line(row)) }
            // A run that is stopped keeps what it found. What keeps the document from being written is told at the end.
            if let out { try? renew(out, rows) }
        }
        try await HostFiles.remove(directory)
        print(LabTable.text(rows), terminator: "")
        let minutes = Int((clock.now - start) / .seconds(60))
        CommandLineOutput.note("\(runs.count) guests, \(minutes) minutes")
        if let out { try renew(out, rows) }
        if rows.isEmpty || rows.contains(where: \.isFailed) { throw ExitCode.failure }
    }

    private func renew(_ path: String, _ rows: [LabRun.Row]) throws(LabFailure) {
        let old = HostFiles.exists(path) ? String(decoding: try HostFiles.read(path), as: UTF8.self) : ""
        var document = LabDocument(parsing: old)
        document.renew(rows)
        var topologies: [LabTopology] = []
        for name in TopologyFile.names { topologies.append(try TopologyFile.load(name)) }
        let text = document.text(topologies: topologies, checks: CheckCatalogue.all)
        try HostFiles.write(Array(text.utf8), to: path)
        if path.hasSuffix("docs/lab.md") { try KernelTables(document).write() }
    }
}
