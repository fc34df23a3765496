import Lab
import LinuxSystem
import Testing

@Suite struct LabDocumentTests {
    private static let rows = [
        LabRun.Row(
            topology: "4-ring", kernel: "7.0.13+deb13-amd64", check: "domains",
            outcome: .passed("8 CPUs, 24 domains, 1 partition")),
        LabRun.Row(
            topology: "4-ring", kernel: "7.0.13+deb13-amd64", check: "replay",
            outcome: .passed(
                "shadow: 99 of 100 decisions, 20 of 20 remote, 4 of 4 marks; "
                    + "blind: 98 of 100 decisions, 19 of 20 remote, 3 of 4 marks")),
        LabRun.Row(topology: "2-nodes", kernel: "6.1.0-56-amd64", check: "domains", outcome: .failed(["a", "b"])),
        LabRun.Row(topology: "2-nodes", kernel: "6.17", check: "boot", outcome: .skipped("it is gone")),
    ]

    private func text(_ document: LabDocument) -> String {
        document.text(topologies: [LabTopology(name: "4-ring")], checks: CheckCatalogue.all)
    }

    @Test("The document has a line for each check made, and counts those that failed")
    func document() {
        var document = LabDocument()
        document.renew(Self.rows)
        let text = text(document)
        #expect(text.contains("| 2-nodes | 6.1.0-56-amd64 | domains | FAILED: 2 problems |\n"))
        #expect(text.contains("| 2-nodes | 6.17 | boot | skipped: it is gone |\n"))
        #expect(text.contains("| check | 6.1 | 6.17 | 7.0 |\n"))
        #expect(text.contains("| domains | 0 of 1 |  | 1 |\n"))
        #expect(text.hasSuffix("\n4 checks, 1 failed.\n"))
        // It reads itself back.
        #expect(LabDocument(parsing: text) == document)
    }

    @Test("A run renews the lines of its own machines and kernels; others stay, in order")
    func renewal() {
        var document = LabDocument()
        document.renew(Self.rows)
        document.renew([
            LabRun.Row(topology: "2-nodes", kernel: "6.1.0-57-amd64", check: "machine", outcome: .passed("8 CPUs")),
            LabRun.Row(topology: "2-nodes", kernel: "5.10.0-46-amd64", check: "machine", outcome: .passed("8 CPUs")),
        ])
        #expect(
            document.lines.map { "\($0.topology) \($0.kernel) \($0.check)" } == [
                "2-nodes 5.10.0-46-amd64 machine", "2-nodes 6.1.0-57-amd64 machine", "2-nodes 6.17 boot",
                "4-ring 7.0.13+deb13-amd64 domains", "4-ring 7.0.13+deb13-amd64 replay",
            ])
    }

    @Test("The tables of other documents have what was compared on each kernel that was booted")
    func tables() {
        var document = LabDocument()
        document.renew(Self.rows)
        let tables = KernelTables(document)
        #expect(tables.supported.contains("| 6.1.0-56-amd64 | 0 on 0 of 1 |  | 1, 1 failed |\n"))
        #expect(tables.supported.contains("| 7.0.13+deb13-amd64 | 8 on 1 | 99 of 100 | 2 |\n"))
        #expect(!tables.supported.contains("6.17"))
        #expect(tables.agreement.contains("| 7.0.13+deb13-amd64 | shadow | 99 of 100 | 20 of 20 | 4 of 4 |\n"))
        #expect(tables.agreement.contains("| 7.0.13+deb13-amd64 | blind | 98 of 100 | 19 of 20 | 3 of 4 |\n"))
    }

    @Test("Kernels for other CPUs are columns and rows of their own, behind those our programs run on")
    func architectures() {
        var document = LabDocument()
        document.renew(Self.rows)
        document.renew([
            LabRun.Row(
                topology: "arm64", kernel: "7.0.13+deb13-arm64", check: "domains",
                outcome: .passed("16 CPUs, 64 domains, 1 partition")),
            LabRun.Row(topology: "arm64", kernel: "6.1-arm64", check: "boot", outcome: .skipped("it is gone")),
        ])
        let text = text(document)
        #expect(text.contains("| check | 6.1 | 6.17 | 7.0 | 6.1-arm64 | 7.0-arm64 |\n"))
        #expect(text.contains("| domains | 0 of 1 |  | 1 |  | 1 |\n"))
        let tables = KernelTables(document)
        #expect(tables.supported.contains("| 7.0.13+deb13-amd64 | 8 on 1 | 99 of 100 | 2 |\n"))
        #expect(tables.supported.hasSuffix("| 7.0.13+deb13-arm64 | 16 on 1 |  | 1 |\n"))
        #expect(!tables.supported.contains("6.1-arm64"))
    }

    @Test("A block is put between its marks, and a text without them is refused")
    func marks() throws {
        let text = "a\n<!-- from docs/lab.md; make lab writes it -->\nold\n<!-- end -->\nb\n"
        let new = try KernelTables.replacing(text, with: "new\n")
        #expect(new == "a\n<!-- from docs/lab.md; make lab writes it -->\nnew\n<!-- end -->\nb\n")
        #expect(try KernelTables.replacing(new, with: "new\n") == new)
        #expect(throws: LabFailure.self) { try KernelTables.replacing("a\n", with: "new\n") }
    }

    @Test("README.md and docs/model.md have the tables of docs/lab.md", arguments: ["README.md", "docs/model.md"])
    func upToDate(_ path: String) throws {
        let text = String(decoding: try HostFiles.read(LabDocument.path), as: UTF8.self)
        let tables = KernelTables(LabDocument(parsing: text))
        let block = try #require(tables.blocks.first { $0.path == path })
        let other = String(decoding: try HostFiles.read("\(PackageTable.repository)/\(path)"), as: UTF8.self)
        #expect(try KernelTables.replacing(other, with: block.text) == other)
    }

    /// To renew what is not a result of guests, run once with `NUMAWATCH_UPDATE_GOLDEN=1`.
    @Test("docs/lab.md is what its own lines are written as")
    func whole() throws {
        let text = String(decoding: try HostFiles.read(LabDocument.path), as: UTF8.self)
        let topologies = try TopologyFile.names.map { try TopologyFile.load($0) }
        let now = LabDocument(parsing: text).text(topologies: topologies, checks: CheckCatalogue.all)
        if LabPaths.environment("NUMAWATCH_UPDATE_GOLDEN") != nil {
            return try HostFiles.write(Array(now.utf8), to: LabDocument.path)
        }
        #expect(now == text)
    }
}
