import Testing

@testable import KernelText

@Suite struct CPUListTests {
    struct Case: Sendable {
        let text: String
        let ranges: [ClosedRange<Int>]
    }

    static let cases = [
        Case(text: "", ranges: []), Case(text: "\n", ranges: []), Case(text: "(null)\n", ranges: []),
        // nohz_full of 6.1 pads it.
        Case(text: "  (null)\n", ranges: []),
        Case(text: "0\n", ranges: [0...0]), Case(text: "0-7\n", ranges: [0...7]), Case(text: "0-7", ranges: [0...7]),
        Case(text: "3,5\n", ranges: [3...3, 5...5]), Case(text: "8-15,24-31\n", ranges: [8...15, 24...31]),
        Case(text: "128,1000-1023\n", ranges: [128...128, 1000...1023]),
        Case(text: "0-1048575\n", ranges: [0...1_048_575]),
        // Not as the kernel prints, but nothing is lost by reading it.
        Case(text: "5,1,2\n", ranges: [1...2, 5...5]), Case(text: "0,1\n", ranges: [0...1]),
        Case(text: "0-5,2-3\n", ranges: [0...5]),
    ]

    @Test(arguments: cases)
    func listsAreRead(_ list: Case) throws {
        #expect(try CPUList.parse(Array(list.text.utf8).span) == list.ranges)
    }

    @Test(arguments: [
        ("0-", 2), ("-1", 0), ("3-1", 0), ("0,", 2), (",0", 0), ("0 1", 1), ("0x1", 1), ("1048576", 0),
        ("99999999999999999999", 0), ("0--1", 2), ("(nul)", 0), ("0-3:1/2", 3),
    ])
    func malformedListsAreRefusedWhereTheyBreak(text: String, offset: Int) {
        let error = #expect(throws: KernelTextError.self) { _ = try CPUList.parse(Array(text.utf8).span) }
        #expect(error?.byteOffset == offset)
    }

    @Test func aListOfEveryOtherCPUOfALargeMachineIsReadAndPrinted() throws {
        let text = stride(from: 0, to: 8192, by: 2).map(String.init).joined(separator: ",")
        let ranges = try CPUList.parse(Array(text.utf8).span)
        #expect(ranges.count == 4096)
        #expect(CPUList.text(ranges) == text)
    }

    @Test func bootListsKnowLastAllAndStrides() throws {
        func parse(_ text: String) throws -> [ClosedRange<Int>] {
            try BootCPUList.parse(text, lastCPU: 15, field: "x")
        }
        #expect(try parse("1,2,10-N") == [1...2, 10...15])
        #expect(try parse("all") == [0...15])
        #expect(try parse("0-15:2/8") == [0...1, 8...9])
        #expect(try parse("all:1/4") == [0...0, 4...4, 8...8, 12...12])
        #expect(try parse("N") == [15...15])
        #expect(try parse("0-4:0/2") == [])
        #expect(try parse("0-9:7/7") == [0...9])
        for bad in ["0-3:", "0-3:1", "0-3:1/0", "0-3:3/2", "5-2", "x", "0-3:1/2x"] {
            #expect(throws: KernelTextError.self) { try parse(bad) }
        }
    }
}

@Suite struct CPUMaskTests {
    struct Case: Sendable {
        let text: String
        let ranges: [ClosedRange<Int>]
        let words: [UInt64]
    }

    static let cases = [
        Case(text: "0", ranges: [], words: [0]), Case(text: "3", ranges: [0...1], words: [3]),
        Case(text: "00ff", ranges: [0...7], words: [0xff]),
        Case(text: "d7", ranges: [0...2, 4...4, 6...7], words: [0xd7]),
        Case(text: "0,00000001", ranges: [0...0], words: [1]),
        Case(text: "ff,ffffffff", ranges: [0...39], words: [0xff_ffff_ffff]),
        Case(text: "80000000,00000001", ranges: [0...0, 63...63], words: [0x8000_0000_0000_0001]),
        Case(text: "1,80000000,00000000", ranges: [63...64], words: [0x8000_0000_0000_0000, 1]),
        Case(text: "55", ranges: [0...0, 2...2, 4...4, 6...6], words: [0x55]),
        Case(text: "00000000,000f0000", ranges: [16...19], words: [0x000f_0000]),
    ]

    @Test(arguments: cases)
    func masksAreRead(_ mask: Case) throws {
        let bytes = Array(mask.text.utf8)
        #expect(try CPUMask.parse(Array((mask.text + "\n").utf8).span) == mask.ranges)
        #expect(try CPUMask.words(bytes.span, 0..<bytes.count) == mask.words)
    }

    @Test func theMaskOfFourThousandCPUsIsRead() throws {
        let text = Array(repeating: "ffffffff", count: 128).joined(separator: ",")
        #expect(text.utf8.count == 1151)
        #expect(try CPUMask.parse(Array(text.utf8).span) == [0...4095])
    }

    @Test(arguments: ["", ",0", "0,", "ff,1", "0x3", "fffffffff", "1,123456789", "ff ff", "0,,00000000"])
    func malformedMasksAreRefused(text: String) {
        #expect(throws: KernelTextError.self) { try CPUMask.parse(Array(text.utf8).span) }
    }

    @Test func maskAndListOfOneSetAgree() throws {
        // Every 8-bit set, through both grammars.
        for set in 0..<256 {
            let mask = String(set, radix: 16)
            let numbers = (0..<8).filter { set >> $0 & 1 == 1 }.map(String.init).joined(separator: ",")
            #expect(try CPUMask.parse(Array(mask.utf8).span) == CPUList.parse(Array(numbers.utf8).span))
        }
    }
}
