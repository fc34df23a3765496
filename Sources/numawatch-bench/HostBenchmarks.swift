import Exposition
import LinuxSystem
import Sampling
import Snapshots

/// What the daemon does on this host, with the processes there are.
enum HostBenchmarks {
    static var all: [Benchmark] { [round, metrics, cachedMetrics] }

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
