import FixtureSupport
import Testing

@testable import Tracing

@Suite("The head of a trace.dat")
struct TraceDatTests {
    /// Every part present, texts of odd lengths.
    private static func example(isBigEndian: Bool = false) -> TraceDatLayout {
        var layout = TraceDatLayout(isBigEndian: isBigEndian, longSizeBytes: 8, pageSizeBytes: 4096)
        layout.headerPage = Array("\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n".utf8)
        layout.headerEvent = Array("# compressed entry header\n".utf8)
        layout.formats = [
            .init(system: "ftrace", text: Array("name: print\nID: 5\n".utf8)),
            .init(system: "sched", text: Array("name: sched_switch\nID: 301\n".utf8)),
            .init(system: "sched", text: Array("name: sched_migrate_task\nID: 302\n".utf8)),
            .init(system: "numawatch", text: Array("name: hint_fault\nID: 1700\n".utf8)),
        ]
        layout.kernelSymbols = Array("ffffffff81000000 T _text\n".utf8)
        layout.printkFormats = Array("0xffffffff82000000 : \"x\"\n".utf8)
        layout.commandLines = Array("7 postgres\n".utf8)
        layout.options = [
            .init(id: .traceClock, data: Array("local [mono] boot\n\0".utf8)),
            .init(id: 400, data: [1, 2, 3]),
        ]
        return layout
    }

    /// A whole file: the head, and pages that hold the number of their CPU.
    private static func file(_ layout: TraceDatLayout, sizes: [UInt64]) -> [UInt8] {
        let (head, cpus) = layout.head(cpuSizesBytes: sizes)
        var bytes = head
        for (cpu, section) in cpus.enumerated() {
            bytes += [UInt8](repeating: 0, count: Int(section.offsetBytes) - bytes.count)
            bytes += [UInt8](repeating: UInt8(cpu + 1), count: Int(section.sizeBytes))
        }
        return bytes
    }

    @Test("what was written is read", arguments: [false, true])
    func roundTrip(isBigEndian: Bool) throws {
        let sizes: [UInt64] = [8192, 0, 4096]
        let bytes = Self.file(Self.example(isBigEndian: isBigEndian), sizes: sizes)
        let memory = MemoryBytes(bytes)
        let layout = try TraceDatLayout(reading: memory)
        var expected = Self.example(isBigEndian: isBigEndian)
        expected.cpus = expected.head(cpuSizesBytes: sizes).cpus
        #expect(layout == expected)
        #expect(layout.clockName == "mono")
        for (cpu, size) in sizes.enumerated() {
            #expect(layout.cpus[cpu].offsetBytes % 4096 == 0)
            var pages: [UInt8] = []
            memory.read(at: layout.cpus[cpu].offsetBytes, count: Int(size), into: &pages)
            #expect(pages == [UInt8](repeating: UInt8(cpu + 1), count: Int(size)))
        }
    }

    @Test("a head that is cut off anywhere is an error that says where")
    func truncatedHead() throws {
        let layout = Self.example()
        let head = layout.head(cpuSizesBytes: [4096]).bytes
        // What the zeros up to the page hold, nobody misses.
        let needed = head.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
        for length in 0..<needed {
            let error = #expect(throws: TraceSourceError.self) {
                try TraceDatLayout(reading: MemoryBytes(Array(head.prefix(length)), name: "cut.dat"))
            }
            #expect(error?.description.hasPrefix("cut.dat: at byte ") == true)
        }
    }

    @Test("pages that are cut off leave the rest readable")
    func truncatedPages() throws {
        let bytes = Self.file(Self.example(), sizes: [8192, 8192])
        let memory = MemoryBytes(Array(bytes.dropLast(5000)))
        let layout = try TraceDatLayout(reading: memory)
        #expect(layout.availableBytes(of: 0, in: memory) == 8192)
        #expect(layout.availableBytes(of: 1, in: memory) == 8192 - 5000)
    }

    @Test("a damaged head is an error or a layout, never a crash")
    func damaged() {
        let head = Self.example().head(cpuSizesBytes: [4096, 4096]).bytes
        var random = SeededGenerator(seed: 6)
        for _ in 0..<4000 {
            var bytes = head
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let memory = MemoryBytes(bytes)
            guard let layout = try? TraceDatLayout(reading: memory) else { continue }
            for cpu in layout.cpus.indices {
                #expect(layout.availableBytes(of: cpu, in: memory) <= memory.sizeBytes)
            }
            _ = try? TraceDatHostSection(of: layout, in: memory)
        }
    }

    @Test("another version is refused with the way out, a foreign file at its first byte")
    func refused() {
        var head = Self.example().head(cpuSizesBytes: [4096]).bytes
        head[TraceDatLayout.magic.count] = UInt8(ascii: "7")
        let version = #expect(throws: TraceSourceError.self) {
            try TraceDatLayout(reading: MemoryBytes(head, name: "seven.dat"))
        }
        #expect(
            version?.description == "seven.dat: at byte 10: trace.dat of version 7; version 6 is read: "
                + "trace-cmd convert --file-version 6 -i seven.dat -o FILE")
        let foreign = #expect(throws: TraceSourceError.self) {
            try TraceDatLayout(reading: MemoryBytes(Array("PERFILE2, something else".utf8), name: "perf.data"))
        }
        #expect(foreign?.description == "perf.data: at byte 0: no trace.dat here")
        #expect(!TraceDatLayout.isTraceDat(Array("PERFILE2".utf8)))
    }

    @Test("the host's archive is found behind the pages, and not where it is cut off")
    func hostSection() throws {
        var bytes = Self.file(Self.example(), sizes: [4096, 8192])
        let without = MemoryBytes(bytes)
        #expect(try TraceDatHostSection(of: TraceDatLayout(reading: without), in: without) == nil)
        let archive = Array("archive".utf8)
        bytes += TraceDatHostSection.header(archiveSizeBytes: UInt64(archive.count)) + archive
        let memory = MemoryBytes(bytes)
        let section = try #require(
            try TraceDatHostSection(of: TraceDatLayout(reading: memory), in: memory))
        var found: [UInt8] = []
        memory.read(at: section.offsetBytes, count: Int(section.sizeBytes), into: &found)
        #expect(found == archive)
        let cut = MemoryBytes(Array(bytes.dropLast()))
        #expect(try TraceDatHostSection(of: TraceDatLayout(reading: cut), in: cut) == nil)
    }
}
