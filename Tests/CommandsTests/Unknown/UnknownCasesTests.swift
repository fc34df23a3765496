import Exposition
import FixtureSupport
import LinuxSystem
import Testing
import TextOutput

@testable import Commands

/// Captured roots that were answered wrongly once: `Tests/Fixtures/cases`.
struct UnknownCasesTests {
    private static let plain = CommandOutput(widthLimit: nil, hasColour: false)

    private func source(_ name: String) throws -> LocalSource { LocalSource(root: try root(name)) }

    private func root(_ name: String) throws -> any HostRoot {
        try HostRoots.open("\(Fixture.directory)/cases/\(name).tar.xz")
    }

    @Test func `threads on CPUs that no node is known to have are on no node, not on node 0`() async throws {
        let source = try source("threads-unknown-zero")
        let request = DocumentRequest(pathValues: ["pid": 4164])
        let json = try #require(JSONValue(try await source.answer(.process, request).bytes))
        #expect(json["threads_by_node"] == nil)
        #expect(json["unlocated_thread_count"]?.number == 3)
        #expect(
            try await ProcessReport(source.process(4164)).text(Self.plain).contains("threads           3, on nodes -\n")
        )
        let list = try await source.record(.processes)
        let row = try #require(ProcessesReport(list).text(Self.plain).split(separator: "\n").last)
        // THREADS, PREFERRED, FAULTS and MIGRATED.
        #expect(row.split(separator: " ").suffix(4) == ["-", "-", "-", "-"])
    }

    @Test func `huge pages of every size are counted by node`() async throws {
        let nodes = try #require(JSONValue(try await source("hugepages-mixed").bytes(.nodes))?["nodes"]?.elements)
        for node in nodes {
            let pools = try #require(node["hugepages"]?.elements)
            #expect(pools.map { $0["page_size_bytes"]?.number } == [2_097_152, 1_073_741_824])
            #expect(pools.map { $0["total_pages"]?.number } == [512, 1])
            #expect(pools.map { $0["free_pages"]?.number } == [512, 0])
        }
        var report = try NumastatReport(
            NumastatArguments(parsing: ["-m"]), root: try root("hugepages-mixed"), pageSizeBytes: 4096)
        let text = try report.text()
        func row(_ name: String) -> [Substring] {
            text.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: " ") ?? []
        }
        #expect(row("HugePages_Total") == ["HugePages_Total", "2048.00", "2048.00", "4096.00"])
        #expect(row("HugePages_Free") == ["HugePages_Free", "1024.00", "1024.00", "2048.00"])
        #expect(row("Huge2M_Total") == ["Huge2M_Total", "1024.00", "1024.00", "2048.00"])
        #expect(row("Huge1G_Free") == ["Huge1G_Free", "0.00", "0.00", "0.00"])
        // What the kernel does not print is not a row of zeros.
        #expect(row("Active").isEmpty)
    }

    @Test func `status says that with all nodes in one tier nothing is promoted, and that demotion is off`()
        async throws
    {
        let source = try source("tiers")
        let status = try await source.record(.status)
        #expect(
            StatusReport(status).text(Self.plain).contains(
                "Tiers           all nodes (0-2) are in one tier (memory_tier4); mode 2 promotes nothing; demotion is off\n"
            ))
        let nodes = try #require(JSONValue(try await source.bytes(.nodes))?["nodes"]?.elements)
        #expect(nodes.map { $0["memory_tier"]?.number } == [4, 4, 4])
        #expect(nodes.map { $0["is_top_tier"] } == [.boolean(true), .boolean(true), .boolean(true)])
        #expect(nodes.map { $0["demotion_nodes"] } == [.array([]), .array([]), .array([])])
    }
}
