import BalancingModel
import FixtureSupport
import LinuxSystem
import Testing

@testable import Tracing

/// Whole recordings: whatever becomes of a file, the readable part is read and the rest is an error with its place.
@Suite struct TraceDatRecordsTests {
    static let events = SyntheticTrace(.init(faults: 500, tasks: 8, nodes: 2, cpusPerNode: 2)).map(\.event)

    static func read(_ bytes: [UInt8]) -> (events: [BalancingEvent], error: TraceSourceError?, TraceDiagnostics) {
        var events: [BalancingEvent] = []
        let reader: TraceDatRecords
        do {
            reader = try TraceDatRecords(MemoryBytes(bytes))
        } catch {
            return ([], error, TraceDiagnostics())
        }
        var records: [TraceRecord] = []
        do throws(TraceSourceError) {
            while try reader.next(into: &records) { events += records.map(\.event) }
        } catch {
            return (events, error, reader.diagnostics)
        }
        return (events, nil, reader.diagnostics)
    }

    @Test func whatWasRecordedIsRead() {
        let (events, error, diagnostics) = Self.read(SyntheticRecording.bytes(Self.events, cpuCount: 4))
        #expect(error == nil)
        // Events of different CPUs at the same time may change places.
        #expect(events.count == Self.events.count)
        #expect(events.map(\.timeNanoseconds) == Self.events.map(\.timeNanoseconds))
        for cpu in 0..<4 as Range<Int32> {
            #expect(events.filter { $0.cpu == cpu } == Self.events.filter { $0.cpu == cpu })
        }
        #expect(diagnostics.form == .traceDat)
        #expect(diagnostics.headerCPUs == 4)
        #expect(diagnostics.lines == UInt64(Self.events.count))
        #expect(diagnostics.count(of: .hintFault) == 500)
        #expect(!diagnostics.isLossy)
    }

    @Test func everyTruncationIsAnErrorAndKeepsWhatIsThere() throws {
        let whole = SyntheticRecording.bytes(Self.events, cpuCount: 4)
        let layout = try TraceDatLayout(reading: MemoryBytes(whole))
        let head = Int(layout.cpus[0].offsetBytes)
        let last = try #require(layout.cpus.last)
        for count in Array(stride(from: 0, to: head, by: 7)) + Array(stride(from: head, to: whole.count, by: 509)) {
            let (events, error, _) = Self.read(Array(whole[..<count]))
            let reason = try #require(error?.reason, "cut at \(count)")
            #expect(reason.contains("byte"))
            if count <= head { #expect(events.isEmpty) }
            // Everything of the other CPUs is there once they are.
            if count > Int(last.offsetBytes) {
                #expect(events.filter { $0.cpu == 0 } == Self.events.filter { $0.cpu == 0 })
            }
        }
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func damageIsSurvivedAndNamed(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let whole = SyntheticRecording.bytes(Self.events, cpuCount: 4)
        for _ in 0..<10 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let (events, error, diagnostics) = Self.read(bytes)
            #expect(events.count <= 2 * Self.events.count + 1000)
            if diagnostics.count(of: .damagedPage) > 0 { #expect(error?.reason.contains("at byte") == true) }
        }
    }

    @Test func aDamagedPageCostsItsCPUThatPage() throws {
        var bytes = SyntheticRecording.bytes(Self.events, cpuCount: 4)
        let section = try TraceDatLayout(reading: MemoryBytes(bytes)).cpus[1]
        try #require(section.sizeBytes >= 3 * 4096)
        let place = Int(section.offsetBytes) + 4096
        bytes[place + 9] = 0xFF
        let (events, error, diagnostics) = Self.read(bytes)
        #expect(
            error?.reason == "at byte \(place + 8): the events of CPU 1 are damaged: "
                + "\(Int(bytes[place + 8]) | 0xFF00) bytes of records in a page of 4080")
        #expect(diagnostics.count(of: .damagedPage) == 1)
        #expect(events.contains { $0.cpu == 1 && $0.payload == .lostEvents(count: nil) })
        for cpu in [0, 2, 3] as [Int32] {
            #expect(events.filter { $0.cpu == cpu } == Self.events.filter { $0.cpu == cpu })
        }
    }

    @Test func anotherMachinesBytesAreRefused() {
        var layout = TraceDatLayout(isBigEndian: true, longSizeBytes: 8, pageSizeBytes: 4096)
        layout.headerPage = Array(SyntheticFormats.headerPage.utf8)
        let (_, error, _) = Self.read(layout.head(cpuSizesBytes: [0]).bytes)
        #expect(error?.reason == "recorded on a machine that is not little-endian with 64 bits")
    }
}
