import ArgumentParser
import Lab

/// `numawatch-lab capture TOPOLOGY`: a fixture from a guest.
struct CaptureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Boot one guest and store it as an archive for fixtures, with a trace if there is something to trace."
    )

    @Argument(help: ArgumentHelp("A topology by name, or a file by path.", valueName: "topology"))
    var topology: String

    @Option(help: ArgumentHelp("The kernel series.", valueName: "5.10 … 7.3"))
    var kernel = KernelSeries.linux612

    @Option(help: ArgumentHelp("The archive; else NAME.tar.xz here.", valueName: "file"))
    var out: String?

    @Option(
        help: ArgumentHelp("Trace these words of the guest's shell: “numawatch-workload shared”.", valueName: "words"))
    var workload: String?

    @Option(help: ArgumentHelp("When the workload is stopped.", valueName: "seconds"))
    var seconds = 60

    @OptionGroup var options: GuestOptions

    func run() async throws {
        let topology = try TopologyFile.load(topology)
        guard workload == nil || topology.architecture.runsPrograms else {
            throw ValidationError("a trace needs our programs, which do not run on \(topology.architecture.rawValue)")
        }
        let capture = LabCapture(
            topology: topology, kernel: try await KernelPackage.fetch(kernel, topology.architecture),
            workload: workload, workloadSeconds: seconds)
        let (files, programs, directory) = try await options.programs()
        let guest = Guest(
            topology: capture.topology, kernel: capture.kernel, files: files, programs: programs,
            plan: GuestPlan(steps: capture.steps))
        let path = out ?? "\(capture.name).tar.xz"
        try await guest.withResult(keptIn: options.keep) { result throws(LabFailure) in
            try capture.write(result, to: path)
        }
        try await HostFiles.remove(directory)
        CommandLineOutput.note("wrote \(path)")
    }
}
