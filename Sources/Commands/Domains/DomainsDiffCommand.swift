import ArgumentParser
import DomainReports

/// `numawatch domains diff A [B]`: what differs between two hosts, or between a captured one and this one.
struct DomainsDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare the domains of two roots, or of a root with this host.",
        discussion: "The exit status is 0 when they are the same and 1 when they differ.")

    @Argument(help: "A captured root: a directory or an archive.")
    var old: String

    @Argument(help: "Another; this host if left out.")
    var new: String?

    func run() throws {
        let output = CommandOutput.standard()
        let result = DomainsCommand.diff(
            try HostRoots.open(old),
            try new.map { path throws(CommandFailure) in try HostRoots.open(path) } ?? HostRoots.live)
        try output.write(result.text)
        for note in result.notes {
            CommandOutput.complain(note)
        }
        if !result.isSuccess {
            throw ExitCode(ExitStatus.negative.rawValue)
        }
    }
}
