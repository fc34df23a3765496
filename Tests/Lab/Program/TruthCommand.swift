import ArgumentParser
import Lab

/// `numawatch-lab truth [SEED…]`: every access counted, beside what the daemon publishes.
struct TruthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "truth",
        abstract: "Count every memory access of seeded behaviours and hold what the daemon publishes against it.",
        discussion: """
            A plugin of the emulator counts accesses by CPU and node. Each seed runs with balancing on and off. What is \
            exact is asserted: the number of accesses, the node that bound memory is on. What is published is printed with its \
            error, whatever that is. docs/truth.md has the columns.
            """)

    @Argument(help: ArgumentHelp("Seeds by name; none: all.", valueName: "seed"))
    var seeds: [String] = []

    @Option(help: ArgumentHelp("Only this kernel series.", valueName: "5.10 … 7.3"))
    var kernel: KernelSeries?

    @Option(help: "Sweeps of a seed's data in a window.")
    var rounds = 150

    @Option(help: "Windows of a run.")
    var windows = 8

    @Option(help: "Runs of each seed with balancing on, and as many without.")
    var repeats = 2

    @Option(
        help: ArgumentHelp(
            "Turns of a loop that a line fill from another node takes; then the clock is the host's, and the emulator's CPU time holds the latency.",
            valueName: "turns"))
    var delay = 0

    @Option(help: "How many guests run at a time.")
    var jobs = 2

    @Option(help: ArgumentHelp("Renew this document's lines of the seeds that were run.", valueName: "file"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Boot nothing: judge what --keep kept, with the same rounds, windows and repeats.", valueName: "path"))
    var kept: String?

    @OptionGroup var options: GuestOptions

    func validate() throws {
        guard rounds > 0, windows > 0, repeats > 0, delay >= 0 else {
            throw ValidationError("--rounds, --windows and --repeats are at least 1, --delay at least 0")
        }
        for name in seeds where !TruthSeed.all.contains(where: { $0.name == name }) {
            throw ValidationError(
                "there is no seed \(name); there are: \(TruthSeed.all.map(\.name).joined(separator: ", "))")
        }
    }

    func run() async throws {
        var outcome = TruthRun.Outcome()
        if let kept {
            outcome = try judge(kept)
        } else {
            outcome = try await boot()
        }
        var document = TruthDocument()
        document.renew(outcome.rows)
        print(document.tables, terminator: "")
        if delay > 0 { print(TruthDocument.threadTimes(outcome.rows), terminator: "") }
        if let out { try renew(out, outcome.rows) }
        if !outcome.problems.isEmpty { throw ExitCode.failure }
    }

    private func boot() async throws -> TruthRun.Outcome {
        if let obstacle = await TruthPlugin.obstacle() { throw LabFailure("count accesses", obstacle) }
        let (files, programs, directory) = try await options.programs()
        let plugin = try await TruthPlugin.build(in: directory)
        let runs = self.runs(files, programs, plugin)
        // Before the guests: two at once would both fetch it.
        for series in Set(runs.map(\.series)) { _ = try await KernelPackage.fetch(series) }
        let outcome = await TruthMatrix(runs: runs, guestsAtOnce: max(1, jobs)).run { outcome in
            for problem in outcome.problems { CommandLineOutput.note(problem) }
            // A run that is stopped keeps what it found. What keeps the document from being written is told at the end.
            if let out { try? renew(out, outcome.rows) }
        }
        try await HostFiles.remove(directory)
        return outcome
    }

    private func judge(_ directory: String) throws -> TruthRun.Outcome {
        var all = TruthRun.Outcome()
        let nothing = ProgramDisk(path: "", files: [])
        for run in runs(GuestFiles(), nothing, TruthPlugin(path: "")) {
            guard let outcome = try run.judgeKept(in: directory) else { continue }
            for problem in outcome.problems { CommandLineOutput.note(problem) }
            all.rows += outcome.rows
            all.problems += outcome.problems
        }
        return all
    }

    private func runs(_ files: GuestFiles, _ programs: ProgramDisk, _ plugin: TruthPlugin) -> [TruthRun] {
        let work = TruthWork(rounds: rounds, windows: windows, repeats: repeats)
        var runs: [TruthRun] = []
        for series in kernel.map({ [$0] }) ?? TruthMatrix.kernels {
            for machine in TruthMachine.allCases {
                let chosen = machine.seeds.filter { seeds.isEmpty || seeds.contains($0.name) }
                if chosen.isEmpty { continue }
                runs.append(
                    TruthRun(
                        machine: machine, series: series, seeds: chosen, work: work, files: files, programs: programs,
                        plugin: plugin, delay: delay, keep: options.keep))
            }
        }
        return runs
    }

    private func renew(_ path: String, _ rows: [TruthRow]) throws(LabFailure) {
        let old = HostFiles.exists(path) ? String(decoding: try HostFiles.read(path), as: UTF8.self) : ""
        var document = TruthDocument(parsing: old)
        document.renew(rows)
        try HostFiles.write(Array(document.text().utf8), to: path)
    }
}
