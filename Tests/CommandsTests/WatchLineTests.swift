import Exposition
import Snapshots
import Testing

@testable import Commands

struct WatchLineTests {
    /// The status of a round.
    static func status(_ sequence: Int, processes: Int, rates: [String: Double]) -> StatusAnswer {
        var status = StatusAnswer()
        status.round.sequence = UInt64(sequence)
        // 2026-11-21T04:05:00Z
        status.round.wallClockNanoseconds = (1_795_233_900 + UInt64(sequence)) * 1_000_000_000
        status.host.processCount = processes
        status.host.threadCount = 20
        status.host.vmstat = [.init(name: "numa_hint_faults", value: 100)]
        status.host.vmstatRates = rates.map { .init(name: $0.key, perSecond: $0.value) }
        return status
    }

    @Test func `a line has the clock, the rates and the change of processes`() throws {
        let rates: [String: Double] = [
            "numa_hint_faults": 200, "numa_hint_faults_local": 150, "numa_pages_migrated": 0,
        ]
        let line = WatchLine.text(
            from: Self.status(1, processes: 10, rates: rates), to: Self.status(2, processes: 12, rates: rates))
        #expect(line.hasPrefix("04:05:02"))
        #expect(line.contains(" 200 ") && line.contains("75 %") && line.contains("12 (+2)") && line.contains("20 (+0)"))
        // PTE updates are not among the rates: unknown, not zero.
        #expect(line.split(separator: " ").contains("-"))
    }

    @Test func `a document of another version is refused with advice`() throws {
        do {
            _ = try Answer(.status, bytes: Array("{}".utf8)).record()
            Issue.record("an empty document was taken")
        } catch {
            #expect(error.status == .software && error.remedy != nil)
        }
    }
}
