import BalancingModel
import LinuxSystem
import Tracing

/// Pages of the ring buffer, as a live session and a recording have them: finding and reading the records, and the whole
/// way from a `trace.dat` through the model.
enum RecordingBenchmarks {
    static var all: [Benchmark] { [decode, replay] }

    private static let shape = SyntheticTrace.Shape(faults: 300_000, tasks: 64, nodes: 4, cpusPerNode: 4)

    /// A made-up recording: about 65 MB.
    static func recording() -> [UInt8] {
        SyntheticRecording.bytes(SyntheticTrace(shape).lazy.map(\.event), cpuCount: shape.cpus)
    }

    private static var decode: Benchmark {
        Benchmark(name: "pages.decode", unit: .millionEvents, baselineName: "sum of the bytes", target: .atLeast(5)) {
            let bytes = recording()
            let layout = try TraceDatLayout(reading: MemoryBytes(bytes))
            var layouts: [Int: RecordLayout] = [:]
            for kind in TraceEventKind.allCases where kind != .mark {
                layouts[SyntheticFormats.id(kind)] = try RecordLayout(kind, SyntheticFormats.format(kind))
            }
            let events = try decode(bytes, layout, layouts)
            return Workload(
                amount: Double(events), baselineAmount: Double(events),
                subject: { try decode(bytes, layout, layouts) },
                baseline: {
                    let span = bytes.span
                    var sum: UInt64 = 0
                    for index in span.indices { sum &+= UInt64(span[index]) }
                    return sum
                }, note: "\((bytes.count + 500_000) / 1_000_000) MB")
        }
    }

    /// All pages of a recording, one after the other.
    private static func decode(
        _ bytes: [UInt8], _ layout: TraceDatLayout, _ layouts: [Int: RecordLayout]
    ) throws -> UInt64 {
        let page = SyntheticFormats.page
        var pages = try SubbufferDecoder(page)
        var decoder = RecordDecoder(layouts)
        var places: [TraceRecordPlace] = []
        var events: [BalancingEvent] = []
        var count: UInt64 = 0
        for (cpu, section) in layout.cpus.enumerated() {
            let start = Int(section.offsetBytes)
            for place in stride(from: start, to: start + Int(section.sizeBytes), by: page.pageBytes) {
                places.removeAll(keepingCapacity: true)
                events.removeAll(keepingCapacity: true)
                let span = bytes.span.extracting(place..<(place + page.pageBytes))
                _ = try pages.decode(span, into: &places)
                decoder.decode(span, places, cpu: Int32(cpu), into: &events)
                count += UInt64(events.count)
            }
        }
        return count
    }

    private static var replay: Benchmark {
        Benchmark(name: "recording.replay", unit: .millionFaults, baselineName: "model alone", target: .atLeast(2)) {
            let bytes = recording()
            let events = SyntheticTrace(shape).map(\.event)
            let machine = ModelBenchmarks.layout(shape)
            let amount = Double(shape.faults)
            return Workload(
                amount: amount, baselineAmount: amount,
                subject: {
                    let reader = try TraceDatRecords(MemoryBytes(bytes))
                    var replay = ModelBenchmarks.make(.shadow, machine)
                    var records: [TraceRecord] = []
                    var sum: UInt64 = 0
                    while try reader.next(into: &records) {
                        for record in records { sum &+= ModelBenchmarks.consume(record.event, into: &replay) }
                    }
                    return sum
                },
                baseline: {
                    var replay = ModelBenchmarks.make(.shadow, machine)
                    var sum: UInt64 = 0
                    for event in events { sum &+= ModelBenchmarks.consume(event, into: &replay) }
                    return sum
                }, note: "\(shape.tasks) tasks, \(shape.nodes) nodes, \(shape.cpus) CPUs: \(events.count) events")
        }
    }
}
