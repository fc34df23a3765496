/// What a history holds of a scope: one figure of each sample.
///
/// The names are what files, documents and tables call it, and say the unit; they never change and are never used again for
/// something else. What a file holds under another name comes from another version and is passed over.
package enum HistoryFigure: String, Sendable, Hashable, CaseIterable {
    // What there is.
    case processCount = "process_count"
    case threadCount = "thread_count"
    case residentBytes = "resident_bytes"
    case memoryBytes = "memory_bytes"
    case memoryProvenance = "memory_provenance"
    case currentBytes = "current_bytes"
    case threads = "threads"
    case preferredTasks = "preferred_tasks"
    case totalBytes = "total_bytes"
    case freeBytes = "free_bytes"
    case anonymousBytes = "anonymous_bytes"
    case fileBytes = "file_bytes"

    // What it does.
    case busyRatio = "busy_ratio"
    case cpuSeconds = "cpu_seconds"
    case threadNodeChanges = "thread_node_changes"
    case migratedPages = "migrated_pages"
    case movedPagesPerSecond = "moved_pages_per_second"
    case hiddenGroups = "hidden_groups"
    case trafficBytesPerSecond = "traffic_bytes_per_second"
    case localTrafficBytesPerSecond = "local_traffic_bytes_per_second"

    // Counters of the host's vmstat.
    case armedPages = "numa_pte_updates"
    case armedHugePages = "numa_huge_pte_updates"
    case hintFaults = "numa_hint_faults"
    case localHintFaults = "numa_hint_faults_local"
    case hostMigratedPages = "numa_pages_migrated"
    case migrationSuccesses = "pgmigrate_success"
    case migrationFailures = "pgmigrate_fail"
    case promotedPages = "pgpromote_success"
    case demotedPages = "pgdemote"

    // Counters of a node's numastat.
    case numaHit = "numa_hit"
    case numaMiss = "numa_miss"
    case numaForeign = "numa_foreign"
    case localNode = "local_node"
    case otherNode = "other_node"

    // What is concluded.
    case verdict = "verdict"
    case reason = "reason"
    case verdictSince = "verdict_since_unix_seconds"
    case confidencePoints = "confidence_points"
    case isSevere = "is_severe"
    case detections = "detections"
    case locality = "locality"
    case localityLow = "locality_low"
    case localityHigh = "locality_high"
    case localitySource = "locality_source"
    case bestLocality = "best_locality"
    case bestLocalitySource = "best_locality_source"
    case cost = "cost_ratio"
    case costLow = "cost_ratio_low"
    case costHigh = "cost_ratio_high"
    case costSource = "cost_source"
    case armingCost = "arming_cost_ratio"
    case faultCost = "fault_cost_ratio"
    case moveCost = "move_cost_ratio"
    case gain = "gain_ratio"
    case gainLow = "gain_ratio_low"
    case gainHigh = "gain_ratio_high"
    case gainSource = "gain_source"
    case kept = "kept_ratio"
    case keptLow = "kept_ratio_low"
    case keptHigh = "kept_ratio_high"
    case keptSource = "kept_source"
    case trendPerMinute = "trend_per_minute"
    case recentMovedPagesPerSecond = "judged_moved_pages_per_second"
    case recentHintFaultsPerSecond = "judged_hint_faults_per_second"
    case recentArmedPagesPerSecond = "judged_armed_pages_per_second"
    case recentCounterSource = "judged_counter_source"
    case cpusUsed = "cpus_used"
    case scanPeriodMilliseconds = "scan_period_milliseconds"

    // What watching costs.
    case watchingCPURatio = "watching_cpu_ratio"
    case watchingResidentBytes = "watching_resident_bytes"

    /// What the user's own command printed.
    case value = "value"
}

