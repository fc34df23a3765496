import ArgumentParser
import Exposition

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
        let request = DocumentRequest(pathValues: [FieldName.pid.text: Int(pid)])
        let answer = try await source.source().answer(.process, request)
        guard !source.isJSON else { return try output.write(answer.bytes) }
        try output.write(ProcessReport(answer.record()).text(output))
    }
}
