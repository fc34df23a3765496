import KernelText

/// The parsers of the files that are read for every thread of every round, against the way one writes at first: text,
/// lines, words.
enum KernelTextBenchmarks {
    static var all: [Benchmark] { [taskSched, taskStat, numaMaps] }

    private static let baselineName = "String.split"

    private static var taskSched: Benchmark {
        Benchmark(name: "text.sched", unit: .megabytes, baselineName: baselineName) {
            let bytes = Array(SampleText.sched(nodes: 4).utf8)
            var sched = TaskSched()
            return workload(bytes, "\(bytes.count) bytes, 4 nodes") {
                try TaskSched.parse(bytes.span, into: &sched)
                return sched.faults.reduce(sched.totalFaults ?? 0) { $0 &+ $1.taskPrivate }
            } baseline: {
                var sum: UInt64 = 0
                for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                    if line.hasPrefix("numa_faults ") {
                        for word in line.split(separator: " ") {
                            let parts = word.split(separator: "=")
                            if parts.count == 2, parts[0] == "task_private" { sum &+= UInt64(parts[1]) ?? 0 }
                        }
                    } else {
                        let parts = line.split(separator: ":")
                        guard parts.count == 2 else { continue }
                        let value = parts[1].split(separator: " ").first.flatMap { Double($0) }
                        let key = parts[0].split(separator: " ").first
                        if key == "total_numa_faults", let value { sum &+= UInt64(value) }
                    }
                }
                return sum
            }
        }
    }

    private static var taskStat: Benchmark {
        Benchmark(name: "text.stat", unit: .megabytes, baselineName: baselineName) {
            let bytes = Array(SampleText.stat.utf8)
            return workload(bytes, "\(bytes.count) bytes") {
                let stat = try TaskStat(parsing: bytes.span)
                return stat.userTicks &+ stat.startTicks
            } baseline: {
                let text = String(decoding: bytes, as: UTF8.self)
                guard let end = text.lastIndex(of: ")") else { return 0 }
                let words = text[text.index(after: end)...].split(separator: " ")
                guard words.count > 19 else { return 0 }
                return (UInt64(words[11]) ?? 0) &+ (UInt64(words[19]) ?? 0)
            }
        }
    }

    private static var numaMaps: Benchmark {
        Benchmark(name: "text.numa_maps", unit: .megabytes, baselineName: baselineName) {
            let bytes = Array(SampleText.numaMaps(lines: 1000).utf8)
            var line = NUMAMapsLine()
            return workload(bytes, "1,000 lines") {
                var sum: UInt64 = 0
                try NUMAMaps.forEachLine(bytes.span, reusing: &line) { sum &+= $0.residentPages }
                return sum
            } baseline: {
                var sum: UInt64 = 0
                for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                    for word in line.split(separator: " ") where word.hasPrefix("N") {
                        let parts = word.split(separator: "=")
                        if parts.count == 2 { sum &+= UInt64(parts[1]) ?? 0 }
                    }
                }
                return sum
            }
        }
    }

    private static func workload(
        _ bytes: [UInt8], _ note: String, subject: @escaping () throws -> UInt64,
        baseline: @escaping () throws -> UInt64
    ) -> Workload {
        Workload(
            amount: Double(bytes.count), baselineAmount: Double(bytes.count), subject: subject, baseline: baseline,
            note: note)
    }
}
