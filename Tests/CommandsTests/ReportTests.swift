import Exposition
import FixtureSupport
import LinuxSystem
import Snapshots
import Testing

@testable import Commands

/// The tables of the commands, made from the very documents the socket's golden files hold: a document that changes its
/// shape fails here, before a table shows a dash for it.
///
/// To renew the golden texts, run once with `NUMAWATCH_UPDATE_GOLDEN=1`.
struct ReportTests {
    private static let plain = CommandOutput(widthLimit: nil, hasColour: false)
    private static let tests = String(Fixture.directory.dropLast("Fixtures".count))

    private func record<Record>(_ name: String, as document: PublishedDocument<Record>) throws -> Record {
        try document.read(DirectoryRoot(Self.tests).readBytes("/ExpositionTests/Golden/\(name).json"))
    }

    private func text(_ name: String, _ output: CommandOutput) throws -> String {
        switch name {
        case "status": StatusReport(try record(name, as: .status)).text(output)
        case "nodes": NodesReport(try record(name, as: .nodes)).text(output)
        case "reclaim": ReclaimReport(try record("nodes", as: .nodes)).text(output)
        case "processes": ProcessesReport(try record(name, as: .processes)).text(output)
        case "devices": DevicesReport(try record(name, as: .devices)).text(output)
        case "triage": TriageReport(try record(name, as: .triage)).text(output)
        case "groups": GroupsReport(try record(name, as: .groups)).text(output)
        case "verdict": VerdictReport(try record(name, as: .verdict), isExplained: true).text(output)
        case "verdict-group": try card(output)
        case "sources": DoctorReport(try record(name, as: .sources)).text(output)
        default: ProcessReport(try record(name, as: .process)).text(output)
        }
    }

    /// The card of one group.
    private func card(_ output: CommandOutput) throws -> String {
        var answer = try record("verdict", as: .verdict)
        answer.host = nil
        answer.groups.removeAll { $0.group != "postgresql.service" }
        answer.processes.removeAll { $0.group != "postgresql.service" }
        return VerdictReport(answer, isNamed: true).text(output)
    }

    static let names = [
        "verdict", "verdict-group", "status", "nodes", "reclaim", "devices", "processes", "groups", "triage", "sources",
        "process", "process-sampled",
    ]

    // The mode, and how the sentence ends.
    @Test(
        arguments: [
            (nil, "is not known"), (0, "is taken before a node's own is reclaimed"),
            (1, "is reclaimed before that of others is taken"), (7, "; pages are written out and unmapped for it"),
            (2, "; pages are written out for it"), (8, "is taken before a node's own is reclaimed"),
        ] as [(Int?, String)])
    func `what vm.zone_reclaim_mode does is said`(mode: Int?, end: String) {
        #expect(ReclaimReport.sentence(mode).hasSuffix(end))
    }

    @Test(arguments: names)
    func `a table is as its golden text says`(name: String) throws {
        let text = try text(name, Self.plain)
        let path = "/CommandsTests/Golden/\(name).txt"
        if HostFacts.environmentVariable("NUMAWATCH_UPDATE_GOLDEN") != nil {
            try Output.replaceFile(Self.tests + path.dropFirst(), with: Array(text.utf8))
        }
        #expect(try text == String(decoding: DirectoryRoot(Self.tests).readBytes(path), as: UTF8.self))
    }

    @Test(arguments: ["nodes", "processes", "groups"])
    func `a table fits the terminal where its columns can give way`(name: String) throws {
        let text = try text(name, CommandOutput(widthLimit: 120, hasColour: false))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
        #expect(!text.isEmpty)
    }

    @Test(arguments: names)
    func `colour adds nothing but escapes and is absent without a terminal`(name: String) throws {
        let coloured = try text(name, CommandOutput(widthLimit: nil, hasColour: true))
        var stripped = ""
        var isEscape = false
        for character in coloured {
            if character == "\u{1B}" { isEscape = true }
            if !isEscape { stripped.append(character) }
            if isEscape, character == "m" { isEscape = false }
        }
        #expect(try stripped == text(name, Self.plain))
        #expect(try !text(name, Self.plain).contains("\u{1B}"))
    }
}
