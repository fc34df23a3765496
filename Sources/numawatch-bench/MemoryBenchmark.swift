import BalancingModel
import HostReading
import LinuxSystem
import SchedDomains
import TextOutput
import Tracing

/// A benchmark of the most memory that is ever resident. Each runs alone in its process: a peak cannot be taken back.
struct MemoryBenchmark {
    let name: String
    /// What the work may add to the memory of the process that has not begun it, and what the whole process may take.
    let targetMebibytes: Double
    let body: () throws -> String

    static var all: [MemoryBenchmark] {
        [
            MemoryBenchmark(name: "memory.nothing", targetMebibytes: 64) { "the program itself" },
            MemoryBenchmark(name: "memory.domains", targetMebibytes: 64) {
                let hierarchy = DomainDerivation.derive(DomainBenchmarks.flat(64).input)
                return "4,096 CPUs, 64 nodes: \(hierarchy.sizes.slots) domains"
            },
            MemoryBenchmark(name: "memory.domains-ring", targetMebibytes: 64) {
                let hierarchy = DomainDerivation.derive(DomainBenchmarks.ring(64).input)
                return "4,096 CPUs, 64 nodes: \(hierarchy.sizes.slots) domains"
            },
            MemoryBenchmark(name: "memory.domains-root", targetMebibytes: 64) {
                let root = SyntheticRoot.make(DomainBenchmarks.flat(64))
                let hierarchy = DomainDerivation.derive(DomainsReader.read(root, ignoresObservations: true).input)
                return "the same, from \(root.paths.count) files held in the same memory"
                    + ": \(hierarchy.sizes.slots) domains"
            },
            MemoryBenchmark(name: "memory.replay", targetMebibytes: 64) { try replay(.init()) },
            MemoryBenchmark(name: "memory.history", targetMebibytes: 64) { try HistoryCost.measure(busyOneIn: 3) },
            MemoryBenchmark(name: "memory.history-busy", targetMebibytes: 64) {
                try HistoryCost.measure(busyOneIn: 1)
            },
            MemoryBenchmark(name: "memory.replay-half", targetMebibytes: 64) { try replay(.init(faults: 5_000_000)) },
        ]
    }

    /// From text to decisions, the text made while it is read, three times: what there is, how ties may have come out,
    /// the replay. No group id is printed, so nothing settles the ties.
    private static func replay(_ shape: SyntheticTrace.Shape) throws -> String {
        let layout = ModelBenchmarks.layout(shape)
        let oracle = try lookAhead(shape, layout)
        var replay = ModelBenchmarks.make(.shadow, layout, oracle.answers)
        var reader = try TraceReader(SyntheticTraceText(shape))
        var records: [TraceRecord] = []
        var decisions = 0
        while reader.next(into: &records) {
            for record in records {
                replay.consume(record.event)
                while replay.takeDecision() != nil { decisions += 1 }
                replay.dropLedgerChanges()
            }
        }
        replay.finish()
        while replay.takeDecision() != nil { decisions += 1 }
        return "\(shape.faults) faults, \(shape.tasks) tasks, \(shape.nodes) nodes: \(decisions) decisions, "
            + "\(replay.counters.groupsCreated) groups, \(replay.counters.joins) joins, \(replay.counters.ties) ties "
            + "(\(oracle.ties) in \(oracle.hypotheses) hypotheses at most looking ahead), "
            + "\((reader.diagnostics.bytes + 500_000) / 1_000_000) MB of text read three times"
    }

    private static func lookAhead(
        _ shape: SyntheticTrace.Shape, _ layout: NodeLayout
    ) throws -> (answers: TieOracle, ties: Int, hypotheses: Int) {
        var records: [TraceRecord] = []
        var foresight = TraceForesight()
        var first = try TraceReader(SyntheticTraceText(shape))
        while first.next(into: &records) {
            for record in records { foresight.note(record.event) }
        }
        var ahead = TieLookAhead(profile: ModelBenchmarks.profile, layout: layout, foresight: foresight)
        var second = try TraceReader(SyntheticTraceText(shape))
        var hypotheses = 0
        while second.next(into: &records) {
            for record in records { ahead.consume(record.event) }
            hypotheses = max(hypotheses, ahead.hypothesisCount)
        }
        return (ahead.oracle(), ahead.tieCount, hypotheses)
    }

    /// Runs it and tells the peak.
    func report(isJSON: Bool) throws -> String {
        let start = SystemTime.processCPUNanoseconds
        let note = try body()
        let seconds = Double(SystemTime.processCPUNanoseconds - start) / 1_000_000_000
        let peak = Double(SelfCost.current().maximumResidentBytes) / 1_048_576
        let isMet = peak <= targetMebibytes
        guard isJSON else {
            var table = TableFormatter(columns: [
                .init("", minimumWidth: 20), .init("", .trailing), .init(""), .init(""), .init(""),
            ])
            let width = Self.all.map(\.name.utf8.count).max() ?? 0
            table.add([
                name + String(repeating: " ", count: width - name.utf8.count), String(fixed: peak, decimals: 1),
                "MiB peak (≤ \(String(fixed: targetMebibytes, decimals: 0)))", isMet ? "pass" : "miss",
                "\(String(fixed: seconds, decimals: 1)) s CPU; \(note)",
            ])
            return table.render()
        }
        var json = JSONWriter()
        json.object { json in
            json.member("name", name)
            json.member("peak_resident_mebibytes", peak)
            json.member("at_most", targetMebibytes)
            json.member("is_met", isMet)
            json.member("cpu_seconds", seconds)
            json.member("input", note)
        }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }
}
