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
            StatusCommand.self, VerdictCommand.self, NodesCommand.self, PsCommand.self, ShowCommand.self,
            GroupsCommand.self, TriageCommand.self, NumastatCommand.self, DomainsGroupCommand.self, ExplainCommand.self,
            ReplayCommand.self,
            RecordCommand.self, SnapshotCommand.self, DoctorCommand.self, MetricsCommand.self, WatchCommand.self,
            TopCommand.self, HistoryCommand.self, ReportCommand.self, CompareCommand.self,
        ])

    package init() {}

    /// Runs the program: parses the arguments, runs the subcommand, and ends the process with the status it calls for.
    package static func start() async -> Never {
        Terminal.ignoreBrokenPipe()
        do {
            do throws(SystemFailure) {
                try HostFacts.requireOwnProcess()
            } catch {
                throw CommandFailure(.noInput, "\(error)")
            }
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            end(.success)
        } catch {
            end(status(of: error))
        }
    }

    private static func end(_ status: ExitStatus) -> Never { exit(withError: ExitCode(status.rawValue)) }

    private static func end(_ status: Int32) -> Never { exit(withError: ExitCode(status)) }

    /// Says what there is to say of the end of a command: a failure of ours, or the parser's help, version and usage errors,
    /// which it would print without looking whether they arrived.
    ///
    /// - Returns: The exit status.
    static func status(of error: any Error) -> Int32 {
        if let failure = error as? CommandFailure {
            CommandOutput.complain(failure.description)
            return failure.status.rawValue
        }
        let status = exitCode(for: error)
        let message = fullMessage(for: error)
        guard !message.isEmpty else { return status.rawValue }
        guard status.isSuccess else {
            // Its own words begin with "Error: ".
            CommandOutput.tell(message)
            return status.rawValue
        }
        do {
            try CommandOutput.standard().write(message + "\n")
            return status.rawValue
        } catch let failure as CommandFailure {
            CommandOutput.complain(failure.description)
            return failure.status.rawValue
        } catch {
            return status.rawValue
        }
    }
}
