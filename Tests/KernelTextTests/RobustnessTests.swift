import FixtureSupport
import Testing

@testable import KernelText

/// A parser, and text it reads.
struct ParserCase: Sendable, CustomTestStringConvertible {
    let name: String
    let sample: String
    /// Whether a text that ends inside a line must be refused: so for all files of more than one line.
    let isLines: Bool
    /// Whether an empty text is an error.
    let needsText: Bool
    let parse: @Sendable (Span<UInt8>) throws(KernelTextError) -> Void

    var testDescription: String { name }

    init(
        _ name: String, _ sample: String, isLines: Bool = true, needsText: Bool = false,
        _ parse: @escaping @Sendable (Span<UInt8>) throws(KernelTextError) -> Void
    ) {
        self.name = name
        self.sample = sample
        self.isLines = isLines
        self.needsText = needsText
        self.parse = parse
    }

    static let all: [ParserCase] = perTask + perHost + values

    static let perTask: [ParserCase] = [
        ParserCase("numa_maps", Samples.numaMaps) { (b) throws(KernelTextError) in
            var line = NUMAMapsLine()
            var failure: KernelTextError?
            try NUMAMaps.forEachLine(b, reusing: &line) { line in
                _ = line.residentBytes
                do throws(KernelTextError) { _ = try line.policy.nodes(in: b) } catch { failure = error }
            }
            if let failure { throw failure }
        },
        ParserCase("numa_maps in pieces", Samples.numaMaps) { (b) throws(KernelTextError) in
            var reader = NUMAMapsReader()
            var offset = 0
            while offset < b.count {
                let end = min(offset + 7, b.count)
                try reader.feed(b.extracting(offset..<end)) { line, bytes in _ = line.filePath(in: bytes) }
                offset = end
            }
            try reader.finish()
        },
        ParserCase("maps", Samples.maps) { (b) throws(KernelTextError) in
            try Maps.forEachLine(b) { line in _ = line.path(in: b) }
        },
        ParserCase("sched", Samples.sched) { (b) throws(KernelTextError) in _ = try TaskSched(parsing: b).isTorn },
        ParserCase("stat", Samples.stat, needsText: true) { (b) throws(KernelTextError) in
            _ = try TaskStat(parsing: b)
        },
        ParserCase("task schedstat", "959368070 544360091 503\n", needsText: true) { (b) throws(KernelTextError) in
            _ = try TaskSchedstat(parsing: b)
        },
        ParserCase("status", Samples.status) { (b) throws(KernelTextError) in _ = try ProcessStatus(parsing: b) },
        ParserCase("cgroup", Samples.cgroupHybrid) { (b) throws(KernelTextError) in
            for entry in try CgroupFile(parsing: b).entries { _ = CgroupPlacement(path: entry.path).groupName }
        },
        ParserCase("comm", "cat\n", isLines: false) { (b) in _ = ProcessNames.comm(b) },
        ParserCase("cmdline", "cat\u{0}-n\u{0}", isLines: false) { (b) in _ = ProcessNames.commandLine(b) },
    ]

    static let perHost: [ParserCase] = [
        ParserCase("schedstat 15", Samples.schedstat15, needsText: true) { (b) throws(KernelTextError) in
            _ = try Schedstat(parsing: b)
        },
        ParserCase("schedstat 17", Samples.schedstat17, needsText: true) { (b) throws(KernelTextError) in
            _ = try Schedstat(parsing: b)
        },
        ParserCase("vmstat", Samples.vmstat) { (b) throws(KernelTextError) in _ = try Vmstat(parsing: b) },
        ParserCase("numastat", Samples.numastat) { (b) throws(KernelTextError) in _ = try NodeNumastat(parsing: b) },
        ParserCase("meminfo", Samples.meminfo) { (b) throws(KernelTextError) in _ = try Meminfo(parsing: b) },
        ParserCase("node meminfo", Samples.nodeMeminfo) { (b) throws(KernelTextError) in
            _ = try Meminfo(parsingNode: b)
        },
        ParserCase("/proc/stat", Samples.procStat) { (b) throws(KernelTextError) in _ = try ProcStat(parsing: b) },
        ParserCase("cpuinfo", Samples.cpuinfoArm) { (b) throws(KernelTextError) in _ = try CPUInfo(parsing: b).maker },
        ParserCase("mounts", Samples.mounts) { (b) throws(KernelTextError) in _ = try Mounts(parsing: b) },
        ParserCase("mountinfo", Samples.mountinfo) { (b) throws(KernelTextError) in
            _ = try Mounts(parsingMountinfo: b)
        },
        ParserCase("kernel config", Samples.kernelConfig) { (b) throws(KernelTextError) in
            _ = try KernelConfig(parsing: b)
        },
        ParserCase("kernel command line", "quiet isolcpus=nohz,domain,2-3 nohz_full=1-N x=\"a b\"\n", isLines: false) {
            (b) throws(KernelTextError) in
            let line = KernelCommandLine(parsing: b)
            _ = try line.nohzFull(lastCPU: 63)
            _ = try line.isolation(lastCPU: 63)
        },
    ]

