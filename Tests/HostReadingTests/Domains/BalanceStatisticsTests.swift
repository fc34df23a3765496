import HostReading
import KernelText
import NUMATopology
import SchedDomains
import Testing

/// Rates of load balancing between two readings of schedstat.
@Suite struct BalanceStatisticsTests {
    private static let hierarchy = DomainDerivation.derive(
        SyntheticTopology.make(nodes: 2, coresPerNode: 2) { $0 == $1 ? 10 : 20 }.input)

    /// A file of four CPUs with two domains each; counter n of every domain is n times `factor`.
    private func schedstat(_ factor: UInt64, spans: [String] = ["3", "f"]) throws -> Schedstat {
        var text = "version 16\ntimestamp 1\n"
        for cpu in 0..<4 {
            text += "cpu\(cpu) 0 0 0 0 0 0 0 0 0\n"
            let own = cpu < 2 ? spans[0] : "c"
            for (index, span) in [own, spans[1]].enumerated() {
                text += "domain\(index) \(span)" + (1...36).map { " \($0 * Int(factor))" }.joined() + "\n"
            }
        }
        let bytes = Array(text.utf8)
        return try Schedstat(parsing: bytes.span)
    }

    @Test("Rates are differences by time, by idle type, summed over the CPUs of a level")
    func rates() throws {
        let statistics = try #require(
            BalanceStatistics(
                from: try schedstat(1), to: try schedstat(3), seconds: 2, hierarchy: Self.hierarchy, listing: [1]))
        #expect(statistics.levels.map(\.name) == ["MC", "NUMA"])
        #expect(statistics.levels.map(\.cpuCount) == [4, 4])
        #expect(statistics.levels.map(\.distance) == [nil, 20])
        let level = statistics.levels[0]
        // Version 16 prints busy, idle, newly idle; per CPU each counter n grows by n a second.
        #expect(level.busy.attemptsPerSecond == 4)
        #expect(level.idle.attemptsPerSecond == 4 * 9)
        #expect(level.newlyIdle.failedPerSecond == 4 * 19)
        #expect(level.busy.pulledPerSecond == 4 * 5)
        #expect(level.activeAttemptsPerSecond == 4 * 25)
        #expect(level.affineMovesPerSecond == 4 * 35)
        #expect(statistics.domains.map(\.index) == [0, 1])
        #expect(statistics.domains[0].rates.busy.attemptsPerSecond == 1)
        #expect(statistics.rebuiltDomainCount == 0)
    }

    @Test("Rebuilt domains are left out and counted: another span, or counters that fell")
    func rebuilt() throws {
        let moved = try #require(
            BalanceStatistics(
                from: try schedstat(1), to: try schedstat(2, spans: ["1", "f"]), seconds: 1, hierarchy: Self.hierarchy))
        #expect(moved.rebuiltDomainCount == 2)
        #expect(moved.levels.map(\.cpuCount) == [2, 4])
        let fallen = try #require(
            BalanceStatistics(from: try schedstat(2), to: try schedstat(1), seconds: 1, hierarchy: Self.hierarchy))
        #expect(fallen.rebuiltDomainCount == 8)
        #expect(fallen.levels == [])
    }

    @Test("No time, no rates", arguments: [0, -1, Double.nan])
    func noTime(_ seconds: Double) throws {
        let reading = try schedstat(1)
        #expect(BalanceStatistics(from: reading, to: reading, seconds: seconds, hierarchy: Self.hierarchy) == nil)
    }
}
