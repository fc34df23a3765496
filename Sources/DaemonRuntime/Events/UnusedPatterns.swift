import Sampling
import Snapshots
import Synchronization

/// Finds the patterns for units that mean no process for a day: a name that was mistyped, or is another one on this host.
///
/// Each is told of once. Units that are gone between two rounds are not seen, which a pattern has a day to make up for.
final class UnusedPatterns: Sendable {
    private struct Entry {
        /// Where the pattern was written: `ExcludeUnits`.
        var key: String
        var pattern: String
        /// When it meant a process last, or was put in force.
        var lastUsed: UInt64
        var isTold = false
    }

    private struct State {
        var entries: [Entry]
        /// The patterns that mean what was running in the last round, so that matching is done once.
        var known: [UnitNames: [Int]] = [:]
    }

    private let state: Mutex<State>

    static let patienceNanoseconds: UInt64 = 86_400_000_000_000

    /// - Parameter now: Monotonic time, nanoseconds.
    init(_ configuration: DaemonConfiguration, at now: UInt64) {
        state = Mutex(State(entries: Self.entries(configuration, at: now)))
    }

    /// Takes the patterns of another configuration; those that stay keep what is known of them.
    func apply(_ configuration: DaemonConfiguration, at now: UInt64) {
        state.withLock { state in
            let before = state.entries
            state.entries = Self.entries(configuration, at: now).map { entry in
                before.first { $0.key == entry.key && $0.pattern == entry.pattern } ?? entry
            }
            state.known = [:]
        }
    }

    private static func entries(_ configuration: DaemonConfiguration, at now: UInt64) -> [Entry] {
        [
            ("IncludeUnits", configuration.placement.includedUnits),
            ("ExcludeUnits", configuration.placement.excludedUnits),
            ("Units", configuration.tracing.units),
        ].flatMap { key, patterns in patterns.map { Entry(key: key, pattern: $0, lastUsed: now) } }
    }

    /// Looks at what runs.
    ///
    /// - Returns: What has to be told now.
    func changes(in snapshot: HostSnapshot) -> [SnapshotChange] {
        state.withLock { state in
            guard !state.entries.isEmpty else { return [] }
            let now = snapshot.monotonicNanoseconds
            var known: [UnitNames: [Int]] = [:]
            for process in snapshot.processes {
                let names = process.unitNames
                guard known[names] == nil else { continue }
                let used = state.known[names] ?? Self.patterns(state.entries, for: names)
                known[names] = used
                for index in used { state.entries[index].lastUsed = now }
            }
            state.known = known
            return state.entries.indices.compactMap { index in
                let entry = state.entries[index]
                let unused = now - min(entry.lastUsed, now)
                guard !entry.isTold, unused >= Self.patienceNanoseconds else { return nil }
                state.entries[index].isTold = true
                return SnapshotChange(
                    event: .patternUnused,
                    message: "\(entry.key)=\(entry.pattern) has meant no process for a day; "
                        + "“numawatch groups” lists the names there are",
                    fields: [ObservedEvent.Field("key", entry.key), ObservedEvent.Field("pattern", entry.pattern)])
            }
        }
    }

    private static func patterns(_ entries: [Entry], for names: UnitNames) -> [Int] {
        entries.indices.filter { index in
            names.fit(entries[index].pattern) { NamePattern.matches($0, pattern: $1) }
        }
    }
}
