import Exposition
import Snapshots
import Testing

@testable import Commands

@Suite("The command verdict")
struct VerdictCommandTests {
    @Test("a number is a process, everything else is a group")
    func request() {
        #expect(VerdictCommand.request(nil).target("/v1/verdict") == "/v1/verdict")
        #expect(VerdictCommand.request("12").target("/v1/verdict") == "/v1/verdict?pid=12")
        #expect(VerdictCommand.request("a b.service").target("/v1/verdict") == "/v1/verdict?group=a%20b.service")
        #expect(VerdictCommand.request("-1").target("/v1/verdict") == "/v1/verdict?group=-1")
        #expect(VerdictCommand.request("99999999999").target("/v1/verdict") == "/v1/verdict?group=99999999999")
    }

    @Test("a card is 80 columns wide, but for commands that are there to be copied")
    func width() {
        var record = VerdictRecord(.hurting)
        record.findings = [DetectionFinding(.pagePingPong, ratio: 0.07)]
        record.figures = VerdictFigures()
        var entry = VerdictEntry(.group, record)
        entry.group = "a\u{1B}[31m.service"
        let command =
            "systemctl set-property " + String(repeating: "long-", count: 20) + "name.service AllowedMemoryNodes=0"
        entry.advice = [
            Advice(
                title: "spread its memory evenly over all nodes so that no node is the slow one of them, if that helps",
                commands: [command], expected: "cost 0", limit: "none")
        ]
        let text = VerdictCard(entry, round: RoundHeader()).text(CommandOutput(widthLimit: nil, hasColour: false))
        let long = text.split(separator: "\n").filter { $0.count > 80 }
        #expect(long.count == 1 && long.allSatisfy { $0.contains(command) })
        // A name does nothing to the terminal.
        #expect(!text.contains("\u{1B}"))
    }

    @Test("watch tells of verdicts and detections once, and of nothing that happened before")
    func events() {
        func line(_ sequence: Int, _ kind: String) -> [UInt8] {
            Array(
                """
                {"type":"event","sequence":\(sequence),"time":"2026-11-21T04:05:07Z","kind":"\(kind)","severity":"warning",\
                "message":"a.service: \(kind)","fields":{}}
                """.utf8)
        }
        var events = WatchEvents(nil)
        let before = events.take([line(1, "storm"), line(2, "verdict-changed")])
        #expect(before == [])
        let told = events.take([
            line(3, "storm"), line(4, "balancing-changed"), Array("{".utf8), line(5, "verdict-changed"),
        ])
        #expect(told == ["! 04:05:07 a.service: storm", "! 04:05:07 a.service: verdict-changed"])
    }
}
