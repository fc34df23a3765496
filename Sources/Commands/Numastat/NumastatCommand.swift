import ArgumentParser
import LinuxSystem
import TextOutput

/// `numawatch numastat`: the tables people know, from the kernel's files.
struct NumastatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "numastat", abstract: "The tables of numactl's numastat (-c -m -n -p -s -v -z).",
        // The letters are numastat's own, parsed by NumastatArguments.
        helpNames: [])

    @Argument(parsing: .captureForPassthrough, help: "See “numawatch numastat --help”.")
    var arguments: [String] = []

    func run() throws {
        let arguments = try NumastatArguments(parsing: arguments)
        let output = CommandOutput.standard()
        if arguments.showsHelp {
            return try output.write(NumastatArguments.help)
        }
        if arguments.showsVersion {
            return try output.write("numawatch numastat version \(NumawatchCommand.version)\n")
        }
        let root =
            try arguments.rootPath.map { path throws(CommandFailure) in try HostRoots.open(path) }
            ?? HostRoots.patientLive
        var report = try NumastatReport(arguments, root: root, pageSizeBytes: UInt64(HostFacts.pageSizeBytes))
        try output.write(arguments.isJSON ? report.json() : Array(report.text().utf8))
        for note in report.notes {
            CommandOutput.complain(note.terminalSafe)
        }
        for complaint in report.complaints {
            CommandOutput.complain(complaint.description)
        }
        if let first = report.complaints.first(where: { $0.status != .success }) {
            throw ExitCode(first.status.rawValue)
        }
        // One that keeps its memory locked is no failure beside others that are shown.
        if !report.complaints.isEmpty, report.shownProcessCount == 0 {
            throw ExitCode(ExitStatus.noInput.rawValue)
        }
    }
}
