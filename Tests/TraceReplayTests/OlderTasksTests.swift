import BalancingModel
import FixtureSupport
import HostReading
import Insight
import LinuxSystem
import Testing
import TextOutput
import TraceReplay
import Tracing

/// Real traces whose first third is gone: the tasks in what is left are older than it.
@Suite struct OlderTasksTests {
    private struct Capture {
        let machine: ReplayMachine
        let kinds: EventKinds
        var records: [TraceRecord] = []

        init(_ name: String) throws {
            machine = ReplayMachine(try BalancingHost.read(from: Fixture.archive("traces/\(name)").root))
            let trace = FileTrace(path: Fixture.directory + "/traces/\(name).trace.xz", isReopenable: true)
            var reader = try TraceReader(trace)
            var survey = TraceSurvey()
            var some: [TraceRecord] = []
            while reader.next(into: &some) {
                for record in some { survey.note(record.event) }
                records += some
            }
            kinds = survey.kinds
        }

        /// Where the last two thirds begin.
        var cut: Int { records.count / 3 }

        /// What the kernel would have printed of each task there was at the cut, as a recording writes it: the model's own
        /// ledgers there, which equal the kernel's.
        func startMarks() -> [TraceRecord] {
            var options = ReplayOptions(drive: .shadow, kinds: kinds)
            options.recordsGroupFacts = false
            var replay = BalancingReplay(profile: machine.profile, layout: machine.layout, options: options)
            var processes: [Int32: Int32] = [:]
            for record in records[..<cut] {
                replay.consume(record.event)
                while replay.takeDecision() != nil {}
                replay.dropLedgerChanges()
                if case .newTask(let pid, let flags) = record.event.payload {
                    processes[pid] = flags & 0x10000 != 0 ? processes[record.event.tid] ?? record.event.tid : pid
                }
            }
            let time = records[cut]
            return replay.ledgers().map { ledger in
                var mark = BalancingEvent.LedgerMark(tid: ledger.tid)
                mark.processID = processes[ledger.tid]
                mark.isStart = true
                mark.scanSequence = Int64(ledger.scanSequence)
                mark.pagesMigrated = ledger.pagesMigrated
                mark.preferredNode = ledger.preferredNode
                mark.totalFaults = ledger.totalFaults
                mark.groupID = ledger.groupID
                mark.nodes = zip(machine.layout.nodeNumbers, ledger.nodes).map { node, share in
                    .init(
                        node: node, taskPrivate: share.privateFaults, taskShared: share.sharedFaults, groupPrivate: 0,
                        groupShared: 0)
                }
                var record = time
                record.event.tid = 1
                record.event.payload = .mark(mark)
                return record
            }
        }

        func replay(_ records: [TraceRecord]) throws -> ReplayReport {
            var text = FtraceTextWriter.header(entries: nil, cpus: machine.layout.cpuCount)
            for record in records { FtraceTextWriter.append(record, to: &text) }
            var sink = ByteArraySink()
            return try ReplayDriver.run(
                MemoryTrace(text, name: "cut"), machine: machine, drive: .shadow, lines: .none, sink: &sink)
        }
    }

    @Test(arguments: CaptureTests.names)
    func goesOnFromTheLedgersATraceBeginsWith(name: String) throws {
        let capture = try Capture(name)
        let report = try capture.replay(capture.startMarks() + capture.records[capture.cut...])
        let agreement = report.run.agreement
        #expect(agreement.overall.total > 3000)
        #expect(agreement.overall.right == agreement.overall.total)
        #expect(report.run.marks.values.right == report.run.marks.values.total)
        #expect(report.run.marks.preferred.right == report.run.marks.preferred.total)
        #expect(report.run.marks.group.right == report.run.marks.group.total)
        #expect(report.run.resynchronisingMarks > 0)
        #expect(report.run.markedPages.right == report.run.markedPages.total)
    }

    @Test(arguments: CaptureTests.names)
    func doesNotJudgeWhatRestsOnAPastNothingTells(name: String) throws {
        let capture = try Capture(name)
        // A birth among what is left shows that births were recorded.
        var birth = capture.records[capture.cut]
        birth.event.tid = 1
        birth.event.payload = .newTask(pid: 999_999, cloneFlags: 0)
        let report = try capture.replay([birth] + capture.records[capture.cut...])
        let agreement = report.run.agreement
        #expect(agreement.overall.right == agreement.overall.total)
        #expect(agreement.resynchronising.total > 0)
        #expect(report.run.marks.values.right == report.run.marks.values.total)
        var text: [UInt8] = []
        report.appendText(to: &text)
        #expect(
            String(decoding: text, as: UTF8.self)
                .contains("not judged: \(agreement.resynchronising.total) decisions"))
    }
}
