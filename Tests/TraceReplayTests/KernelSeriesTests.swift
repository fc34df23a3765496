import BalancingModel
import FixtureSupport
import Insight
import LinuxSystem
import Testing
import TextOutput
import TraceReplay

/// Traces of kernels besides the two that the larger captures are of: what each changed is replayed as it does it.
@Suite struct KernelSeriesTests {
    /// A short capture of each series, with what it is there for.
    static let captures: [(name: String, decisions: UInt64, remote: UInt64, marks: UInt64)] = [
        // Counters of migrated pages are inherited at fork; scanner settings are sysctls.
        ("t-inherit-2n-5.10", 9023, 6154, 130),
        ("t-shared-4n-ring-6.18", 3000, 1000, 50),
        ("t-shared-2n-7.0", 6959, 2062, 161),
        // Huge pages.
        ("t-thp-2n-7.3", 363, 27, 169),
    ]

    private func replay(_ name: String, _ drive: ReplayDrive = .shadow) throws -> ReplayReport {
        var options = TraceReplay.Options(path: Fixture.directory + "/traces/\(name).trace.xz")
        options.drive = drive
        options.format = .ledger
        options.root = Fixture.archive("traces/\(name)").root
        var sink = ByteArraySink()
        return try TraceReplay.run(options, sink: &sink)
    }

    @Test("Every decision is the kernel's, in both drives", arguments: captures, ReplayDrive.allCases)
    func decisions(
        capture: (name: String, decisions: UInt64, remote: UInt64, marks: UInt64), drive: ReplayDrive
    ) throws {
        let agreement = try replay(capture.name, drive).run.agreement
        #expect(agreement.overall.total >= capture.decisions)
        #expect(agreement.remote.total >= capture.remote)
        #expect(agreement.overall.right == agreement.overall.total)
    }

    @Test("Every ledger is the kernel's, pages migrated included", arguments: captures)
    func ledgers(capture: (name: String, decisions: UInt64, remote: UInt64, marks: UInt64)) throws {
        let run = try replay(capture.name).run
        #expect(run.marks.values.total >= capture.marks)
        #expect(run.marks.values.right == run.marks.values.total)
        #expect(run.marks.preferred.right == run.marks.preferred.total)
        #expect(run.marks.group.right == run.marks.group.total)
        #expect(run.markedPages.total > capture.marks / 2)
        #expect(run.markedPages.right == run.markedPages.total)
    }

    @Test("Scanner settings that are sysctls are named as such")
    func oldSettings() throws {
        let facts = try replay("t-inherit-2n-5.10").run.machine.facts
        let delay = try #require(facts.first { $0.name == "scan delay ms" })
        #expect(delay.value == "200")
        #expect(delay.origin == "/proc/sys/kernel/numa_balancing_*")
    }
}
