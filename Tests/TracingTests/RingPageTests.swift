import BalancingModel
import FixtureSupport
import LinuxSystem
import Testing

@testable import Tracing

/// Pages of the ring buffer: what is written is found again, and damage is named instead of followed.
@Suite struct RingPageTests {
    static let events: [BalancingEvent.Payload] = [
        .hintFault(lastCPUPID: -1, memNode: 1, pages: 512, flags: [.faultLocal, .noGroup], jiffies: 4_294_897_187),
        .misplaced(address: 0x7FFF_56F3_C000), .misplacedReturn(target: -1), .migrateCheck(source: 0, cpu: 3),
        .placement, .scanWork(jiffies: 7), .scanDone(jiffies: 8), .scanRange(start: 4096, end: 1 << 40),
        .scanRangeReturn(updatedPages: 511), .setPreferred(node: -1),
        .moveNUMA(
            .init(
                pid: 1, groupID: 2, sourceCPU: 3, sourceNode: 0, otherPID: 0, otherGroupID: 0, destinationCPU: 5,
                destinationNode: 1)),
        .stickNUMA(
            .init(
                pid: 1, groupID: 2, sourceCPU: 3, sourceNode: 0, otherPID: 4, otherGroupID: 5, destinationCPU: -1,
                destinationNode: -1)),
        .swapNUMA(
            .init(
                pid: 1, groupID: 2, sourceCPU: 3, sourceNode: 0, otherPID: 4, otherGroupID: 5, destinationCPU: 6,
                destinationNode: 1)),
        .skipVMA(scanOffset: 1, start: 2, end: 3, reason: .pidInactive), .skipCPUSet(pid: 12),
        .migrateTask(pid: 13, originCPU: 1, destinationCPU: 2),
        .schedSwitch(previous: 5, previousState: UInt8(ascii: "R"), next: 6),
        .schedSwitch(previous: 5, previousState: UInt8(ascii: "Z"), next: 0), .fork(parent: 1, child: 2),
        .exit(pid: 3), .free(pid: 3), .newTask(pid: 4, cloneFlags: 0x3D0F00),
        .migratePages(succeeded: 1, failed: 0, isNUMAMisplaced: true),
        .migratePages(succeeded: 0, failed: 512, isNUMAMisplaced: false),
    ]

    /// All events but marks, 1 ms and then 10 s apart.
    static func allEvents() -> [BalancingEvent] {
        events.enumerated().map { index, payload in
            BalancingEvent(
                timeNanoseconds: 1_000_000_000 + UInt64(index) * (index % 5 == 4 ? 10_000_000_000 : 1_000_000),
                tid: Int32(100 + index), cpu: 2, payload: payload)
        }.sorted { $0.timeNanoseconds < $1.timeNanoseconds }
    }

    static func decoder() throws -> RecordDecoder {
        var layouts: [Int: RecordLayout] = [:]
        for kind in TraceEventKind.allCases where kind != .mark {
            layouts[SyntheticFormats.id(kind)] = try RecordLayout(kind, SyntheticFormats.format(kind))
        }
        return RecordDecoder(layouts)
    }

    @Test func whatWasWrittenIsRead() throws {
        let events = Self.allEvents()
        var writer = RingPageWriter()
        for event in events { writer.append(event) }
        writer.finishPage()
        var pages = try SubbufferDecoder(SyntheticFormats.page)
        var decoder = try Self.decoder()
        var records: [TraceRecordPlace] = []
        var read: [BalancingEvent] = []
        let summary = try pages.decode(writer.finished.span, into: &records)
        decoder.decode(writer.finished.span, records, cpu: 2, into: &read)
        #expect(read == events)
        #expect(summary.loss == .none)
        #expect(summary.timeNanoseconds == events[0].timeNanoseconds)
        #expect(decoder.malformedRecords == 0 && decoder.unknownRecords == 0)
    }

    @Test func manyPagesHoldTheSameEvents() throws {
        let events = SyntheticTrace(.init(faults: 2_000, nodes: 2, cpusPerNode: 1)).map(\.event)
            .filter { $0.cpu == 0 }
        var writer = RingPageWriter()
        for event in events { writer.append(event) }
        writer.finishPage()
        let bytes = writer.finished
        #expect(bytes.count % 4096 == 0 && bytes.count > 2 * 4096)
        var pages = try SubbufferDecoder(SyntheticFormats.page)
        var decoder = try Self.decoder()
        var read: [BalancingEvent] = []
        for start in stride(from: 0, to: bytes.count, by: 4096) {
            var records: [TraceRecordPlace] = []
            let page = bytes.span.extracting(start..<(start + 4096))
            _ = try pages.decode(page, into: &records)
            decoder.decode(page, records, cpu: 0, into: &read)
        }
        #expect(read == events)
    }

    @Test(arguments: [
        (1 << 31, nil as UInt64?, TracePageSummary.Loss.unknown), (3 << 30, 77, .counted(77)), (0, nil, .none),
    ])
    func tellsWhatTheCPULost(flags: UInt64, count: UInt64?, loss: TracePageSummary.Loss) throws {
        var writer = RingPageWriter()
        writer.append(Self.allEvents()[0])
        writer.finishPage()
        var page = writer.finished
        let length = Int(page[8]) | Int(page[9]) << 8
        page[11] |= UInt8(truncatingIfNeeded: flags >> 24)
        if let count { page[16 + length] = UInt8(count) }
        var pages = try SubbufferDecoder(SyntheticFormats.page)
        var records: [TraceRecordPlace] = []
        #expect(try pages.decode(page.span, into: &records).loss == loss)
        #expect(records.count == 1)
    }

    @Test func aPageCutOffAnywhereIsAnError() throws {
        var writer = RingPageWriter()
        for event in Self.allEvents() { writer.append(event) }
        writer.finishPage()
        let page = writer.finished
        let used = 16 + (Int(page[8]) | Int(page[9]) << 8)
        var pages = try SubbufferDecoder(SyntheticFormats.page)
        for count in 0..<used {
            var records: [TraceRecordPlace] = []
            let error = #expect(throws: TracePageError.self) {
                try pages.decode(page.span.extracting(0..<count), into: &records)
            }
            #expect(error?.byteOffset == count)
            #expect(records.isEmpty)
        }
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func damageNeverLeadsOutOfThePage(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var writer = RingPageWriter()
        for _ in 0..<10 { for event in Self.allEvents() { writer.append(event) } }
        writer.finishPage()
        var pages = try SubbufferDecoder(SyntheticFormats.page)
        var decoder = try Self.decoder()
        for _ in 0..<200 {
            var page = Array(writer.finished.prefix(4096))
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                page[Int.random(in: 8..<4096, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var records: [TraceRecordPlace] = []
            var events: [BalancingEvent] = []
            do {
                _ = try pages.decode(page.span, into: &records)
            } catch {
                #expect(error.byteOffset <= 4096)
                continue
            }
            #expect(records.allSatisfy { $0.byteOffset >= 16 && $0.byteCount >= 0 })
            #expect(records.allSatisfy { $0.byteOffset + $0.byteCount <= 4096 })
            decoder.decode(page.span, records, cpu: 0, into: &events)
            #expect(events.count <= records.count)
        }
    }
}
