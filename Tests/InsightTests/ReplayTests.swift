import BalancingModel
import Insight
import Testing
import TextOutput
import Tracing

/// Generated traces through the whole replay.
@Suite struct ReplayTests {
    private static let shape = SyntheticTrace.Shape(
        faults: 3_000, tasks: 40, nodes: 4, cpusPerNode: 2, threadsPerProcess: 8)

    private func text(_ records: some Sequence<TraceRecord>) -> [UInt8] {
        var bytes = FtraceTextWriter.header(entries: nil, cpus: 8)
        for record in records { FtraceTextWriter.append(record, to: &bytes) }
        return bytes
    }

    private func run(
        _ bytes: [UInt8], _ drive: ReplayDrive = .shadow, _ lines: ReplayRun.Lines = .none, chunkBytes: Int = 1 << 16,
        canReopen: Bool = true, machine: ReplayMachine? = nil
    ) throws -> (report: ReplayReport, output: String) {
        var sink = ByteArraySink()
        let trace = MemoryTrace(bytes, name: "t", chunkBytes: chunkBytes, canReopen: canReopen)
        let report = try ReplayDriver.run(trace, machine: machine, drive: drive, lines: lines, sink: &sink)
        return (report, String(decoding: sink.bytes, as: UTF8.self))
    }

    @Test(arguments: ReplayDrive.allCases)
    func writesOneDecisionForEachMisplacedEventInStreamOrder(drive: ReplayDrive) throws {
        let records = Array(SyntheticTrace(Self.shape))
        let expected = records.compactMap { record -> String? in
            guard case .misplaced(let address) = record.event.payload else { return nil }
            return "\(record.stamp)\t\(record.event.tid)\t0x\(String(address, radix: 16))"
        }
        let (report, output) = try run(text(records), drive, .decisions)
        let lines = output.split(separator: "\n")
        #expect(lines.map { $0.split(separator: "\t").prefix(3).joined(separator: "\t") } == expected)
        #expect(report.run.faults.faults == 3_000)
        #expect(report.run.faults.byCPUNode.reduce(0, +) == 3_000)
        #expect(report.run.faults.rules.allSatisfy { $0.outcomes.reduce(0, +) == $0.faults })
    }

    @Test func doesNotChangeBlindDecisionsWhenWhatRevealsThemIsStripped() throws {
        let records = Array(SyntheticTrace(Self.shape))
        var sources: [Int32: Int32] = [:]
        let stripped = records.compactMap { record -> TraceRecord? in
            var record = record
            switch record.event.payload {
            case .misplacedReturn, .setPreferred, .migratePages: return nil
            case .misplaced: sources[record.event.tid] = nil
            case .migrateCheck(let source, _): sources[record.event.tid] = source
            case .hintFault(let last, let memNode, let pages, let flags, let jiffies):
                record.event.payload = .hintFault(
                    lastCPUPID: last, memNode: sources[record.event.tid] ?? memNode, pages: pages,
                    flags: flags.subtracting([.migrated, .migrateFail]), jiffies: jiffies)
            default: break
            }
            return record
        }
        let machine = try run(text(records)).report.run.machine
        for lines in [ReplayRun.Lines.decisions, .ledger] {
            let whole = try run(text(records), .blind, lines, machine: machine)
            let bare = try run(text(stripped), .blind, lines, machine: machine)
            #expect(!whole.output.isEmpty)
            #expect(whole.output == bare.output)
        }
    }

    @Test(arguments: [1000, 4097])
    func givesTheSameWhateverTheChunks(chunkBytes: Int) throws {
        let bytes = text(SyntheticTrace(Self.shape))
        let chunked = try run(bytes, .shadow, .ledger, chunkBytes: chunkBytes)
        let whole = try run(bytes, .shadow, .ledger)
        #expect(!whole.output.isEmpty)
        #expect(chunked.output == whole.output)
    }

    @Test func concludesTheMachineAndSaysSo() throws {
        let (report, _) = try run(text(SyntheticTrace(Self.shape)))
        #expect(report.run.machine.layout.nodeNumbers == [0, 1, 2, 3])
        #expect(report.caveats.contains { $0.hasPrefix("assumed: kernel") })
        #expect(throws: ReplayDriver.Failure.self) { try run(text(SyntheticTrace(Self.shape)), canReopen: false) }
    }

    @Test func replaysAPipeWithoutLookingAhead() throws {
        let bytes = text(SyntheticTrace(Self.shape))
        let machine = try run(bytes).report.run.machine
        let (report, _) = try run(bytes, canReopen: false, machine: machine)
        #expect(!report.lookAhead.wasPossible)
        #expect(report.run.faults.faults == 3_000)
        #expect(report.caveats.contains { $0.hasPrefix("no look ahead") })
    }

    @Test func survivesLossesReusedThreadIDsAndTimesThatGoBack() throws {
        var records = Array(SyntheticTrace(Self.shape))
        var generator: UInt64 = 7
        for index in records.indices {
            generator = generator &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            switch generator >> 56 {
            case 0: records[index].event.payload = .lostEvents(count: 3)
            case 1: records[index].event.payload = .exit(pid: records[index].event.tid)
            case 2: records[index].event.timeNanoseconds = 5_000
            case 3: records[index].event.tid = 1_000 + Int32(truncatingIfNeeded: generator >> 20 & 31)
            default: break
            }
            if case .lostEvents = records[index].event.payload { records[index].event.tid = 0 }
            records[index].stamp.nanoseconds = records[index].event.timeNanoseconds
        }
        for drive in ReplayDrive.allCases {
            let (report, output) = try run(text(records), drive, .decisions)
            #expect(report.diagnostics.isLossy)
            #expect(output.split(separator: "\n").count == Int(report.diagnostics.count(of: .misplaced)))
            #expect(report.caveats.contains { $0.contains("events were lost") })
        }
    }

    @Test(arguments: [60, 80, 120])
    func fitsTheReportToTheTerminal(width: Int) throws {
        let (report, _) = try run(text(SyntheticTrace(Self.shape)))
        var bytes: [UInt8] = []
        report.appendText(to: &bytes, width: width)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains("Agreement with the kernel"))
        #expect(lines.contains { $0.hasPrefix("Hint faults: 3000") })
        if width >= 80 {
            #expect(lines.allSatisfy { TableFormatter.width(of: String($0)) <= max(width, 110) })
        }
    }

    @Test func reportsAnEmptyTraceWithoutFaults() throws {
        let (report, _) = try run(Array("# tracer: nop\n".utf8))
        var bytes: [UInt8] = []
        report.appendText(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self).contains("level none"))
        #expect(report.run.vmstat.identities.isEmpty)
        var json = JSONWriter()
        report.write(to: &json)
        #expect(json.bytes.first == UInt8(ascii: "{"))
    }

    @Test("A blind drive says that it cannot know which pages the kernel failed to move")
    func failures() throws {
        let bytes = text(SyntheticTrace(Self.shape))
        for drive in ReplayDrive.allCases {
            let report = try run(bytes, drive).report
            var page: [UInt8] = []
            report.appendText(to: &page, width: 100)
            let text = String(decoding: page, as: UTF8.self)
            #expect(text.contains("how many pages the kernel failed to move is not known") == (drive == .blind))
            var json = JSONWriter()
            report.write(to: &json)
            let document = String(decoding: json.bytes, as: UTF8.self)
            #expect(document.contains("\"pages_failed\"") == (drive == .shadow))
            #expect(document.contains("\"failed\"") == (drive == .shadow))
            #expect(document.contains("\"migrated\""))
        }
    }
}
