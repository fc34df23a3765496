import ArgumentParser
import Exposition
import Snapshots

/// `numawatch status`: is balancing on, what does it do, what can be seen.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Whether balancing is on, what it does, and what can be seen here.")

    @OptionGroup var source: SourceOptions

    func run() async throws {
        let output = CommandOutput.standard()
        let source = try await source.source()
        let answer = try await source.answer(.status)
        guard !self.source.isJSON else { return try output.write(answer.bytes) }
        let nodes = try await source.answer(.nodes).record()
        let table = nodes.nodes.isEmpty ? "" : "\n" + NodesReport(nodes).text(output)
        try output.write(StatusReport(answer.record()).text(output) + table)
    }
}

extension PublishedDocument<StatusAnswer> {
    /// As this program answers.
    static var status: Self { .status(version: NumawatchCommand.version) }
}
