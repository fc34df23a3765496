import BalancingModel
import FixtureSupport
import LinuxSystem
import NUMATopology
import SchedDomains
import Testing

/// `docs/kernels.md` is printed from the tables of rules. To renew it, run once with `NUMAWATCH_UPDATE_GOLDEN=1`.
@Suite struct KernelRulesDocumentTests {
    @Test("The document of the kernel rules is up to date")
    func document() throws {
        let root = String(Fixture.directory.dropLast("/Tests/Fixtures".count))
        let text = Self.text()
        if HostFacts.environmentVariable("NUMAWATCH_UPDATE_GOLDEN") != nil {
            try Output.replaceFile(root + "/docs/kernels.md", with: Array(text.utf8))
        }
        #expect(try text == String(decoding: DirectoryRoot(root).readBytes("/docs/kernels.md"), as: UTF8.self))
    }

    static func text() -> String {
        var text = """
            # What differs between kernels

            Printed from the tables of rules that the product reads (`Sources/SchedDomains/DomainRule.swift`,
            `Sources/BalancingModel/Profile/KernelSwitches.swift`). A release that hides its third number
            (`6.1.0-53-amd64`) counts as the newest of its series.

            ## Scheduling domains

            | rule | holds for | source |
            |---|---|---|

            """
        for rule in DomainRule.allCases { text += row(rule.rule) }
        text += """

            ## NUMA balancing

            | rule | holds for | source |
            |---|---|---|

            """
        for entry in KernelSwitches.table { text += row(entry.rule) }
        return text
    }

    private static func row(_ rule: KernelRule) -> String {
        let ranges = rule.ranges.map(\.description).joined(separator: "; ")
        return "| \(rule.summary) | \(ranges) | \(rule.source) |\n"
    }
}
