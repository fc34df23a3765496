import BalancingModel
import Testing
import Tracing

@Suite struct FtraceTextWriterTests {
    private func written(_ records: [TraceRecord]) -> [UInt8] {
        var bytes: [UInt8] = []
        for record in records { FtraceTextWriter.append(record, to: &bytes) }
        return bytes
    }

    @Test func writesWhatTheParserReads() {
        let records = parse(sampleTrace).records
        #expect(parse(bytes: written(records)).records == records)
    }

    @Test(arguments: [
        BalancingEvent.Payload.swapNUMA(
            .init(
                pid: 5, groupID: 4, sourceCPU: 1, sourceNode: 0, otherPID: 6, otherGroupID: 3, destinationCPU: 2,
                destinationNode: 1)),
        .skipCPUSet(pid: 7), .exec(pid: 7, oldPID: 8), .free(pid: 9), .lostEvents(count: 5), .lostEvents(count: nil),
        .skipVMA(scanOffset: 0x7f00, start: 0x1000, end: .max, reason: .pidInactive),
        .misplaced(address: .max), .misplacedReturn(target: 1023), .mark(.init(tid: 3)),
        .hintFault(lastCPUPID: .max, memNode: -1, pages: .max, flags: [.migrated, .shared], jiffies: .max),
        .vmstat([.init(name: "numa_hit", value: .max)]),
    ])
    func writesExtremes(payload: BalancingEvent.Payload) {
        let isLoss = if case .lostEvents = payload { true } else { false }
        let before = TraceRecord(
            event: BalancingEvent(timeNanoseconds: 5_000, tid: 12, cpu: 0, payload: .placement),
            stamp: .init(nanoseconds: 5_000, fractionDigits: 6))
        let record = TraceRecord(
            event: BalancingEvent(timeNanoseconds: 5_000, tid: isLoss ? 0 : .max, cpu: 4095, payload: payload),
            stamp: .init(nanoseconds: 5_000, fractionDigits: 6))
        #expect(parse(bytes: written([before, record])).records == [before, record])
    }

    @Test func writesAHeaderTheParserUnderstands() {
        let (_, diagnostics) = parse(bytes: FtraceTextWriter.header(entries: 12, cpus: 256))
        #expect(diagnostics.problems.isEmpty)
        #expect(diagnostics.entriesWritten == 12)
        #expect(diagnostics.headerCPUs == 256)
    }
}

@Suite struct SyntheticTraceTests {
    private static let shape = SyntheticTrace.Shape(faults: 5_000, tasks: 100, nodes: 8)

    @Test func hasTheShapeAskedFor() {
        var faults = 0
        var opened = 0
        var cpus: Set<Int32> = []
        var tids: Set<Int32> = []
        var last: UInt64 = 0
        for record in SyntheticTrace(Self.shape) {
            #expect(record.event.timeNanoseconds > last)
            last = record.event.timeNanoseconds
            switch record.event.payload {
            case .misplaced: opened += 1
            case .hintFault:
                faults += 1
                cpus.insert(record.event.cpu)
                tids.insert(record.event.tid)
            default: break
            }
        }
        #expect(faults == 5_000)
        #expect(opened == 5_000)
        // A thread in a thousand faults is replaced by another.
        #expect(tids.count > 50 && tids.count <= 100 + 5)
        #expect(cpus.allSatisfy { $0 >= 0 && $0 < 32 })
    }

    @Test func isTheSameForTheSameSeedAndAnotherForAnother() {
        var other = Self.shape
        other.seed = 2
        let first = Array(SyntheticTrace(Self.shape))
        #expect(first == Array(SyntheticTrace(Self.shape)))
        #expect(first != Array(SyntheticTrace(other)))
    }

    @Test func readsBackFromItsTextRecordByRecord() throws {
        var reader = try TraceReader(SyntheticTraceText(Self.shape, chunkBytes: 5_000))
        var records: [TraceRecord] = []
        var all: [TraceRecord] = []
        while reader.next(into: &records) { all += records }
        #expect(all == Array(SyntheticTrace(Self.shape)))
        #expect(reader.diagnostics.problems.isEmpty)
        #expect(reader.failure == nil)
    }

    @Test func keepsWhatWasReadBeforeASourceFailed() throws {
        var reader = try TraceReader(BrokenTrace())
        var records: [TraceRecord] = []
        var all: [TraceRecord] = []
        while reader.next(into: &records) { all += records }
        #expect(all.count == 1)
        #expect(reader.failure?.reason == "data error at byte 80")
        #expect(reader.diagnostics.count(of: .truncated) == 1)
    }

    private struct BrokenTrace: TraceSource {
        var name: String { "broken" }
        var canReopen: Bool { true }
        func open() -> TraceContent { .text(Chunks()) }

        private final class Chunks: TraceChunks {
            private var isFirst = true

            func next(into buffer: inout [UInt8]) throws(TraceSourceError) -> Bool {
                guard isFirst else {
                    throw TraceSourceError(name: "broken", reason: "data error at byte 80", isAtOpening: false)
                }
                isFirst = false
                buffer = Array("            task-12      [000] .....     0.000005: placement: (a)\n     task-12 ".utf8)
                return true
            }
        }
    }
}
