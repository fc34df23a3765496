import Testing

@testable import KernelText

@Suite struct ReaderTests {
    private let bytes = Array(Samples.numaMaps.utf8)

    @Test(arguments: [1, 2, 3, 7, 16, 64, 100, 512, 4096])
    func piecesOfAnySizeGiveTheSameLines(size: Int) throws {
        let whole = try NUMAMaps.lines(bytes.span)
        var reader = NUMAMapsReader()
        var starts: [UInt64] = []
        var paths: [String?] = []
        var offset = 0
        while offset < bytes.count {
            let end = min(offset + size, bytes.count)
            try reader.feed(bytes.span.extracting(offset..<end)) { line, bytes in
                starts.append(line.startAddress)
                paths.append(line.filePath(in: bytes))
            }
            offset = end
        }
        try reader.finish()
        #expect(starts == whole.map(\.startAddress))
        #expect(paths == whole.map { $0.filePath(in: bytes.span) })
        #expect(reader.lineCount == whole.count)
        #expect(!reader.endsMidLine)
    }

    @Test func aCutLastLineIsToldAndTheLinesBeforeStand() throws {
        var reader = NUMAMapsReader()
        var count = 0
        let cut = bytes.count - 5
        try reader.feed(bytes.span.extracting(0..<cut)) { _, _ in count += 1 }
        #expect(count == 6)
        #expect(reader.endsMidLine)
        let error = #expect(throws: KernelTextError.self) { try reader.finish() }
        #expect(error?.reason == .unterminatedLine)
        reader.reset()
        #expect(!reader.endsMidLine)
        try reader.finish()
    }

    @Test(arguments: [5, 4096])
    func anErrorNamesItsByteInTheWholeFile(size: Int) throws {
        let text = Array("1000 default anon=1 N0=1 kernelpagesize_kB=4\n2000 default anon=x\n".utf8)
        var reader = NUMAMapsReader()
        let error = #expect(throws: KernelTextError.self) {
            var offset = 0
            while offset < text.count {
                let end = min(offset + size, text.count)
                try reader.feed(text.span.extracting(offset..<end)) { _, _ in }
                offset = end
            }
        }
        #expect(error?.field == "anon=")
        #expect(error?.reason == .expectedDecimal)
        #expect(error?.byteOffset == text.count - 2)
    }

    @Test func anEndlessLineIsRefused() throws {
        var reader = NUMAMapsReader()
        let piece = [UInt8](repeating: 0x61, count: 4096)
        let error = #expect(throws: KernelTextError.self) {
            for _ in 0..<17 { try reader.feed(piece.span) { _, _ in } }
        }
        #expect(error?.reason == .lineTooLong)
    }

    @Test(arguments: [1, 10, 4096])
    func mapsInPiecesGiveTheSameLines(size: Int) throws {
        let bytes = Array(Samples.maps.utf8)
        var reader = MapsReader()
        var lines: [Maps.Line] = []
        var paths: [String?] = []
        var offset = 0
        while offset < bytes.count {
            let end = min(offset + size, bytes.count)
            try reader.feed(bytes.span.extracting(offset..<end)) { line, bytes in
                lines.append(line)
                paths.append(line.path(in: bytes))
            }
            offset = end
        }
        try reader.finish()
        #expect(paths == ["/usr/bin/cat", "/usr/bin/cat", "/memfd:a pool (deleted)", nil, "[stack]"])
        #expect(lines.map(\.startAddress).first == 0x5570_9a26_f000)
        #expect(lines.map(\.sizeBytes) == [0x2000, 0x1000, 0x22000, 0x4000, 0x21000])
        #expect(
            lines.map(\.permissions) == [
                .read, [.read, .write], [.read, .write, .shared], [], [.read, .write, .execute],
            ])
        #expect(lines[1].fileOffsetBytes == 0xa000)
        #expect(lines[0].deviceMajor == 0xfe)
        #expect(lines[0].inode == 253911)
    }

    @Test(arguments: [
        "2000-1000 r--p 0 0:0 0\n", "1000-1000 r--p 0 0:0 0\n", "1000-2000 r-p 0 0:0 0\n", "1000-2000 rxwp 0 0:0 0\n",
        "1000 2000 r--p 0 0:0 0\n", "1000-2000 r--p 0 0:0 5x\n",
    ])
    func malformedMapsLinesAreRefused(text: String) {
        #expect(throws: KernelTextError.self) { try Maps.forEachLine(Array(text.utf8).span) { _ in } }
    }
}

@Suite struct NUMAMapsErrorTests {
    @Test(arguments: [
        ("zz default\n", "address", 0), ("1000\n", "address", 4), ("1000 \n", "policy", 5),
        ("1000 default anon=\n", "anon=", 18), ("1000 default anon=1x\n", "anon=", 19),
        ("1000 default N0=\n", "N<node>", 16), ("1000 default N0 \n", "N<node>", 15),
        ("1000 default N9999999=1\n", "N<node>", 14), ("1000 bind:a\n", "policy nodes", 10),
        ("1000 default anon=18446744073709551616\n", "anon=", 18),
        ("12345678123456781 default\n", "address", 0),
        ("1000 default kernelpagesize_kB=-4\n", "kernelpagesize_kB=", 31),
    ])
    func malformedFieldsAreNamed(text: String, field: String, offset: Int) {
        let error = #expect(throws: KernelTextError.self) { _ = try NUMAMaps.lines(Array(text.utf8).span) }
        #expect(error?.file == .numaMaps)
        #expect(error?.field == field)
        #expect(error?.byteOffset == offset)
    }

    @Test func countsWhoseBytesDoNotFitAreRefused() {
        let text = "1000 default N0=4503599627370496 kernelpagesize_kB=1048576\n"
        let error = #expect(throws: KernelTextError.self) { _ = try NUMAMaps.lines(Array(text.utf8).span) }
        #expect(error?.reason == .outOfRange)
    }

    @Test func anErrorDescribesFileFieldAndByte() {
        let error = KernelTextError(.numaMaps, "anon", at: 17, .expectedDecimal)
        #expect("\(error)" == "/proc/<pid>/numa_maps: anon at byte 17: expected a decimal number")
    }

    @Test func escapesAreUndoneOnlyWhereTheyAreOnes() {
        let bytes = Array("a\\040b\\01\\999\\777\\".utf8)
        #expect(OctalEscapes.decoded(bytes.span, 0..<bytes.count) == "a b\\01\\999\\777\\")
    }
}
