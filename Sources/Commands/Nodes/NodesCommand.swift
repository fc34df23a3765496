import ArgumentParser
import TextOutput

/// `numawatch nodes`: what each node has, holds and does.
struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "What each node has, holds and does, and how far it is from the others.")

    @OptionGroup var source: SourceOptions

    func run() async throws {
        let output = CommandOutput.standard()
        let document = try await source.source().get("/v1/nodes")
        guard !source.isJSON else {
            return try output.write(document)
        }
        try output.write(NodesReport(Documents.decode(NodesDocument.self, from: document)).text(output))
    }
}

/// The text of `numawatch nodes`.
struct NodesReport {
    private let document: NodesDocument

    init(_ document: NodesDocument) {
        self.document = document
    }

    func text(_ output: CommandOutput) -> String {
        var table = TableFormatter(
            columns: [
                .init("NODE", .trailing), .init("CPUS", isFlexible: true), .init("BUSY", .trailing),
                .init("MEMORY", .trailing), .init("FREE", .trailing), .init("ANON", .trailing),
                .init("FILE", .trailing),
                .init("SHMEM", .trailing), .init("HIT", .trailing), .init("MISS", .trailing),
                .init("FOREIGN", .trailing),
                .init("DISTANCES", isFlexible: true),
            ], widthLimit: output.widthLimit)
        for node in document.nodes {
            let meminfo = node.meminfo ?? [:]
            let numastat = node.numastatPages ?? [:]
            table.add([
                "\(node.numaNode)", node.cpus.isEmpty ? "none" : node.cpus, Quantity.percent(node.busyRatio),
                Quantity.bytes(node.memoryTotalBytes), Quantity.bytes(node.memoryFreeBytes),
                Quantity.bytes(meminfo["AnonPages"]), Quantity.bytes(meminfo["FilePages"]),
                Quantity.bytes(meminfo["Shmem"]), Quantity.count(numastat["numa_hit"]),
                Quantity.count(numastat["numa_miss"]), Quantity.count(numastat["numa_foreign"]),
                node.distances.map { $0.map(String.init).joined(separator: " ") } ?? Quantity.unknown,
            ])
        }
        return table.render()
    }
}
