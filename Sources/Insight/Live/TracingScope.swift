package import Snapshots
package import Tracing

/// Which processes are traced: what the administrator asked for, less what has to be shed.
///
/// The kernel filters by thread and follows births by itself, so the filter is set anew only when something is shed.
/// Processes that are to be traced besides are added to it, which disturbs nobody: one that has come up or is taken up
/// again, and every descendant a round lists for the first time. Most of those the kernel follows already, but not the ones
/// that were there before their ancestor was named, or were born while the filter was being set.
package struct TracingScope: Sendable {
    /// What the administrator asked for; both empty: everything.
    package struct Choice: Sendable, Equatable {
        package var processes: Set<Int32> = []
        /// Patterns for unit names, with `*` and `?`.
        package var units: [String] = []

        package init() {}

        package var isEverything: Bool { processes.isEmpty && units.isEmpty }
    }

    /// A process known to be traced.
    private struct Cover: Sendable {
        var startTimeTicks: UInt64
        /// From this round on whatever is listed as its child for the first time was born in sight: a round under way when
        /// the filter changed may have listed processes before that.
        var settledRound: UInt64
    }

    private let choice: Choice
    private let matches: @Sendable (_ name: String, _ pattern: String) -> Bool
    /// The filter that was set last; processes may have been added to it since.
    package private(set) var filter: TraceFilter
    /// Nil: all.
    private var covered: [Int32: Cover]?
    private var round: UInt64 = 0
    /// Processes that are wanted but shed.
    package private(set) var shedProcesses: Set<Int32> = []

    private static let settlingRounds: UInt64 = 2

    /// - Parameter matches: Whether a unit's name fits a pattern.
    package init(
        _ choice: Choice, matches: @escaping @Sendable (_ name: String, _ pattern: String) -> Bool
    ) {
        self.choice = choice
        self.matches = matches
        guard !choice.isEverything else {
            filter = .everything
            return
        }
        // Units are known only once a round has listed the processes.
        filter = TraceFilter(scope: .processes(choice.processes))
        covered = [:]
    }

    /// What to do with the filter, and whose track is lost by it.
    package enum Change: Sendable, Equatable {
        /// It is set anew.
        case set(TraceFilter, unseen: UnseenProcesses)
        /// Processes are added to it.
        case add(Set<Int32>, unseen: UnseenProcesses)

        package var unseen: UnseenProcesses {
            switch self {
            case .set(_, let unseen), .add(_, let unseen): unseen
            }
        }
    }

    /// Works out the filter for the processes a round has listed.
    ///
    /// - Returns: What to change; nothing if the filter in force does.
    package mutating func update(_ processes: [ProcessRecord], shedder: LoadShedder) -> Change? {
        round += 1
        if choice.isEverything, shedder.level == 0 {
            shedProcesses = []
            guard let before = covered else { return nil }
            covered = nil
            filter = .everything
            return .set(filter, unseen: .allBut(Set(before.keys)))
        }
        let wanted = wanted(processes)
        let kept = wanted.filter { shedder.keeps(Self.key(of: $0)) }
        let keptIDs = Set(kept.map(\.identity.pid))
        shedProcesses = Set(wanted.map(\.identity.pid)).subtracting(keptIDs)
        // What a kept process brings into being is traced whether it would be kept or not; only a process that was named and
        // is to be shed is worth a new filter with its gap.
        if let before = covered, shedProcesses.isDisjoint(with: before.keys) { return extend(before, with: kept) }
        let before = covered.map { Set($0.keys) }
        filter = TraceFilter(scope: .processes(keptIDs))
        covered = Dictionary(kept.map { ($0.identity.pid, cover($0)) }) { $1 }
        return .set(filter, unseen: .allBut(before?.intersection(keptIDs) ?? keptIDs))
    }

    /// Adds what is not covered yet.
    private mutating func extend(_ before: [Int32: Cover], with kept: [ProcessRecord]) -> Change? {
        var now: [Int32: Cover] = [:]
        var added: [ProcessRecord] = []
        for process in kept {
            let pid = process.identity.pid
            // A number may have passed to another process.
            if let known = before[pid], known.startTimeTicks == process.identity.startTimeTicks {
                now[pid] = known
            } else {
                added.append(process)
            }
        }
        defer { covered = now }
        guard !added.isEmpty else { return nil }
        let settled = now.filter { $0.value.settledRound <= round }.keys
        let followed = Self.descendants(of: Set(settled), among: added)
        for process in added {
            let pid = process.identity.pid
            now[pid] = cover(process, isSettled: followed.contains(pid))
        }
        let addedIDs = Set(added.map(\.identity.pid))
        return .add(addedIDs, unseen: .processes(addedIDs.subtracting(followed)))
    }

    private func cover(_ process: ProcessRecord, isSettled: Bool = false) -> Cover {
        Cover(
            startTimeTicks: process.identity.startTimeTicks,
            settledRound: isSettled ? round : round + Self.settlingRounds + 1)
    }

    /// In words, for the administrator.
    package var description: String {
        switch filter.scope {
        case .all: "all processes"
        case .threads(let threads): "\(threads.count) threads"
        case .processes(let processes):
            "\(processes.count) processes and their descendants"
        }
    }

    /// What was asked for, of the processes there are.
    private func wanted(_ processes: [ProcessRecord]) -> [ProcessRecord] {
        if choice.isEverything { return processes }
        let chosen = processes.filter { process in
            choice.processes.contains(process.identity.pid)
                || choice.units.contains { process.unitNames.fit($0, matches: matches) }
        }
        let wanted = Self.descendants(of: Set(chosen.map(\.identity.pid)), among: processes)
        return processes.filter { wanted.contains($0.identity.pid) }
    }

    /// What is hashed: processes whose tasks share a NUMA group are kept or shed together.
    private static func key(of process: ProcessRecord) -> Int32 {
        process.ledger?.groupIDs.first ?? process.identity.pid
    }

    private static func descendants(of roots: Set<Int32>, among processes: [ProcessRecord]) -> Set<Int32> {
        var reached = roots
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for process in processes
            where reached.contains(process.parentPID) && reached.insert(process.identity.pid).inserted {
                isGrowing = true
            }
        }
        return reached
    }
}
