import LinuxSystem
import TextOutput

/// Runs what the options ask for and prints it.
enum BenchmarkProgram {
    static func all(trace: String? = nil) -> [Benchmark] {
        KernelTextBenchmarks.all + TraceBenchmarks.all(file: trace) + RecordingBenchmarks.all + ModelBenchmarks.all
            + DomainBenchmarks.all + HostBenchmarks.all + HistoryBenchmarks.all
    }

    static func run(_ options: Options) throws {
        if options.wantsHelp {
            try print(Options.help)
        } else if options.listsMemory {
            try print(MemoryBenchmark.all.map { $0.name + "\n" }.joined())
        } else if let name = options.memory {
            guard let benchmark = MemoryBenchmark.all.first(where: { $0.name == name }) else {
                throw BenchmarkError("\(name): no benchmark of memory; see --memory-list")
            }
            try print(benchmark.report(isJSON: options.isJSON))
        } else if options.printsTrace {
            try Output.write(TraceBenchmarks.text(), to: Terminal.standardOutput)
        } else if options.printsRecording {
            try Output.write(RecordingBenchmarks.recording(), to: Terminal.standardOutput)
        } else {
            try compare(options)
        }
    }

    private static func compare(_ options: Options) throws {
        let chosen = all(trace: options.trace).filter { options.filter.isEmpty || $0.name.contains(options.filter) }
        guard !chosen.isEmpty else { throw BenchmarkError("no benchmark's name contains \(options.filter)") }
        var outcomes: [Outcome] = []
        var checksum: UInt64 = 0
        for benchmark in chosen {
            do {
                let workload = try benchmark.prepare()
                let measurement = try Measurement.take(workload, runs: options.runs, checksum: &checksum)
                outcomes.append(Outcome(benchmark, workload, measurement))
            } catch {
                let line = "numawatch-bench: skipping \(benchmark.name): \(error)\n"
                try Output.write(Array(line.utf8), to: Terminal.standardError)
            }
        }
        guard options.isJSON else {
            try print(Outcome.table(outcomes))
            try print("CPU time of this process, \(options.runs) turns of each side; checksum \(checksum)\n")
            return
        }
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.member("runs", options.runs)
            json.member("checksum", checksum)
            json.array("benchmarks") { json in
                for outcome in outcomes { json.object { outcome.write(into: &$0) } }
            }
        }
        try Output.write(json.bytes + [UInt8(ascii: "\n")], to: Terminal.standardOutput)
    }

    private static func print(_ text: String) throws {
        try Output.write(Array(text.utf8), to: Terminal.standardOutput)
    }
}
