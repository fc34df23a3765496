import ArgumentParser
import Lab

/// `numawatch-lab`: not installed, see `Tests/Lab/README.md`.
@main struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "numawatch-lab",
        abstract: "Boot real kernels with NUMA topologies in emulation and run numawatch in them.",
        subcommands: [RunCommand.self, BootCommand.self, CaptureCommand.self, TruthCommand.self, ListCommand.self])
}

/// Options of all commands that boot something.
struct GuestOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The directory of the programs under test; else that of this program.", valueName: "path"))
    var binaries: String?

    @Option(help: ArgumentHelp("Keep what the guests left in this directory.", valueName: "path"))
    var keep: String?

    /// The programs under test, and the disk made of them.
    ///
    /// - Parameter isInstalled: Whether there are guests with systemd, in which they are installed.
    /// - Returns: Also the temporary directory to remove afterwards.
    func programs(
        isInstalled: Bool = false, adding: (inout GuestFiles) async throws(LabFailure) -> Void = { _ in }
    ) async throws(LabFailure) -> (files: GuestFiles, disk: ProgramDisk, directory: String) {
        let directory = try await HostFiles.makeTemporaryDirectory()
        var files = try await GuestPrograms.files(
            binaries ?? LabPaths.programDirectory, staging: isInstalled ? "\(directory)/installed" : nil)
        try await adding(&files)
        return (files, try await ProgramDisk(files, in: directory), directory)
    }
}

extension KernelSeries: ExpressibleByArgument {}
