package import Snapshots

/// Cases as the numbers that histories hold. They stand in files: a new case takes the next number, and none changes.
package protocol HistoryCode: CaseIterable, RawRepresentable, Sendable where RawValue == String {
    /// The raw values in the order of their numbers.
    static var historyOrder: [String] { get }
}

extension HistoryCode {
    /// Nil for a number of another version.
    package init?(historyCode code: Double) {
        guard let place = Int(exactly: code), Self.historyOrder.indices.contains(place) else { return nil }
        self.init(rawValue: Self.historyOrder[place])
    }

    package var historyCode: Int { Self.historyOrder.firstIndex(of: rawValue) ?? .max }
}

extension Verdict: HistoryCode {
    package static let historyOrder = [
        "helping", "converged", "settled", "neutral", "hurting", "inactive", "cannot_tell",
    ]
}

extension VerdictReason: HistoryCode {
    package static let historyOrder = [
        "off", "one_node", "policy", "idle", "tiering_only", "not_scanned", "backed_off", "given_up", "does_not_fit",
        "too_short", "too_little_cpu", "unplaced", "uncounted", "overlap", "unproven", "mode_unknown",
    ]
}

extension Detection: HistoryCode {
    package static let historyOrder = [
        "page_ping_pong", "thread_ping_pong", "storm", "scan_period_collapse", "given_up", "memory_disallowed",
        "affinity_disjoint", "node_full", "group_larger_than_node", "moves_refused", "scan_stall",
        "tiering_rate_limited", "demoted_again", "one_tier_promotion", "cache_aware_conflict",
    ]
}

extension FigureSource: HistoryCode {
    package static let historyOrder = [
        "account", "placement", "sample", "counters", "model", "trace", "stacks", "calibrated", "firmware", "assumed",
        "sampled",
    ]
}

extension HistoryFigure {
    /// The word of a code; nil for figures that are no codes, and for numbers of another version.
    package func word(_ code: Double) -> String? {
        switch self {
        case .verdict: Verdict(historyCode: code)?.rawValue
        case .reason: VerdictReason(historyCode: code)?.rawValue
        case .localitySource, .bestLocalitySource, .costSource, .gainSource, .keptSource, .recentCounterSource:
            FigureSource(historyCode: code)?.rawValue
        case .memoryProvenance: HistoryMemory(historyCode: code)?.rawValue
        default: nil
        }
    }
}

/// Where the memory by node of a group comes from.
package enum HistoryMemory: String, HistoryCode {
    /// The kernel's account of its cgroups.
    case account
    /// The mappings of its processes, read in full.
    case mappings
    /// The same, with samples among them.
    case estimated

    package static let historyOrder = ["account", "mappings", "estimated"]
}
