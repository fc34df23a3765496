import LinuxSystem
import Tracing

/// The reader of traces against the least that any reader must do: find the ends of the lines.
enum TraceBenchmarks {
    /// - Parameter file: The path of a recorded trace, unpacked; without it, one is made up.
    static func all(file: String?) -> [Benchmark] { [parse(file), parseAgainstSplit] }

    private static let chunkBytes = 256 * 1024
    /// About 50 MB: larger than any cache.
    private static let shape = SyntheticTrace.Shape(faults: 150_000)

    /// The made-up trace.
    static func text() throws -> [UInt8] { try text(shape) }

    private static func text(_ shape: SyntheticTrace.Shape) throws -> [UInt8] {
        let chunks = SyntheticTraceText(shape, chunkBytes: chunkBytes).chunks()
        var bytes: [UInt8] = []
        var chunk: [UInt8] = []
        while try chunks.next(into: &chunk) { bytes.append(contentsOf: chunk) }
        return bytes
    }

    private static func parse(_ file: String?) -> Benchmark {
        Benchmark(
            name: "trace.parse", unit: .megabytes, baselineName: "newline scan", target: .atLeast(400)
        ) {
            let bytes = try file.map { try DirectoryRoot.live.readBytes($0, limitBytes: 1 << 30) } ?? text()
            return Workload(
                amount: Double(bytes.count), baselineAmount: Double(bytes.count), subject: { parsed(bytes) },
                baseline: {
                    let span = bytes.span
                    var lines: UInt64 = 0
                    for index in span.indices where span[index] == 0x0a { lines &+= 1 }
                    return lines
                }, note: note(bytes))
        }
    }

    private static var parseAgainstSplit: Benchmark {
        Benchmark(name: "trace.parse-small", unit: .megabytes, baselineName: "String.split") {
            let bytes = try text(.init(faults: 3_000))
            return Workload(
                amount: Double(bytes.count), baselineAmount: Double(bytes.count), subject: { parsed(bytes) },
                baseline: {
                    var sum: UInt64 = 0
                    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                        for word in line.split(separator: " ") {
                            let parts = word.split(separator: "=")
                            if parts.count == 2 { sum &+= UInt64(parts[1]) ?? 1 }
                        }
                    }
                    return sum
                }, note: note(bytes))
        }
    }

    /// The records of a text, chunk by chunk, as a replay reads it.
    private static func parsed(_ bytes: [UInt8]) -> UInt64 {
        var parser = FtraceTextParser()
        var records: [TraceRecord] = []
        var sum: UInt64 = 0
        var start = 0
        while start < bytes.count {
            let end = min(start + chunkBytes, bytes.count)
            records.removeAll(keepingCapacity: true)
            parser.parse(bytes.span.extracting(start..<end), into: &records)
            sum &+= UInt64(records.count)
            start = end
        }
        parser.finish()
        return sum
    }

    private static func note(_ bytes: [UInt8]) -> String {
        "\((bytes.count + 500_000) / 1_000_000) MB"
    }
}
