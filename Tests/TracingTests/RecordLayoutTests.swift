import BalancingModel
import FixtureSupport
import LinuxSystem
import Testing

@testable import Tracing

/// Formats: from the kernel's text to the places of fields.
@Suite struct RecordLayoutTests {
    @Test(arguments: TraceEventKind.allCases.filter { $0 != .mark })
    func theLibraryReadsWhatWeWrite(kind: TraceEventKind) throws {
        let parser = try TraceFormatParser()
        let parsed = try parser.event(Array(SyntheticFormats.text(kind).utf8), system: kind.group)
        let expected = SyntheticFormats.format(kind)
        #expect(parsed.id == expected.id)
        #expect(parsed.name == expected.name)
        for field in expected.fields where !field.isArray {
            #expect(parsed.field(field.name) == field)
        }
        #expect(try RecordLayout(kind, parsed) == RecordLayout(kind, expected))
    }

    @Test func aMissingFieldIsNamed() throws {
        var format = SyntheticFormats.format(.hintFault)
        format.fields.removeAll { $0.name == "mem_node" }
        let error = #expect(throws: TraceFormatError.self) { try RecordLayout(.hintFault, format) }
        #expect(error?.description == "numawatch/hint_fault: no field mem_node")
    }

    @Test func jiffiesMayBeMissing() throws {
        var format = SyntheticFormats.format(.hintFault)
        format.fields.removeAll { $0.name == "j" }
        let layout = try RecordLayout(.hintFault, format)
        var decoder = RecordDecoder([format.id: layout])
        var record = [UInt8](repeating: 0, count: 24)
        (record[0], record[1]) = (UInt8(format.id & 255), UInt8(format.id >> 8))
        var events: [BalancingEvent] = []
        decoder.decode(
            record.span, [.init(byteOffset: 0, byteCount: 24, timeNanoseconds: 5)], cpu: 1, into: &events)
        #expect(
            events.map(\.payload) == [
                .hintFault(lastCPUPID: 0, memNode: 0, pages: 0, flags: [], jiffies: nil)
            ])
        #expect(decoder.hintFaultsWithJiffies == 0)
    }

    /// With all fields of the task, or without one of them: then what it tells is of no use.
    @Test(arguments: [nil, 2, 7])
    func aPlacementTellsOfItsTaskWhereItCan(missing: Int?) throws {
        var format = SyntheticFormats.format(.placement)
        for (index, name) in RecordLayout.placementState.enumerated() where index != missing {
            format.fields.append(.init(name: name, byteOffset: 8 + 8 * index, byteCount: 8, isSigned: false))
        }
        var decoder = RecordDecoder([format.id: try RecordLayout(.placement, format)])
        var record = [UInt8](repeating: 0, count: 72)
        (record[0], record[1]) = (UInt8(format.id & 255), UInt8(format.id >> 8))
        for index in 0..<8 { record[8 + 8 * index] = UInt8(index + 1) }
        var events: [BalancingEvent] = []
        decoder.decode(
            record.span, [.init(byteOffset: 0, byteCount: 72, timeNanoseconds: 5)], cpu: 1, into: &events)
        let state = BalancingEvent.PlacementState { UInt64($0 + 1) }
        #expect(events.map(\.payload) == [missing == nil ? .measuredPlacement(state) : .placement])
        #expect(decoder.eventCounts[Int(TraceEventKind.placement.rawValue)] == 1)
    }

    @Test(arguments: ["", "name: x\n", "ID: 5\nformat:\n", "\u{0}"])
    func nonsenseIsRefused(text: String) throws {
        let parser = try TraceFormatParser()
        #expect(throws: TraceFormatError.self) { try parser.event(Array(text.utf8), system: "sched") }
    }

    @Test func aFormatCutOffAnywhereIsAnErrorOrLacksAField() throws {
        let text = Array(SyntheticFormats.text(.schedSwitch).utf8)
        let parser = try TraceFormatParser()
        let fieldsEnd = String(decoding: text, as: UTF8.self).utf8.count
        for count in 0..<fieldsEnd {
            guard let format = try? parser.event(Array(text[..<count]), system: "sched") else { continue }
            _ = try? RecordLayout(.schedSwitch, format)
        }
        #expect(throws: TraceFormatError.self) { try parser.page(Array("field: u64 timestamp".utf8)) }
    }

    @Test func readsTheKernelsPageLayout() throws {
        let parser = try TraceFormatParser()
        #expect(try parser.page(Array(SyntheticFormats.headerPage.utf8)) == SyntheticFormats.page)
    }

    @Test(arguments: [
        (0, "R"), (1, "S"), (2, "D"), (4, "T"), (8, "t"), (0x10, "X"), (0x20, "Z"), (0x40, "P"), (0x80, "I"),
        (0x100, "R"), (3, "S"),
    ])
    func statesAreTheLettersTheKernelPrints(state: UInt64, letter: Character) {
        #expect(RecordDecoder.stateLetter(state) == letter.asciiValue)
    }
}
