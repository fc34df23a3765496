package import Snapshots
package import Tracing

/// Which processes are traced: what the administrator asked for, less what has to be shed.
///
/// The kernel filters by thread and follows births by itself, so the filter is set anew only when a process is wanted that
/// neither is in it nor descends from one that is, or when something is shed.
package struct TracingScope: Sendable {
    /// What the administrator asked for; both empty: everything.
    package struct Choice: Sendable, Equatable {
        package var processes: Set<Int32> = []
        /// Patterns for unit names, with `*` and `?`.
        package var units: [String] = []

        package init() {}

        package var isEverything: Bool { processes.isEmpty && units.isEmpty }
    }

    private let choice: Choice
    private let matches: @Sendable (_ name: String, _ pattern: String) -> Bool
    /// The filter in force.
    package private(set) var filter: TraceFilter
    /// Processes traced for being in the filter or a descendant of one that is; nil: all.
    private var covered: Set<Int32>?
    /// Processes that are wanted but shed.
    package private(set) var shedProcesses: Set<Int32> = []

    /// - Parameter matches: Whether a unit's name fits a pattern.
    package init(
        _ choice: Choice, matches: @escaping @Sendable (_ name: String, _ pattern: String) -> Bool
    ) {
        self.choice = choice
        self.matches = matches
        // Units are known only once a round has listed the processes.
        filter = choice.isEverything ? .everything : TraceFilter(scope: .processes(choice.processes))
        covered = choice.isEverything ? nil : choice.processes
    }

    /// A filter to set, and whose track is lost by it.
    package struct Change: Sendable, Equatable {
        package var filter: TraceFilter
        /// Processes that were or will not be traced for a while.
        package var unseen: Set<Int32>
    }

    /// Works out the filter for the processes there are.
    ///
    /// - Returns: What to change; nothing if the filter in force does.
    package mutating func update(_ processes: [ProcessRecord], shedder: LoadShedder) -> Change? {
        let wanted = processes.filter(isChosen)
        if choice.isEverything, shedder.level == 0 {
            shedProcesses = []
            guard let before = covered else { return nil }
            covered = nil
            filter = .everything
            let unseen = Set(processes.map(\.identity.pid)).subtracting(before)
            return Change(filter: filter, unseen: unseen)
        }
        let kept = Set(wanted.filter { shedder.keeps(Self.key(of: $0)) }.map(\.identity.pid))
        shedProcesses = Set(wanted.map(\.identity.pid)).subtracting(kept)
        let before = covered
        if let before {
            let reached = Self.descendants(of: before, among: processes)
            covered = reached
            // Descendants are traced whether they would be kept or not; only a wanted one left out or a shed one
            // that was set makes a change worth its gap.
            let isShedding = !shedProcesses.isDisjoint(with: filter.processes)
            guard !kept.isSubset(of: reached) || isShedding else { return nil }
        }
        filter = TraceFilter(scope: .processes(kept))
        covered = kept
        let all = Set(processes.map(\.identity.pid))
        let unseen = before.map { $0.symmetricDifference(kept) } ?? all.subtracting(kept)
        return Change(filter: filter, unseen: unseen)
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

    private func isChosen(_ process: ProcessRecord) -> Bool {
        choice.isEverything || choice.processes.contains(process.identity.pid)
            || choice.units.contains { matches(process.groupName, $0) }
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

extension TraceFilter {
    fileprivate var processes: Set<Int32> {
        if case .processes(let processes) = scope { processes } else { [] }
    }
}
