import BalancingModel
import FixtureSupport
import HostReading
import Insight
import LinuxSystem
import Testing
import TextOutput
import TraceReplay
import Tracing

/// Real traces, end to end: from the packed file to the score.
///
/// To renew the golden text, run once with `NUMAWATCH_UPDATE_GOLDEN=1`.
@Suite struct CaptureTests {
    static let names = [
        "t-pingpong-policy-2n-6.12", "t-private-2n-6.1", "t-private-2n-6.12", "t-shared-2n-6.1", "t-shared-2n-6.12",
        "t-shared-4n-ring-6.12",
    ]

    private func options(_ name: String, _ drive: ReplayDrive, _ format: TraceReplay.Format) -> TraceReplay.Options {
        var options = TraceReplay.Options(path: Fixture.directory + "/traces/\(name).trace.xz")
        options.drive = drive
        options.format = format
        options.root = Fixture.archive("traces/\(name)").root
        return options
    }

    @Test(arguments: names, ReplayDrive.allCases)
    func decidesAsTheKernelDid(name: String, drive: ReplayDrive) throws {
        var sink = ByteArraySink()
        let report = try TraceReplay.run(options(name, drive, .decisions), sink: &sink)
        let agreement = report.run.agreement
        #expect(agreement.overall.total > 6000)
        #expect(agreement.unanswered == 0)
        #expect(try #require(agreement.overall.share) >= 0.9999)
        #expect(try #require(agreement.remote.share) >= 0.999)
        #expect(sink.bytes.count(where: { $0 == 0x0a }) == Int(report.diagnostics.count(of: .misplaced)))
        #expect(report.level.name == .full)
        #expect(report.diagnostics.problems.isEmpty)
        #expect(report.run.vmstat.identities.count == 4)
        #expect(report.run.vmstat.identities.allSatisfy { $0.holds })
    }

    @Test(arguments: names)
    func keepsTheLedgersTheKernelKept(name: String) throws {
        var sink = ByteArraySink()
        let report = try TraceReplay.run(options(name, .shadow, .ledger), sink: &sink)
        #expect(report.run.marks.values.total >= 8)
        #expect(try #require(report.run.marks.values.share) >= 0.99)
        #expect(try #require(report.run.marks.preferred.share) >= 0.99)
        #expect(try #require(report.run.marks.group.share) >= 0.99)
        #expect(try #require(report.run.markedPages.share) == 1)
        let migrated = report.run.vmstat.identities.first { $0.counter == "numa_pages_migrated" }
        #expect(migrated?.kernel == report.run.counters.pagesMigrated)
        for line in String(decoding: sink.bytes, as: UTF8.self).split(separator: "\n").prefix(50) {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            #expect(fields.count == 5 + report.run.machine.layout.count)
        }
    }

    /// The trace of a fixture, as events.
    private func records(_ name: String) throws -> [TraceRecord] {
        let path = Fixture.directory + "/traces/\(name).trace.xz"
        var reader = try TraceReader(FileTrace(path: path, isReopenable: true))
        var records: [TraceRecord] = []
        var some: [TraceRecord] = []
        while reader.next(into: &some) { records += some }
        return records
    }

    /// As the demand has it, and not as the program does it: what reveals a decision goes.
    private func stripped(_ records: [TraceRecord]) -> [TraceRecord] {
        var sources: [Int32: Int32] = [:]
        return records.compactMap { record in
            var record = record
            let tid = record.event.tid
            switch record.event.payload {
            case .misplacedReturn, .setPreferred, .migratePages: return nil
            case .misplaced: sources[tid] = nil
            case .migrateCheck(let source, _): sources[tid] = source
            case .hintFault(let last, let memNode, let pages, let flags, let jiffies):
                record.event.payload = .hintFault(
                    lastCPUPID: last, memNode: sources[tid] ?? memNode, pages: pages,
                    flags: flags.subtracting([.migrated, .migrateFail]), jiffies: jiffies)
            default: break
            }
            return record
        }
    }

