package import NUMATopology

/// What can go wrong between NUMA balancing and what it balances. Each is an event when it begins and when it ends.
package enum Detection: String, Sendable, Hashable, CaseIterable {
    /// Pages are moved again and again: tasks of several nodes use them.
    case pagePingPong = "page_ping_pong"
    /// Threads change nodes while their pages are moved after them: load balancer against NUMA balancer.
    case threadPingPong = "thread_ping_pong"
    /// Arming, faulting and moving take a twentieth of the CPU time, or a twentieth of the memory is moved each minute.
    case storm
    /// It is scanned as often as the kernel allows, for minutes, and its memory does not get more local.
    case scanPeriodCollapse = "scan_period_collapse"
    /// It is scanned as seldom as the kernel allows although less than 70 % of its memory is local.
    case givenUp = "given_up"
    /// Memory lies on nodes it may not use (`Mems_allowed`).
    case memoryDisallowed = "memory_disallowed"
    /// It may not run on any node its memory has to lie on.
    case affinityDisjoint = "affinity_disjoint"
    /// A node is full while another has room.
    case nodeFull = "node_full"
    /// Its memory is larger than any node.
    case groupLargerThanNode = "group_larger_than_node"
    /// The kernel cannot move half of the pages it wants to, because something holds them.
    case movesRefused = "moves_refused"
    /// Scans keep tasks for more than 4 ms each; only tracing shows them.
    case scanStall = "scan_stall"
    /// Promotion to the faster tier is at its limit.
    case tieringRateLimited = "tiering_rate_limited"
    /// As many pages are demoted as promoted.
    case demotedAgain = "demoted_again"
    /// Promotion is on, and there is no slower tier.
    case oneTierPromotion = "one_tier_promotion"
    /// Cache-aware scheduling keeps threads off the nodes that NUMA balancing prefers for them.
    case cacheAwareConflict = "cache_aware_conflict"

    /// The letter of tables that have little room; absent for those that have none.
    package var letter: Character? {
        switch self {
        case .pagePingPong: "P"
        case .threadPingPong: "T"
        case .storm, .scanPeriodCollapse: "S"
        case .givenUp: "G"
        case .affinityDisjoint, .memoryDisallowed: "C"
        case .nodeFull: "F"
        case .movesRefused: "K"
        case .scanStall: "L"
        case .groupLargerThanNode, .tieringRateLimited, .demotedAgain, .oneTierPromotion, .cacheAwareConflict: nil
        }
    }

    /// The kind of the event that tells of it: `page-ping-pong`.
    package var eventKind: String { String(rawValue.map { $0 == "_" ? "-" : $0 }) }

    /// The kinds of events about verdicts and detections: what a reader of the event stream looks for.
    package static let eventKinds: Set<String> = Set(allCases.map(\.eventKind)).union([
        "verdict-changed", "detection-ended",
    ])

    /// A few words for tables: `page ping-pong`.
    package var words: String {
        switch self {
        case .pagePingPong: "page ping-pong"
        case .threadPingPong: "thread ping-pong"
        case .storm: "storm"
        case .scanPeriodCollapse: "scan period collapsed"
        case .givenUp: "given up"
        case .memoryDisallowed: "memory on disallowed nodes"
        case .affinityDisjoint: "CPUs and memory on different nodes"
        case .nodeFull: "node full"
        case .groupLargerThanNode: "larger than a node"
        case .movesRefused: "moves refused"
        case .scanStall: "scan stalls"
        case .tieringRateLimited: "promotion at its limit"
        case .demotedAgain: "demoted again"
        case .oneTierPromotion: "promotion without a slower tier"
        case .cacheAwareConflict: "cache-aware scheduling against NUMA balancing"
        }
    }
}

/// A detection that holds, with the figures it rests on.
package struct DetectionFinding: Sendable, Equatable {
    package var detection: Detection
    /// Monotonic time since when, nanoseconds.
    package var sinceNanoseconds: UInt64
    /// The share that was compared with the limit, where it is one: of moves kept, of CPU time, of moves refused, of memory.
    package var ratio: Double?
    /// The amount per second that was compared, where it is one: pages, faults, thread moves.
    package var perSecond: Double?
    /// The longest time, nanoseconds, where it is about times.
    package var longestNanoseconds: UInt64?
    /// The nodes it is about.
    package var nodes: NodeSet

    package init(
        _ detection: Detection, sinceNanoseconds: UInt64 = 0, ratio: Double? = nil, perSecond: Double? = nil,
        nodes: NodeSet = []
    ) {
        self.detection = detection
        self.sinceNanoseconds = sinceNanoseconds
        self.ratio = ratio
        self.perSecond = perSecond
        self.nodes = nodes
    }
}
