import FixtureSupport
import TextOutput

/// One guest of the truth bench: a kernel on a machine, all seeds of that machine with balancing on and off, the daemon beside
/// them.
///
/// The emulator's CPUs take turns, and its clock counts instructions: what the guest does is the same on every host, however busy, and
/// two runs differ by no more than what the kernel does by chance.
package struct TruthRun: Sendable {
    package var machine: TruthMachine
    package var series: KernelSeries
    package var seeds: [TruthSeed]
    package var work: TruthWork
    package var files: GuestFiles
    package var programs: ProgramDisk
    package var plugin: TruthPlugin
    /// Turns of a loop that a fill from another node takes the emulator; with it its CPUs are threads of their own, so that their
    /// CPU time can be told apart. 0: none, and the clock counts instructions.
    package var delay = 0
    /// Where results are kept, in a directory per guest; nil: they are removed.
    package var keep: String?

    package init(
        machine: TruthMachine, series: KernelSeries, seeds: [TruthSeed], work: TruthWork, files: GuestFiles,
        programs: ProgramDisk, plugin: TruthPlugin, delay: Int = 0, keep: String? = nil
    ) {
        self.machine = machine
        self.series = series
        self.seeds = seeds
        self.work = work
        self.files = files
        self.programs = programs
        self.plugin = plugin
        self.delay = delay
        self.keep = keep
    }

    /// What came of it.
    package struct Outcome: Sendable {
        package var rows: [TruthRow] = []
        /// What is not as it has to be, whatever balancing does: a count that is wrong is a fault of the bench.
        package var problems: [String] = []

        package init() {}
    }

    private static let functions = ". /lab/daemon.sh; . /lab/truth.sh; "
    /// 16 ns: as fast as an emulated CPU is beside others on a host of two cores.
    private static let instructionShift = 4
    /// By the guest's clock a window takes about a second; five times that for a seed that faults all the time.
    private var deadlineSeconds: Int { 60 + 5 * work.windows }
    /// Emulated CPUs that take turns need several times as long to boot.
    private static let overheadSeconds = 600
    /// Of the host's seconds for one of the guest's.
    private static let slowness = 8

    /// What the runs of a seed are called: with balancing and without, by turns, so that what changes with time strikes both.
    package static func runs(of seed: TruthSeed, _ work: TruthWork) -> [(name: String, isOn: Bool)] {
        var runs: [(name: String, isOn: Bool)] = []
        for number in 1...max(1, work.repeats) {
            for isOn in number.isMultiple(of: 2) ? [false, true] : [true, false] {
                let balancing = isOn ? "on" : "off"
                runs.append(("\(seed.name)-\(balancing)-\(number)", isOn))
            }
        }
        return runs
    }

    private var plan: GuestPlan {
        var plan = GuestPlan(steps: [
            GuestStep(
                "truth-start", deadlineSeconds: 300,
                Self.functions
                    + "keep_apart \(machine.otherCPUs) && configure \"[Verdict]\" Window=20s && start_daemon"),
            GuestStep(
                "truth-calibration", deadlineSeconds: 300, "numawatch-workload seed calibration label=calibration"),
        ])
        for seed in seeds {
            for (name, isOn) in Self.runs(of: seed, work) {
                plan.steps.append(
                    GuestStep(
                        name, deadlineSeconds: deadlineSeconds + 240,
                        Self.functions
                            + "run_seed \(name) \(isOn ? 1 : 0) \(deadlineSeconds) \(seed.arguments(work, run: name))"))
            }
        }
        plan.overheadSeconds = Self.overheadSeconds
        plan.graceSeconds = plan.steps.map(\.deadlineSeconds).reduce(0, max) * (Self.slowness - 1)
        return plan
    }

    /// Boots the guest, runs the seeds, and makes figures of what was counted.
    ///
    /// - Throws: ``LabFailure`` where the guest or a step failed, or the table is not as it has to be.
    package func run() async throws(LabFailure) -> Outcome {
        let kernel = try await KernelPackage.fetch(series)
        let directory = try await HostFiles.makeTemporaryDirectory()
        let table = "\(directory)/table"
        var guest = Guest(
            topology: machine.topology, kernel: kernel, files: files, programs: programs, plan: plan)
        guest.plugin = plugin.argument(for: guest.topology, table: table, delay: delay)
        guest.instructionShift = delay == 0 ? Self.instructionShift : nil
        let kept = keep.map { keptDirectory(in: $0) }
        let topology = guest.topology
        do throws(LabFailure) {
            let outcome = try await guest.withResult(keptIn: kept) { result throws(LabFailure) in
                let text = String(decoding: try HostFiles.read(table), as: UTF8.self)
                if let kept { try HostFiles.write(Array(text.utf8), to: "\(kept)/table") }
                return try judge(result, try TruthTable(parsing: text, file: table), topology)
            }
            try await HostFiles.remove(directory)
            return outcome
        } catch {
            try await HostFiles.remove(directory)
            throw error
        }
    }

    /// Where a guest's results are kept.
    private func keptDirectory(in keep: String) -> String { "\(keep)/\(machine.rawValue)-\(series.rawValue)" }

    /// Makes figures of results that were kept; nil where there are none of this guest.
    package func judgeKept(in keep: String) throws(LabFailure) -> Outcome? {
        let kept = keptDirectory(in: keep)
        let table = "\(kept)/table"
        guard HostFiles.exists(table) else { return nil }
        let text = String(decoding: try HostFiles.read(table), as: UTF8.self)
        // What a guest without disks has more of is memory: its CPUs are on the same nodes.
        return try judge(
            GuestResult(directory: kept), try TruthTable(parsing: text, file: table), machine.topology)
    }

    /// Makes figures of a guest's results.
    private func judge(
        _ result: GuestResult, _ table: TruthTable, _ topology: LabTopology
    ) throws(LabFailure) -> Outcome {
        guard let release = result.release else {
            throw LabFailure("judge \(result.directory)", "its kernel's log does not begin with a version")
        }
        var outcome = Outcome()
        outcome.problems = Self.calibrationProblems(table, topology)
        for step in plan.steps where result.step(step.name)?.status != 0 {
            outcome.problems.append("\(step.name): \(result.step(step.name)?.summary ?? "it did not run")")
        }
        for seed in seeds {
            var row = TruthRow(kernel: release, seed: seed.name)
            for (name, isOn) in Self.runs(of: seed, work) {
                let figures = TruthFigures(table.windows(of: name), on: topology)
                if figures.accesses != seed.accesses(work) {
                    outcome.problems.append(
                        "\(release), \(name): \(figures.accesses) accesses to its data, not \(seed.accesses(work))")
                }
                let lines = SeedLines(String(decoding: result.file("truth/\(name)/seed") ?? [], as: UTF8.self))
                row.add(figures, lines, publication(name, result), isOn: isOn)
            }
            outcome.rows.append(row)
        }
        return outcome
    }

    private func publication(_ run: String, _ result: GuestResult) -> TruthPublication {
        let names = HostFiles.names(in: "\(result.directory)/files/truth/\(run)").sorted()
        // The last may be cut short: its client was ended while it read.
        func documents(_ kind: String) -> [JSONValue] {
            names.filter { $0.hasPrefix(kind) }
                .compactMap { result.file("truth/\(run)/\($0)").flatMap(JSONValue.init) }
        }
        return TruthPublication(documents: documents("process-"), verdicts: documents("verdict-"))
    }

    /// The slot that holds data bound to one node after the other (`CALIBRATION_SLOT`).
    private static let calibrationSlot = 15

    /// Memory bound to a node has to have been counted on that node, or nothing else is right.
    package static func calibrationProblems(_ table: TruthTable, _ topology: LabTopology) -> [String] {
        let windows = table.windows(of: "calibration")
        var problems: [String] = []
        for node in topology.nodes.indices {
            let data = windows.filter { $0.window == node }.flatMap(\.data).filter { $0.slot == calibrationSlot }
            if data.isEmpty || data.contains(where: { $0.node != node }) {
                let found = Set(data.map(\.node)).sorted().map(String.init).joined(separator: ", ")
                problems.append(
                    "memory bound to node \(node) was counted on \(found.isEmpty ? "no node" : "node \(found)")")
            }
        }
        return problems
    }
}

/// What a seed printed: `vmstat when=before …` and `… when=after …`.
package struct SeedLines: Sendable, Hashable {
    /// How far the kernel's counters went.
    package private(set) var counters: [String: UInt64] = [:]
    /// How its memory was held, of the seed that pins: whether for long.
    package private(set) var isPinned: Bool?

    package init(_ text: String) {
        var before: [String: UInt64] = [:]
        for line in text.split(separator: "\n") {
            var values: [String: String] = [:]
            for word in line.split(separator: " ").dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1)
                if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            }
            if line.hasPrefix("pinned ") { isPinned = values["long_term"] == "yes" }
            guard line.hasPrefix("vmstat ") else { continue }
            let numbers = values.compactMapValues { UInt64($0) }
            if values["when"] == "before" {
                before = numbers
            } else {
                for (name, value) in numbers { counters[name] = value - min(value, before[name] ?? 0) }
            }
        }
    }

    /// What everybody calls the local percentage: not what it is taken for.
    package var localFaultShare: Double? {
        guard let all = counters["numa_hint_faults"], all > 0, let local = counters["numa_hint_faults_local"] else {
            return nil
        }
        return Double(local) / Double(all)
    }
}
