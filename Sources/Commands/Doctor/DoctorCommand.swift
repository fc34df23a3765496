import ArgumentParser
import TextOutput

/// `numawatch doctor`: what can be read here, what not, and what would change that.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Which kernel sources can be read here, why not the others, and what would make them readable.")

    @OptionGroup var source: SourceOptions

    func run() async throws {
        let output = CommandOutput.standard()
        let document = try await source.source().get("/v1/sources")
        guard !source.isJSON else {
            return try output.write(document)
        }
        try output.write(DoctorReport(Documents.decode(SourcesDocument.self, from: document)).text(output))
    }
}

/// The text of `numawatch doctor`.
struct DoctorReport {
    private let document: SourcesDocument

    init(_ document: SourcesDocument) {
        self.document = document
    }

    func text(_ output: CommandOutput) -> String {
        let nameWidth = document.sources.reduce(0) { max($0, $1.source.count) }
        var text = ""
        for note in document.notes ?? [] {
            text +=
                output.styled(note.kind, note.kind == "view" ? .heading : .warning) + "  \(note.text.terminalSafe)\n"
        }
        for source in document.sources {
            let (mark, emphasis): (String, CommandOutput.Emphasis) =
                switch source.state {
                case "readable": ("ok", .good)
                case "not-applicable": ("n/a", .faint)
                default: ("NO", .bad)
                }
            text += output.styled(mark, emphasis) + String(repeating: " ", count: 5 - mark.count)
            text += source.source + String(repeating: " ", count: nameWidth - source.source.count + 2)
            text += source.path.terminalSafe + "\n"
            guard source.state != "readable" else { continue }
            for (label, value) in [
                ("why", source.errnoName ?? source.reason), ("lost", source.lostWithout), ("remedy", source.remedy),
                ("tried", source.ageSeconds.map { $0 < 1 ? "just now" : "\(Quantity.time($0)) ago" }),
            ] {
                if let value {
                    text +=
                        "       \(label)" + String(repeating: " ", count: 8 - label.count) + value.terminalSafe + "\n"
                }
            }
        }
        return text
    }
}