    static let values: [ParserCase] = [
        ParserCase("distance", "10 21 31 21\n", isLines: false, needsText: true) { (b) throws(KernelTextError) in
            _ = try NodeDistance.parse(b)
        },
        ParserCase("list", "0-3,8,10-11\n", isLines: false) { (b) throws(KernelTextError) in
            _ = try CPUList.parse(b)
        },
        ParserCase("mask", "ff,00000001\n", isLines: false, needsText: true) { (b) throws(KernelTextError) in
            _ = try CPUMask.parse(b)
            _ = try CPUMask.words(b, b.trimmed(0..<b.count))
        },
        ParserCase("unsigned", "60000\n", isLines: false, needsText: true) { (b) throws(KernelTextError) in
            _ = try ScalarFile.unsigned(b, field: "x")
        },
        ParserCase("signed", "-9223372036854775808\n", isLines: false, needsText: true) {
            (b) throws(KernelTextError) in _ = try ScalarFile.signed(b, field: "x")
        },
        ParserCase("boolean", "Y\n", isLines: false, needsText: true) { (b) throws(KernelTextError) in
            _ = try ScalarFile.boolean(b, field: "x")
        },
        ParserCase("size", "16384K\n", isLines: false, needsText: true) { (b) throws(KernelTextError) in
            _ = try ScalarFile.sizeBytes(b, field: "x")
        },
        ParserCase("release", "6.12.107+deb12-amd64\n", isLines: false, needsText: true) {
            (b) throws(KernelTextError) in _ = try KernelRelease(parsing: b)
        },
        ParserCase("banner", Samples.banner, isLines: false, needsText: true) { (b) throws(KernelTextError) in
            _ = try KernelBanner(parsing: b)
        },
        ParserCase("lockdown", "none [integrity] confidentiality\n", isLines: false, needsText: true) {
            (b) throws(KernelTextError) in _ = try Lockdown(parsing: b)
        },
        ParserCase("flags", "SD_BALANCE_NEWIDLE SD_NUMA \n", isLines: false) { (b) throws(KernelTextError) in
            _ = try SchedFlags(parsing: b)
        },
    ]
}

@Suite struct RobustnessTests {
    private func failure(_ parser: ParserCase, _ bytes: [UInt8]) -> KernelTextError? {
        do throws(KernelTextError) {
            try parser.parse(bytes.span)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ParserCase.all)
    func theSampleIsRead(_ parser: ParserCase) {
        #expect(failure(parser, Array(parser.sample.utf8)) == nil)
    }

    @Test(arguments: ParserCase.all)
    func anEmptyTextIsAnErrorOnlyWhereAValueIsNeeded(_ parser: ParserCase) {
        #expect((failure(parser, []) != nil) == parser.needsText)
    }

    @Test(arguments: ParserCase.all)
    func aTextCutInsideALineIsRefused(_ parser: ParserCase) {
        let bytes = Array(parser.sample.utf8)
        for end in 1..<bytes.count {
            let error = failure(parser, Array(bytes[..<end]))
            if parser.isLines, bytes[end - 1] != 0x0A {
                #expect(error != nil, "cut at \(end)")
            }
            if let error { #expect(error.byteOffset >= 0 && error.byteOffset <= end, "cut at \(end)") }
        }
    }

    @Test(arguments: ParserCase.all)
    func changedBytesGiveAValueOrAnErrorInsideTheText(_ parser: ParserCase) {
        var random = SeededGenerator(seed: 0x6E75_6D61)
        let alphabet = Array("0123456789abcdef \n\t,-:=()[]\\.N/xKkYyn\u{0}".utf8) + [0xFF, 0xC3, 0x80]
        for _ in 0..<500 {
            var bytes = Array(parser.sample.utf8)
            for _ in 0...random.below(4) {
                let position = random.below(bytes.count)
                let byte = alphabet[random.below(alphabet.count)]
                switch random.below(3) {
                case 0: bytes[position] = byte
                case 1: bytes.insert(byte, at: position)
                default: if bytes.count > 1 { bytes.remove(at: position) }
                }
            }
            if let error = failure(parser, bytes), !(0...bytes.count).contains(error.byteOffset) {
                Issue.record("\(error) outside of \(bytes.count) bytes")
            }
        }
    }

    @Test(arguments: ParserCase.all)
    func randomBytesGiveAValueOrAnErrorInsideTheText(_ parser: ParserCase) {
        var random = SeededGenerator(seed: 0x7761_7463)
        for _ in 0..<500 {
            let bytes = (0..<random.below(120)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if let error = failure(parser, bytes), !(0...bytes.count).contains(error.byteOffset) {
                Issue.record("\(error) outside of \(bytes.count) bytes")
            }
        }
    }

    @Test(arguments: ParserCase.all)
    func numbersTooLargeForTheirFieldDoNotTrap(_ parser: ParserCase) {
        // Every number of the sample in turn becomes one that no field can hold, and the largest of 64 bits.
        let bytes = Array(parser.sample.utf8)
        var position = 0
        while position < bytes.count {
            guard (0x30...0x39).contains(bytes[position]) else {
                position += 1
                continue
            }
            var end = position
            while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
            for number in ["99999999999999999999999", "18446744073709551615", "9223372036854775807"] {
                let changed = Array(bytes[..<position]) + Array(number.utf8) + Array(bytes[end...])
                if let error = failure(parser, changed) { #expect(error.byteOffset <= changed.count) }
            }
            position = end
        }
    }
}
