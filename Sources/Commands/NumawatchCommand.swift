package import ArgumentParser
import Exposition
import LinuxSystem

/// The `numawatch` command line.
package struct NumawatchCommand: AsyncParsableCommand {
    /// The version of the program; the daemon has the same.
    package static let version = ProductVersion.current

    package static let configuration = CommandConfiguration(
        commandName: "numawatch",
        abstract: "Watches automatic NUMA balancing: where memory and threads are, and what the kernel does about it.",
        discussion: """
            Asks the daemon numawatchd; with --local it reads this host itself, with --root a captured one.

            EXIT STATUS
            \(ExitStatus.allCases.map { "  \($0.rawValue)\t\($0.explanation)" }.joined(separator: "\n"))
            """,
        version: version,
        subcommands: [
            StatusCommand.self, NodesCommand.self, PsCommand.self, ShowCommand.self, GroupsCommand.self,
            NumastatCommand.self, DomainsGroupCommand.self, ExplainCommand.self, ReplayCommand.self,
            RecordCommand.self, SnapshotCommand.self, DoctorCommand.self, MetricsCommand.self, WatchCommand.self,
        ])

    package init() {}

    /// Runs the program: parses the arguments, runs the subcommand, and ends the process with the status it calls for.
    package static func start() async -> Never {
        Terminal.ignoreBrokenPipe()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(withError: ExitCode.success)
        } catch let failure as CommandFailure {
            CommandOutput.complain(failure.description)
            exit(withError: ExitCode(failure.status.rawValue))
        } catch {
            // Help, version and usage errors are the parser's; their status for usage is 64 as well.
            exit(withError: error)
        }
    }
}