    @Test(arguments: ["t-pingpong-policy-2n-6.12", "t-shared-4n-ring-6.12"])
    func decidesTheSameBlindWithEverythingTakenOutThatRevealsADecision(name: String) throws {
        let whole = try records(name)
        let bare = stripped(whole)
        #expect(bare.count < whole.count)
        let host = try BalancingHost.read(from: Fixture.archive("traces/\(name)").root)
        func output(_ records: [TraceRecord], _ lines: ReplayRun.Lines) throws -> [UInt8] {
            var text = FtraceTextWriter.header(entries: nil, cpus: host.layout.cpuCount)
            for record in records { FtraceTextWriter.append(record, to: &text) }
            var sink = ByteArraySink()
            _ = try ReplayDriver.run(
                MemoryTrace(text, name: name), machine: ReplayMachine(host), drive: .blind, lines: lines, sink: &sink)
            return sink.bytes
        }
        for lines in [ReplayRun.Lines.decisions, .ledger] {
            let expected = try output(whole, lines)
            let isSame = try expected == output(bare, lines)
            #expect(!expected.isEmpty)
            #expect(isSame)
        }
    }

    @Test(arguments: ["t-pingpong-policy-2n-6.12"])
    func reportsAsTheGoldenTextSays(name: String) throws {
        var sink = ByteArraySink()
        var report = try TraceReplay.run(options(name, .shadow, .report), sink: &sink)
        #expect(!sink.bytes.isEmpty)
        // The path is another wherever the tests are.
        report.name = name
        var bytes: [UInt8] = []
        report.appendText(to: &bytes, width: 100)
        let text = String(decoding: bytes, as: UTF8.self)
        let tests = String(Fixture.directory.dropLast("Fixtures".count))
        let path = "/TraceReplayTests/Golden/\(name).txt"
        if HostFacts.environmentVariable("NUMAWATCH_UPDATE_GOLDEN") != nil {
            try Output.replaceFile(tests + path.dropFirst(), with: Array(text.utf8))
        }
        let golden = try String(decoding: DirectoryRoot(tests).readBytes(path), as: UTF8.self)
        #expect(text == golden)
    }

    @Test func writesTheSameTwice() throws {
        var first = ByteArraySink()
        var second = ByteArraySink()
        try TraceReplay.run(options(Self.names[0], .shadow, .json), sink: &first)
        try TraceReplay.run(options(Self.names[0], .shadow, .json), sink: &second)
        #expect(!first.bytes.isEmpty)
        #expect(first.bytes == second.bytes)
    }

    @Test func namesAFileThatIsNoTrace() {
        var options = TraceReplay.Options(path: Fixture.directory + "/README.md")
        options.root = Fixture.archive("traces/\(Self.names[0])").root
        var sink = ByteArraySink()
        #expect(throws: TraceReplay.Failure.self) { try TraceReplay.run(options, sink: &sink) }
        options.path = Fixture.directory + "/no such file"
        #expect(throws: TraceReplay.Failure.self) { try TraceReplay.run(options, sink: &sink) }
        options.path = Fixture.directory + "/traces/\(Self.names[0]).trace.xz"
        options.root = MemoryRoot()
        #expect(throws: TraceReplay.Failure.self) { try TraceReplay.run(options, sink: &sink) }
    }

    @Test func readsTheSettingsTheTraceWasTakenWith() throws {
        let host = try BalancingHost.read(from: Fixture.archive("traces/t-shared-4n-ring-6.12").root)
        #expect(host.profile.release == KernelRelease(6, 12, 107))
        #expect(host.profile.tunables.scanPeriodMinimumMilliseconds == 200)
        #expect(host.profile.tunables.scanDelayMilliseconds == 200)
        #expect(host.profile.tick == TickRate(ticksPerSecond: 250))
        #expect(host.layout.count == 4)
        #expect(host.facts.allSatisfy { !$0.isAssumed })
    }

    @Test func saysWhatItAssumesOfAKernelThatTellsLittle() throws {
        var root = MemoryRoot()
        for (path, text) in [
            ("/sys/devices/system/cpu/possible", "0-3\n"), ("/sys/devices/system/cpu/online", "0-3\n"),
            ("/sys/devices/system/node/online", "0-1\n"), ("/sys/devices/system/node/node0/cpulist", "0-1\n"),
            ("/sys/devices/system/node/node1/cpulist", "2-3\n"), ("/proc/sys/kernel/osrelease", "6.6.1-x\n"),
        ] {
            root.addFile(path, text: text)
        }
        let host = try BalancingHost.read(from: root)
        let assumed = host.facts.filter(\.isAssumed).map(\.name)
        #expect(assumed.contains("ticks per second"))
        #expect(assumed.contains("CPUs built for"))
        #expect(assumed.contains("scan period min ms"))
        #expect(assumed.contains("distances"))
        #expect(host.layout.count == 2)
    }
}
