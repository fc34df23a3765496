import ArgumentParser
import TextOutput

/// `numawatch ps`: the processes, where their memory and threads are, and what the kernel prefers.
struct PsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps",
        abstract: "The processes: where their memory and threads are, and which node the kernel prefers for them.",
        discussion: """
            MEMORY, THREADS and PREFERRED list amounts by node (0:1.2G 1:40M). A memory column that ends in ~ is an \
            estimate from a sample; “numawatch show PID” gives its confidence interval. A dash stands for what could not \
            be read. FAULTS are the kernel's decayed averages of hint-fault pages by node.
            """)

    @OptionGroup var source: SourceOptions

    @Option(
        help:
            "The order: resident_bytes, cpu_seconds, thread_count, migrated_pages, tasks_off_preferred_node_count, pid, command or group."
    )
    var sort = "resident_bytes"

    @Option(help: "Only those whose command or group holds this, or the one with this pid.")
    var filter: String?

    @Option(help: "At most so many.")
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit wants a number of 1 or more.")
        }
    }

    func run() async throws {
        let output = CommandOutput.standard()
        var target = "/v1/processes?sort=\(Query.encoded(sort))"
        if let filter {
            target += "&filter=\(Query.encoded(filter))"
        }
        if let limit {
            target += "&limit=\(limit)"
        }
        let document = try await source.source().get(target)
        guard !source.isJSON else {
            return try output.write(document)
        }
        try output.write(ProcessesReport(Documents.decode(ProcessesDocument.self, from: document)).text(output))
    }
}

/// The text of `numawatch ps`.
struct ProcessesReport {
    private let document: ProcessesDocument

    init(_ document: ProcessesDocument) {
        self.document = document
    }

    func text(_ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("PID", .trailing), .init("COMMAND", isFlexible: true), .init("GROUP", isFlexible: true),
                .init("THR", .trailing), .init("CPU", .trailing), .init("RSS", .trailing),
                .init("MEMORY", isFlexible: true), .init("THREADS", isFlexible: true), .init("PREFERRED"),
                .init("FAULTS", isFlexible: true), .init("MIGRATED", .trailing),
            ], widthLimit: output.widthLimit)
        for process in document.processes {
            table.add(Self.cells(process))
        }
        var text = table.render()
        if document.listedCount < document.matchedCount {
            text += "(\(document.listedCount) of \(document.matchedCount))\n"
        }
        return text
    }

    private static func cells(_ process: ProcessDocument) -> [String] {
        let isSample = process.placement?.provenance == "estimated"
        let memory =
            process.placement.map { placement in
                Quantity.bytesByNode(placement.allBytesByNode) + (isSample ? " ~" : "")
                    + (placement.damage.map { " (\($0))" } ?? "")
            }
            ?? Quantity.unknown + (process.placementGap.map { " (\($0))" } ?? "")
        let faults = process.ledger.map { ledger in
            Quantity.countsByNode(
                ledger.privatePagesByNode.merging(ledger.sharedPagesByNode, uniquingKeysWith: +), none: "none")
        }
        return [
            "\(process.pid)", process.command, process.group, "\(process.threadCount)",
            Quantity.time(process.cpuSeconds),
            Quantity.bytes(process.residentBytes), memory,
            Quantity.countsByNode(process.threadsByNode, unlocated: process.unlocatedThreadCount),
            process.ledger.map { Quantity.countsByNode($0.tasksByPreferredNode, none: "none") } ?? Quantity.unknown,
            faults ?? Quantity.unknown, Quantity.count(process.ledger?.migratedPages),
        ]
    }
}

/// Text for the query of a request target.
enum Query {
    /// Percent encoding of everything but letters, digits and `-._~`.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%" + String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
            }
        }
        return result
    }
}
