/// What watching does to the watched: a process with much memory maps and unmaps a page again and again, while nobody,
/// the daemon, and `numastat -p` at the same interval take turns in watching it.
///
/// Emulation stops a guest's CPUs for longer than any reader holds a lock, so that the longest pair of calls says nothing
/// of the observers. What the target *slept* does: it sleeps for its `mmap_lock` and for nothing else, and a CPU that is
/// stopped by the emulation counts as running (`Guest/harm.sh`). How long one sleep is still depends on when the reader's
/// emulated CPU was stopped, so that sums are judged and not the longest.
package struct HarmCheck: LabCheck {
    package let name = "harm"
    package let summary =
        "mmap and munmap in a process with much memory are held up less by a sample than by numastat -p"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        topology.nodes.contains { $0.memoryMiB >= Self.neededMiB }
            ? nil : "no node has \(Self.neededMiB) MB for the target"
    }

    /// The target, and room for the kernel and the programs.
    private static let neededMiB = 960
    private static let turns = 2
    /// Too large to be read in full in one mapping; in many it is read in full, in pieces.
    private static let targets = [
        Target(mebibytes: 640, mappings: 1, method: "sampled"), Target(mebibytes: 640, mappings: 1000, method: "full"),
    ]
    private static let lengthSeconds = 10
    /// Walking page tables is several times as dear where they are emulated: with the daemon's own bound the pieces, too, would
    /// be sampled once it has learned that.
    private static let hold = "10ms"
    /// Reading in pieces is the same work as reading at once, but each piece costs the target a sleep and a waking-up. On a
    /// host that is lost in the work (`docs/harm.md`); emulated waking up has made it up to 3.2 times as much.
    private static let piecesFactor: UInt64 = 8

    package func steps(for topology: LabTopology) -> [GuestStep] {
        let targets = Self.targets.map { "\($0.mebibytes)/\($0.mappings)" }.joined(separator: " ")
        let turns = Self.turns * Self.targets.count * Observer.allCases.count
        return [
            GuestStep(
                "harm", deadlineSeconds: turns * (Self.lengthSeconds + 30),
                """
                set -e
                mkdir $OUT/harm
                export TURNS=\(Self.turns) LENGTH=\(Self.lengthSeconds) INTERVAL=2 HOLD=\(Self.hold) TARGETS="\(targets)"
                RESULTS=$OUT/harm/turns sh /lab/harm.sh /bin >$OUT/harm/table
                """)
        ]
    }

    // MARK: Judging

    private enum Observer: String, CaseIterable {
        case nobody, numawatchd, numastat
    }

    private struct Target {
        var mebibytes: Int
        var mappings: Int
        /// How the daemon is to read it.
        var method: String

        var key: String { "\(mebibytes) \(mappings)" }
        var title: String { "\(mebibytes) MiB in \(mappings)" }
    }

    /// What one observer did to one target, all its turns together.
    private struct Harm {
        var turns = 0
        var pairs: UInt64 = 0
        var worstSleepNanoseconds: UInt64 = 0
        var sleepsOverMillisecond: UInt64 = 0
        var sleepNanoseconds: UInt64 = 0
        /// How the daemon read it in each turn, with its own figure of the longest hold: `sampled,0.21`.
        var methods: [Substring] = []

        var sleepMillisecondsPerMinute: UInt64 {
            turns == 0 ? 0 : sleepNanoseconds / 1_000_000 * 60 / UInt64(turns * HarmCheck.lengthSeconds)
        }

        var worstSleepMilliseconds: Double { (Double(worstSleepNanoseconds) / 100_000).rounded() / 10 }
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        guard let step = result.step("harm"), step.status == 0 else {
            throw LabFailure("measure harm", result.step("harm")?.summary ?? "the step harm did not run")
        }
        let harm = try turns(result)
        var problems: [String] = []
        var compared: [String] = []
        for target in Self.targets {
            func figures(_ observer: Observer) -> Harm { harm[target.key]?[observer] ?? Harm() }
            let title = target.title
            for observer in Observer.allCases
            where figures(observer).turns != Self.turns || figures(observer).pairs == 0 {
                problems.append(
                    "\(title), \(observer): \(figures(observer).turns) of \(Self.turns) turns were measured, "
                        + "\(figures(observer).pairs) pairs of mmap and munmap")
            }
            let all = Observer.allCases.map(figures)
            let (nobody, ours, theirs) = (figures(.nobody), figures(.numawatchd), figures(.numastat))
            for method in ours.methods where !method.hasPrefix("\(target.method),") {
                problems.append("\(title): the daemon was to read it \(target.method), and did \(method)")
            }
            if theirs.sleepNanoseconds <= nobody.sleepNanoseconds {
                problems.append("\(title): reading it in full does no harm that could be measured")
            }
            let allowed = theirs.sleepNanoseconds * (target.method == "full" ? Self.piecesFactor : 1)
            if ours.sleepNanoseconds > allowed {
                problems.append(
                    "\(title): it slept \(ours.sleepMillisecondsPerMinute) ms a minute for the daemon, "
                        + "\(theirs.sleepMillisecondsPerMinute) for numastat")
            }
            func list(_ figure: (Harm) -> String) -> String { all.map(figure).joined(separator: ", ") }
            compared.append(
                "\(title): \(list { "\($0.worstSleepMilliseconds)" }) ms at most, \(list { "\($0.sleepsOverMillisecond)" }) times "
                    + "over 1 ms, \(list { "\($0.sleepMillisecondsPerMinute)" }) ms a minute")
        }
        return CheckVerdict(
            compared: "slept with \(Observer.allCases.map(\.rawValue).joined(separator: ", ")): "
                + compared.joined(separator: "; "), problems: problems)
    }

    /// The lines of `Guest/harm.sh`, which says what their columns are.
    private func turns(_ result: GuestResult) throws(LabFailure) -> [String: [Observer: Harm]] {
        var harm: [String: [Observer: Harm]] = [:]
        for line in String(decoding: result.file("harm/turns") ?? [], as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            let numbers = words.map { UInt64($0) }
            guard words.count == 10, let observer = Observer(rawValue: String(words[2])), let pairs = numbers[3],
                let worst = numbers[6],
                let long = numbers[7], let slept = numbers[8]
            else { throw LabFailure("measure harm", "not a line of figures: \(line)") }
            let target = "\(words[0]) \(words[1])"
            var sum = harm[target]?[observer] ?? Harm()
            sum.turns += 1
            sum.pairs += pairs
            sum.worstSleepNanoseconds = max(sum.worstSleepNanoseconds, worst)
            sum.sleepsOverMillisecond += long
            sum.sleepNanoseconds += slept
            if observer == .numawatchd { sum.methods.append(words[9]) }
            harm[target, default: [:]][observer] = sum
        }
        return harm
    }
}
