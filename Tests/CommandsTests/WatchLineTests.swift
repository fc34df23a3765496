import Testing

@testable import Commands

struct WatchLineTests {
    /// A status document of a round.
    static func document(_ sequence: Int, processes: Int, rates: String) -> [UInt8] {
        let text = """
            {"sequence":\(sequence),"time":"2026-11-21T04:05:0\(sequence)Z","age_seconds":0.5,"version":"x","online_nodes":[0,1],
             "process_count":\(processes),"thread_count":20,"balancing":{"provenance":"kernel","mode":1,"is_enabled":true},
             "vmstat":{"provenance":"kernel","counters":{"numa_hint_faults":100},"rates_per_second":{\(rates)}},
             "cost":{"cpu_limit_ratio":0.01,"cpu_ratio":0.001,"hold_limit_seconds":0.01,"hold_longest_seconds":0.001,
                     "holds_over_limit_count":0},
             "sources":{"readable_count":3,"unreadable":["schedstat"]}}
            """
        return Array(text.utf8)
    }

    private func status(_ sequence: Int, processes: Int, rates: String) throws -> StatusDocument {
        try Documents.decode(
            StatusDocument.self, from: Self.document(sequence, processes: processes, rates: rates))
    }

    @Test func `a line has the clock, the rates and the change of processes`() throws {
        let rates = "\"numa_hint_faults\":200,\"numa_hint_faults_local\":150,\"numa_pages_migrated\":0"
        let line = WatchLine.text(
            from: try status(1, processes: 10, rates: rates), to: try status(2, processes: 12, rates: rates))
        #expect(line.hasPrefix("04:05:02"))
        #expect(line.contains(" 200 ") && line.contains("75 %") && line.contains("12 (+2)") && line.contains("20 (+0)"))
        // PTE updates are not among the rates: unknown, not zero.
        #expect(line.split(separator: " ").contains("-"))
    }

    @Test func `a document of another version is refused with advice`() throws {
        do {
            _ = try Documents.decode(StatusDocument.self, from: Array("{}".utf8))
            Issue.record("an empty document was taken")
        } catch {
            #expect(error.status == .software && error.remedy != nil)
        }
    }
}
