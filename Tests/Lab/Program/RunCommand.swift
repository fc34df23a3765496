import ArgumentParser
import Lab

/// `numawatch-lab run [TOPOLOGY…]`: the matrix or a part of it.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the checks on all topologies and kernels, or on those named.")

    @Argument(help: ArgumentHelp("Topologies by name, or files by path; none: all.", valueName: "topology"))
    var topologies: [String] = []

    @Option(help: "Only this kernel series: 6.1 or 6.12.")
    var kernel: KernelSeries?

    @Option(help: ArgumentHelp("Only these checks, separated by commas.", valueName: "names"))
    var checks: String?

    @Option(help: "How many guests run at a time.")
    var jobs = 2

    @Option(help: ArgumentHelp("Write the table as a document, too.", valueName: "file"))
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
            var topology = machine
            if let only { topology.checks = (topology.checks ?? only).filter(only.contains) }
            for series in topology.kernels where kernel == nil || kernel == series {
                runs.append(
                    LabRun(
                        topology: topology, series: series, files: files, programs: programs, userland: userland,
                        keep: options.keep))
            }
        }
        // Before the guests: two at once would both fetch it.
        for series in Set(runs.map(\.series)) { _ = try await KernelPackage.fetch(series) }
        let rows = await LabMatrix(runs: runs, guestsAtOnce: max(1, jobs)).run { rows in
            for row in rows { CommandLineOutput.note(LabTable.line(row)) }
        }
        try await HostFiles.remove(directory)
        print(LabTable.text(rows), terminator: "")
        if let out {
            let text = LabTable.markdown(rows, topologies: machines, checks: CheckCatalogue.all)
            try HostFiles.write(Array(text.utf8), to: out)
        }
        if rows.isEmpty || rows.contains(where: { !$0.isPassed }) { throw ExitCode.failure }
    }
}