extension HistoryFigure {
    /// How a figure is put together from several samples.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// As it is: a span has the mean of its samples.
        case level
        /// Grows from a start that is not told: a span has the last one, and shows how much it grew a second.
        case counter
        /// The number of a case (``HistoryFigure/word(_:)``): a span has the last one.
        case code
        /// One bit for each detection, in the order of the cases: a span has all that held in it.
        case mask
    }

    /// What an amount is counted in.
    package enum Unit: String, Sendable, Hashable, CaseIterable {
        case bytes, pages, seconds, milliseconds, ratio, count, none
        case bytesPerSecond = "bytes_per_second"
        case pagesPerSecond = "pages_per_second"
        case perSecond = "per_second"
        case perMinute = "per_minute"
    }

    /// What is to be known of a figure.
    package struct Description: Sendable {
        package var kind: Kind
        package var unit: Unit
        /// Steps that are told apart in one unit: 1000 for thousandths. Below one where several units make a step.
        package var scale: Double
        package var meaning: String

        fileprivate init(_ kind: Kind, _ unit: Unit, _ scale: Double, _ meaning: String) {
            self.kind = kind
            self.unit = unit
            self.scale = scale
            self.meaning = meaning
        }
    }

    package var kind: Kind { description.kind }
    package var unit: Unit { description.unit }
    package var scale: Double { description.scale }
    package var meaning: String { description.meaning }

    /// Whether it is over minutes itself, so that a minute of rounds has it as it was in the first of them: bounds, and what a
    /// verdict rests on.
    package var isSlow: Bool {
        switch self {
        case .localityLow, .localityHigh, .bestLocality, .costLow, .costHigh, .armingCost, .faultCost, .moveCost, .gain,
            .gainLow, .gainHigh, .kept, .keptLow, .keptHigh, .trendPerMinute, .recentMovedPagesPerSecond,
            .recentHintFaultsPerSecond, .recentArmedPagesPerSecond, .cpusUsed, .scanPeriodMilliseconds:
            true
        default: false
        }
    }

    /// The table of the figures.
    package var description: Description {
        switch self {
        case .processCount: .level(.count, 1, "Processes.")
        case .threadCount: .level(.count, 1, "Threads.")
        case .residentBytes: .bytes("Memory of its processes; what they share counts once for each.")
        case .memoryBytes: .bytes("Its memory, in all and by node.")
        case .memoryProvenance: .code("Where the memory by node comes from.")
        case .currentBytes: .bytes("What its cgroups are charged with.")
        case .threads: .level(.count, 1, "Threads by the node they are on.")
        case .preferredTasks: .level(.count, 1, "Threads by the node that the kernel prefers for them.")
        case .totalBytes: .bytes("The node's memory.")
        case .freeBytes: .bytes("The node's free memory.")
        case .anonymousBytes: .bytes("Anonymous memory on the node.")
        case .fileBytes: .bytes("Pages of files on the node.")
        case .busyRatio: .ratio("Busy share of the node's CPU time.")
        case .cpuSeconds: .counter(.seconds, 1000, "CPU time, in all and by the node it was spent on.")
        case .threadNodeChanges: .counter(.count, 1, "How often a thread was found on another node.")
        case .migratedPages: .counter(.pages, 1, "Pages that hint faults of its tasks moved.")
        case .movedPagesPerSecond:
            .level(.pagesPerSecond, 10, "Pages moved a second by hint faults, in all and from node to node; modelled.")
        case .hiddenGroups: .level(.count, 1, "Groups that are not in the history: others are larger.")
        case .trafficBytesPerSecond: .level(.bytesPerSecond, 1.0 / 65_536, "Traffic between caches and memory.")
        case .localTrafficBytesPerSecond: .level(.bytesPerSecond, 1.0 / 65_536, "Of it, within the node.")
        case .armedPages: .counter(.pages, 1, "Pages armed for hint faults.")
        case .armedHugePages: .counter(.count, 1, "Huge pages among them.")
        case .hintFaults: .counter(.count, 1, "Hint faults.")
        case .localHintFaults: .counter(.count, 1, "Hint faults on the node of the page: no locality.")
        case .hostMigratedPages: .counter(.pages, 1, "Pages moved by hint faults.")
        case .migrationSuccesses: .counter(.pages, 1, "Pages moved for any reason.")
        case .migrationFailures: .counter(.pages, 1, "Pages that could not be moved.")
        case .promotedPages: .counter(.pages, 1, "Pages promoted to a faster tier.")
        case .demotedPages: .counter(.pages, 1, "Pages demoted to a slower tier.")
        case .numaHit: .counter(.pages, 1, "Pages taken from the node that was wanted.")
        case .numaMiss: .counter(.pages, 1, "Pages taken from it although another was wanted.")
        case .numaForeign: .counter(.pages, 1, "Pages wanted from it and taken from another.")
        case .localNode: .counter(.pages, 1, "Pages taken from it by tasks on it.")
        case .otherNode: .counter(.pages, 1, "Pages taken from it by tasks elsewhere.")
        case .verdict: .code("What balancing does to it.")
        case .reason: .code("Why the verdict is so.")
        case .verdictSince: Description(.code, .seconds, 1, "Since when the verdict is so, seconds since 1970.")
        case .confidencePoints: .level(.count, 1, "How sure the verdict is, 0 to 4.")
        case .isSevere: .level(.count, 1, "1 where it hurts and takes a twentieth of the CPU time.")
        case .detections: Description(.mask, .none, 1, "What was detected and holds.")
        case .locality: .ratio("Share of the CPU time on the node of the memory in use.")
        case .localityLow: .ratio("The least it can be.")
        case .localityHigh: .ratio("The most it can be.")
        case .localitySource: .code("What it rests on.")
        case .bestLocality: .ratio("The largest local share with the threads as they are.")
        case .bestLocalitySource: .code("What it rests on.")
        case .cost: .ratio("Share of the CPU time that balancing takes.")
        case .costLow: .ratio("The least it can be.")
        case .costHigh: .ratio("The most it can be.")
        case .costSource: .code("What it rests on.")
        case .armingCost: .ratio("Of it, arming pages.")
        case .faultCost: .ratio("Of it, faults that move nothing.")
        case .moveCost: .ratio("Of it, moving pages.")
        case .gain: .ratio("Share of the CPU time that balancing saves.")
        case .gainLow: .ratio("The least it can be.")
        case .gainHigh: .ratio("The most it can be.")
        case .gainSource: .code("What it rests on.")
        case .kept: .ratio("Share of the moved pages that stayed where they went.")
        case .keptLow: .ratio("The least it can be.")
        case .keptHigh: .ratio("The most it can be.")
        case .keptSource: .code("What it rests on.")
        case .trendPerMinute: .level(.perMinute, 10_000, "Change of the local share a minute.")
        case .recentMovedPagesPerSecond: .level(.pagesPerSecond, 10, "Pages moved, over the window of the verdict.")
        case .recentHintFaultsPerSecond: .level(.perSecond, 10, "Hint faults, over the window of the verdict.")
        case .recentArmedPagesPerSecond: .level(.pagesPerSecond, 10, "Pages armed, over the window of the verdict.")
        case .recentCounterSource: .code("What the latter two rest on.")
        case .cpusUsed: .level(.count, 100, "CPUs in use, over the window of the verdict.")
        case .scanPeriodMilliseconds: .level(.milliseconds, 1, "Time between scans of a task.")
        case .watchingCPURatio: .level(.ratio, 100_000, "What watching costs: its share of one CPU.")
        case .watchingResidentBytes: .bytes("Resident memory of the daemon.")
        case .value: .level(.none, 0, "What the command printed.")
        }
    }
}

extension HistoryFigure.Description {
    fileprivate static func level(_ unit: HistoryFigure.Unit, _ scale: Double, _ meaning: String) -> Self {
        Self(.level, unit, scale, meaning)
    }

    fileprivate static func counter(_ unit: HistoryFigure.Unit, _ scale: Double, _ meaning: String) -> Self {
        Self(.counter, unit, scale, meaning)
    }

    fileprivate static func code(_ meaning: String) -> Self { Self(.code, .none, 1, meaning) }

    /// To a tenth of a thousandth.
    fileprivate static func ratio(_ meaning: String) -> Self { Self(.level, .ratio, 10_000, meaning) }

    /// To 64 KiB: what is less changes all the time and says nothing.
    fileprivate static func bytes(_ meaning: String) -> Self { Self(.level, .bytes, 1.0 / 65_536, meaning) }
}
