import ArgumentParser

/// `numawatch domains`: scheduling domains and groups, as the kernel built them.
struct DomainsGroupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domains",
        abstract: "Scheduling domains and groups, as the kernel built them.",
        subcommands: [DomainsShowCommand.self, DomainsDiffCommand.self],
        defaultSubcommand: DomainsShowCommand.self)
}
