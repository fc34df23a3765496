import ArgumentParser

/// `numawatch status`: is balancing on, what does it do, what can be seen.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Whether balancing is on, what it does, and what can be seen here.")

    @OptionGroup var source: SourceOptions

    func run() async throws {
        let output = CommandOutput.standard()
        let source = try source.source()
        let document = try await source.get("/v1/status")
        guard !self.source.isJSON else {
            return try output.write(document)
        }
        let status = try Documents.decode(StatusDocument.self, from: document)
        let nodes = try Documents.decode(NodesDocument.self, from: await source.get("/v1/nodes"))
        let table = nodes.nodes?.isEmpty ?? true ? "" : "\n" + NodesReport(nodes).text(output)
        try output.write(StatusReport(status).text(output) + table)
    }
}
