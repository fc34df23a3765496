import ArgumentParser

/// `numawatch show PID`: everything known of one process.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One process: its memory by kind and policy, its threads, its fault ledger.")

    @OptionGroup var source: SourceOptions

    @Argument(help: "The process.")
    var pid: Int32

    func validate() throws {
        if pid < 1 {
            throw ValidationError("A process id is 1 or more.")
        }
    }

    func run() async throws {
        let output = CommandOutput.standard()
        let document = try await source.source().get("/v1/processes/\(pid)")
        guard !source.isJSON else {
            return try output.write(document)
        }
        try output.write(ProcessReport(Documents.decode(ProcessDocument.self, from: document)).text(output))
    }
}
