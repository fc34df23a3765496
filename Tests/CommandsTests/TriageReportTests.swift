import NUMATopology
import Snapshots
import Testing

@testable import Commands

@Suite("triage answers scripts by its exit status and a line")
struct TriageReportTests {
    private static func entry(_ name: String, _ state: TriageEntry.State) -> TriageEntry {
        var entry = TriageEntry(group: name)
        guard state != .unknown else { return entry }
        entry.allowedCPUNodes = []
        entry.allowedMemoryNodes = []
        entry.bytesByNode = NodeValues()
        if state == .mismatch {
            var finding = TriageFinding(.memoryDisallowed, nodes: [])
            finding.ratio = 0.5
            entry.findings = [finding]
        }
        return entry
    }

    // States of the entries, and what is made of them.
    @Test(
        arguments: [
            ([.mismatch, .ok], .negative, "1 of 2 on the wrong nodes: u0: "),
            ([.mismatch, .unknown], .negative, "1 of 2 on the wrong nodes, 1 unknown: u0: "),
            ([.unknown, .ok], .success, "none of 2 on the wrong nodes, 1 unknown"),
            ([.ok], .success, "none of 1 on the wrong nodes"),
            ([.unknown, .unknown], .unknown, "nothing is known of where these 2 may be"),
            ([], .unknown, "nothing is known of where anything may be"),
        ] as [([TriageEntry.State], Commands.ExitStatus, String)])
    func answer(states: [TriageEntry.State], status: Commands.ExitStatus, line: String) {
        let entries = states.enumerated().map { Self.entry("u\($0.offset)", $0.element) }
        let answer = TriageAnswer(round: RoundHeader(), entries: entries)
        #expect(answer.exitStatus == status)
        #expect(TriageReport(answer).summary.hasPrefix(line))
    }
}
