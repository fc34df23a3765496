import Snapshots
import Testing

@testable import DaemonRuntime

@Suite("Patterns that mean no process")
struct UnusedPatternsTests {
    private static let hour: UInt64 = 3_600_000_000_000

    private func configuration(_ excluded: [String], traced: [String] = []) -> DaemonConfiguration {
        var configuration = DaemonConfiguration()
        configuration.placement.excludedUnits = excluded
        configuration.tracing.units = traced
        return configuration
    }

    /// The snapshot of a round at an hour, with one process in each of the cgroups.
    private func round(_ hours: UInt64, _ paths: String...) -> HostSnapshot {
        var snapshot = snapshot(atNanoseconds: hours * Self.hour)
        snapshot.processes = paths.enumerated().map { index, path in
            var process = ProcessRecord(
                identity: ProcessIdentity(pid: Int32(index + 1), startTimeTicks: 1), command: "p", groupName: "-")
            process.cgroupPath = path
            return process
        }
        return snapshot
    }

    @Test("one that means nothing for a day is told of, once, with its key")
    func tellsOnce() throws {
        let patterns = UnusedPatterns(configuration(["databse.service"], traced: ["web*"]), at: 0)
        #expect(patterns.changes(in: round(1, "/system.slice/database.service")) == [])
        #expect(patterns.changes(in: round(23, "/system.slice/web.service")) == [])
        let changes = patterns.changes(in: round(24))
        #expect(changes.map(\.event) == [.patternUnused])
        let change = try #require(changes.first)
        #expect(
            change.message
                == "ExcludeUnits=databse.service has meant no process for a day; "
                + "“numawatch groups” lists the names there are")
        #expect(change.fields.map(\.name) == ["key", "pattern"])
        #expect(change.fields.map(\.value) == ["ExcludeUnits", "databse.service"])
        #expect(patterns.changes(in: round(46)) == [])
        #expect(patterns.changes(in: round(47)).map { $0.fields.last?.value } == ["web*"])
        #expect(patterns.changes(in: round(200)) == [])
    }

    @Test("one that means something once a day is used")
    func usedNowAndThen() {
        let patterns = UnusedPatterns(configuration(["backup.service"]), at: 0)
        for day in 0..<5 as Range<UInt64> {
            #expect(patterns.changes(in: round(24 * day + 3, "/system.slice/backup.service")) == [])
            #expect(patterns.changes(in: round(24 * day + 4)) == [])
            #expect(patterns.changes(in: round(24 * day + 26)) == [])
        }
    }

    @Test("a reload begins a day for new ones, and goes on with those that stay")
    func reload() {
        let patterns = UnusedPatterns(configuration(["old"]), at: 0)
        patterns.apply(configuration(["old", "new"]), at: 20 * Self.hour)
        #expect(patterns.changes(in: round(25)).map { $0.fields.last?.value } == ["old"])
        patterns.apply(configuration(["old", "new"]), at: 26 * Self.hour)
        #expect(patterns.changes(in: round(45)).map { $0.fields.last?.value } == ["new"])
    }

    @Test("it goes to the journal and to the stream of events")
    func isReported() throws {
        let probe = ReporterProbe()
        let patterns = UnusedPatterns(configuration(["nothing"]), at: 0)
        for change in patterns.changes(in: round(24)) { probe.reporter.report(change) }
        #expect(probe.kinds == [.patternUnused])
        #expect(probe.log.events().map(\.kind) == ["pattern-unused"])
    }
}
