import Exposition
import LinuxSystem
import NUMATopology
import Sampling
import Snapshots
import Verdicts

/// What the daemon does on this host, with the processes there are.
enum HostBenchmarks {
    static var all: [Benchmark] { [round, verdicts, metrics, cachedMetrics] }

    /// Host totals and ledgers, against reading the ledger's two files of every thread and throwing them away: what the
    /// kernel takes of it.
    private static var round: Benchmark {
        Benchmark(
            name: "host.round", unit: .milliseconds, baselineName: "reading sched, stat", target: .atMost(5)
        ) {
            let engine = Engine()
            _ = engine.round()
            let processes = engine.round().processes
            let threads = processes.reduce(0) { $0 + $1.threadCount }
            let hundreds = Double(max(1, processes.count)) / 100
            return Workload(
                amount: hundreds, baselineAmount: hundreds,
                subject: { engine.round().sequence }, baseline: { try readFiles(of: processes.map(\.identity.pid)) },
                note: "\(processes.count) processes, \(threads) threads, scaled to 100 processes")
        }
    }

    /// Judging a host all of whose groups and processes are busy, against the round that reads them: at most a twentieth of it.
    private static var verdicts: Benchmark {
        Benchmark(name: "host.verdicts", unit: .milliseconds, baselineName: "a round") {
            let engine = Engine()
            let world = BusyWorld(engine.round())
            // The windows are full before it is measured.
            for _ in 0..<130 { _ = world.next() }
            return Workload(
                amount: 1, baselineAmount: 1, subject: { world.next() }, baseline: { engine.round().sequence },
                note: "\(world.snapshot.groups.count) groups, \(world.judgedProcessCount) processes with windows",
                comparesPerUnit: false)
        }
    }

    /// A snapshot whose groups and processes use more CPU time each time it is judged, 5 s later.
    private final class BusyWorld {
        private(set) var snapshot: HostSnapshot
        private var judge = VerdictJudge()

        var judgedProcessCount: Int { judge.judgedProcessCount }

        init(_ snapshot: HostSnapshot) { self.snapshot = snapshot }

        func next() -> UInt64 {
            snapshot.monotonicNanoseconds += 5_000_000_000
            let node = snapshot.machine.nodes.first?.id ?? NodeID(0)
            for index in snapshot.groups.indices {
                var time = snapshot.groups[index].cpuNanosecondsByNode ?? NodeValues()
                time[node] += 1_000_000_000
                snapshot.groups[index].cpuNanosecondsByNode = time
            }
            for index in snapshot.processes.indices {
                snapshot.processes[index].unchangedAtNanoseconds = nil
                snapshot.processes[index].cpuNanoseconds += 1_000_000_000
                var time = snapshot.processes[index].cpuNanosecondsByNode ?? NodeValues()
                time[node] += 1_000_000_000
                snapshot.processes[index].cpuNanosecondsByNode = time
            }
            judge.judge(&snapshot, pageSizeBytes: 4096)
            return UInt64(snapshot.verdict?.record.findings.count ?? 0)
        }
    }

    /// Rendering a snapshot, against as many lines of about that form by string interpolation.
    private static var metrics: Benchmark {
        Benchmark(name: "metrics.render", unit: .milliseconds, baselineName: "string interpolation") {
            let snapshot = Engine().round()
            let renderer = MetricsRenderer(catalogue: .standard(version: "bench"))
            let page = renderer.render(snapshot, format: .prometheus)
            return Workload(
                amount: 1, baselineAmount: 1,
                subject: { UInt64(renderer.render(snapshot, format: .prometheus).bytes.count) },
                baseline: { interpolated(page.seriesCount) },
                note: "\(page.seriesCount) series, \(page.bytes.count) bytes", comparesPerUnit: false)
        }
    }

    /// The page as a scrape finds it, against rendering it.
    private static var cachedMetrics: Benchmark {
        Benchmark(name: "metrics.cached", unit: .milliseconds, baselineName: "rendering", target: .atMost(1)) {
            let snapshot = Engine().round()
            let renderer = MetricsRenderer(catalogue: .standard(version: "bench"))
            let page = MetricsPage(renderer: renderer)
            return Workload(
                amount: 1, baselineAmount: 1,
                subject: { UInt64(page.text(of: snapshot, format: .prometheus, viewer: .all).count) },
                baseline: { UInt64(renderer.render(snapshot, format: .prometheus).bytes.count) },
                comparesPerUnit: false)
        }
    }

    /// As many lines as a page has series, each put together from words and a number.
    private static func interpolated(_ count: Int) -> UInt64 {
        var text = ""
        for index in 0..<count {
            text += "numawatch_group_memory_bytes{group=\"unit-\(index).service\","
            text += "numa_node=\"\(index & 3)\"} \(index * 4096)\n"
        }
        return UInt64(text.utf8.count)
    }

    private static func readFiles(of processes: [Int32]) throws -> UInt64 {
        let root = DirectoryRoot.live
        var sum: UInt64 = 0
        var buffer: [UInt8] = []
        var threads: [Int32] = []
        for pid in processes {
            // A process that has gone since takes nothing.
            guard let files = try? ProcessFiles(pid, in: root) else { continue }
            guard (try? files.threadIDs(into: &threads)) != nil else { continue }
            for thread in threads {
                for name in ["task/\(thread)/sched", "task/\(thread)/stat"]
                where (try? files.read(name, into: &buffer)) != nil {
                    sum &+= UInt64(buffer.count)
                }
            }
        }
        return sum
    }

    /// The sampler with a clock that is always due: placement, which has a budget of its own, is left out.
    private final class Engine {
        private var engine: SamplingEngine

        init() {
            var settings = SamplingSettings()
            settings.hostInterval = .nanoseconds(1)
            settings.ledgerInterval = .nanoseconds(1)
            settings.placementInterval = .seconds(86_400)
            settings.excludedUnits = ["*"]
            settings.cpuLimitShare = 1
            settings.maximumThreadsPerRound = 100_000
            engine = SamplingEngine(root: DirectoryRoot.live, settings: settings, seed: 1)
        }

        func round() -> HostSnapshot { engine.round() }
    }
}
