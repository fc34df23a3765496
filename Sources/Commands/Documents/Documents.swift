import FoundationEssentials

/// The documents of the daemon's socket, as far as the tables need them. Members that a document may leave out are absent:
/// the source was not readable, and the table says so with a dash.
enum Documents {
    /// Reads a document.
    ///
    /// - Throws: ``CommandFailure`` where the text is not that document: daemon and command line differ in version.
    static func decode<Document: Decodable>(_ type: Document.Type, from bytes: [UInt8]) throws(CommandFailure)
        -> Document
    {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw CommandFailure(
                .software, "The daemon's answer is not what this version of numawatch expects: \(error).",
                remedy: "Restart numawatchd after an upgrade, so that both are of one version.")
        }
    }
}

/// An amount per node; the names are node numbers.
typealias ByNode = [String: Double]

extension ByNode {
    /// Node numbers with their amounts, ascending.
    var inOrder: [(node: Int, amount: Double)] {
        compactMap { key, value in Int(key).map { (node: $0, amount: value) } }.sorted { $0.node < $1.node }
    }

    var total: Double { values.reduce(0, +) }
}

/// `/v1/status`
struct StatusDocument: Decodable {
    struct CacheAware: Decodable {
        var isEnabled: Bool?
        var tolerance: UInt64?
        var cacheBytes: UInt64?
    }

    struct Balancing: Decodable {
        var mode: Int?
        var isEnabled: Bool?
        var scanDelaySeconds: Double?
        var scanPeriodMinimumSeconds: Double?
        var scanPeriodMaximumSeconds: Double?
        var scanSizeBytes: UInt64?
        var hotThresholdSeconds: Double?
    }

    struct Vmstat: Decodable {
        var counters: [String: UInt64]
        var ratesPerSecond: [String: Double]
    }

    struct Cost: Decodable {
        var cpuLimitRatio: Double
        var cpuRatio: Double
        var residentBytes: UInt64?
        var holdLimitSeconds: Double
        var holdLongestSeconds: Double
        var holdsOverLimitCount: UInt64
    }

    struct Tracing: Decodable {
        var state: String
        var reason: String?
        var remedy: String?
        var level: String?
        var scope: String?
        var lagSeconds: Double?
        var eventsPerSecond: Double?
        var lostEventCount: UInt64?
        var shedLevel: Int?
    }

    struct Tiers: Decodable {
        struct Tier: Decodable {
            var memoryTier: Int
            var nodes: [Int]
        }

        var memoryTiers: [Tier]
        var topTierNodes: [Int]?
        var hasPromotableNode: Bool?
    }

    struct Sources: Decodable {
        var readableCount: Int
        var unreadable: [String]
    }

    var sequence: UInt64
    var time: String
    var ageSeconds: Double
    var version: String
    var kernelRelease: String?
    var hostName: String?
    var onlineNodes: [Int]?
    var notes: [NoteDocument]?
    var processCount: Int?
    var threadCount: Int?
    var balancing: Balancing
    var cacheAwareScheduling: CacheAware?
    var tiers: Tiers?
    var isDemotionEnabled: Bool?
    var zoneReclaimMode: Int?
    var vmstat: Vmstat?
    var tracing: Tracing?
    var cost: Cost
    var sources: Sources
}

/// `/v1/nodes`
struct NodesDocument: Decodable {
    struct Node: Decodable {
        var numaNode: Int
        var cpus: String?
        var distances: [Int]?
        var busyRatio: Double?
        var memoryTotalBytes: UInt64?
        var memoryFreeBytes: UInt64?
        var meminfo: [String: UInt64]?
        var numastatPages: [String: UInt64]?
        var vmstatPages: [String: UInt64]?
        var hugepages: [HugePages]?
        var access: Access?
        var memoryTier: Int?
        var demotionNodes: [Int]?
        var isDemotionEnabled: Bool?
    }

    struct HugePages: Decodable {
        var pageSizeBytes: UInt64
        var totalPages: UInt64?
        var freePages: UInt64?
        var surplusPages: UInt64?
    }

    struct Access: Decodable {
        var readLatencyNanoseconds: UInt64?
        var readBandwidthBytesPerSecond: UInt64?
    }

    var notes: [NoteDocument]?
    var zoneReclaimMode: Int?
    var nodes: [Node]?
}

/// `/v1/devices`
struct DevicesDocument: Decodable {
    struct Device: Decodable {
        var address: String
        var kind: String
        var `class`: String
        var numaNode: Int?
        var names: [String]?
    }

    var devices: [Device]?
}

/// What to know of how figures were found: a member of several documents.
struct NoteDocument: Decodable {
    var kind: String
    var about: String
    var text: String
}

/// `/v1/processes` and `/v1/processes/{pid}`
struct ProcessesDocument: Decodable {
    var matchedCount: Int
    var listedCount: Int
    var processes: [ProcessDocument]
}

/// One process.
struct ProcessDocument: Decodable {
    struct Thread: Decodable {
        var tid: Int
        var command: String
        var cpu: Int?
        var numaNode: Int?
        var preferredNode: Int?
        var numaGroupId: Int?
        var cpuSeconds: Double
        var privatePagesByNode: ByNode?
        var sharedPagesByNode: ByNode?
        var migratedPages: UInt64?
    }

    struct CPUByNode: Decodable {
        var cpuSecondsByNode: ByNode?
        var unlocatedCpuSeconds: Double?
    }

    var pid: Int
    var parentPid: Int
    var uid: UInt32?
    var command: String
    var group: String
    var cgroup: String?
    var threadCount: Int
    var residentBytes: UInt64
    var cpuSeconds: Double
    var cpuByNode: CPUByNode?
    var threadsByNode: ByNode?
    var unlocatedThreadCount: Int?
    var allowedCpuNodes: [Int]?
    var allowedMemoryNodes: [Int]?
    var usedMemoryNodes: [Int]?
    var ledger: LedgerDocument?
    var model: ModelDocument?
    var traced: TracedDocument?
    var placement: PlacementDocument?
    var placementGap: String?
    var denied: [String]
    var threads: [Thread]?
}

/// The fault ledger of a process or group.
struct LedgerDocument: Decodable {
    var taskCount: Int
    var privatePagesByNode: ByNode
    var sharedPagesByNode: ByNode
    var changePagesByNode: ByNode?
    var migratedPages: UInt64
    var tasksByPreferredNode: ByNode
    var tasksWithoutPreferredNodeCount: Int
    var tasksOffPreferredNodeCount: Int?
    var numaGroupIds: [Int]
    var scanSequence: Int?
}

/// What the model says balancing did in the last interval.
struct TracedDocument: Decodable {
    struct Score: Decodable {
        var rightCount: UInt64
        var comparedCount: UInt64
    }

    var faultCount: UInt64
    var localRatio: Double?
    var migratedPages: UInt64
    var decisions: Score
    var remoteDecisions: Score
    var resynchronisingDecisionCount: UInt64
}

struct ModelDocument: Decodable {
    struct Amount: Decodable {
        var value: Double
        var lowest: Double
        var highest: Double
    }

    struct Move: Decodable {
        var sourceNode: Int
        var targetNode: Int
        var pages: Amount
    }

    var intervalSeconds: Double
    var faultedPages: Amount
    var faultedPagesByNode: [String: Amount]
    var migratedPages: Amount
    var moves: [Move]
    var scanPeriodMilliseconds: Amount?
}

/// Where memory is.
struct PlacementDocument: Decodable {
    struct Class: Decodable {
        var `class`: String
        var pageSizeBytes: UInt64?
        var bytesByNode: ByNode
    }

    struct Policy: Decodable {
        var policy: String
        var bytesByNode: ByNode
    }

    struct Sample: Decodable {
        var askedPages: Int
        var residentPages: Int
        var mappedPages: UInt64
    }

    var provenance: String
    var method: String?
    var ageSeconds: Double?
    var bytesByNode: ByNode?
    var halfWidth95BytesByNode: ByNode?
    var unlocatedBytes: UInt64?
    /// Of a group: memory that counts once for each process that maps it.
    var repeatedBytes: UInt64?
    var classes: [Class]
    var policies: [Policy]?
    var longestCallSeconds: Double?
    var isCut: Bool?
    var oddLineCount: Int?
    var sample: Sample?

    /// What is missing of `numa_maps`: `cut`, `2 odd lines`; absent where nothing is.
    var damage: String? {
        let lines = oddLineCount.map { $0 == 1 ? "1 odd line" : "\($0) odd lines" }
        let parts = [isCut == true ? "cut" : nil, lines].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// All classes together: as given, or, for a group, their sum.
    var allBytesByNode: ByNode {
        if let bytesByNode {
            return bytesByNode
        }
        return classes.reduce(into: [:]) { sum, entry in sum.merge(entry.bytesByNode, uniquingKeysWith: +) }
    }

    enum CodingKeys: String, CodingKey {
        case provenance, method, ageSeconds, bytesByNode, unlocatedBytes, repeatedBytes, classes, policies
        case longestCallSeconds, sample, isCut, oddLineCount
        // The conversion from snake_case makes this of half_width_95_bytes_by_node.
        case halfWidth95BytesByNode
    }
}

/// `/v1/groups`
struct GroupsDocument: Decodable {
    struct Group: Decodable {
        var group: String
        var title: String?
        var pids: [Int]
        var threadCount: Int
        var residentBytes: UInt64
        var cpuByNode: ProcessDocument.CPUByNode?
        var threadsByNode: ByNode?
        var unlocatedThreadCount: Int?
        var ledger: LedgerDocument?
        var currentBytes: UInt64?
        var placement: PlacementDocument?
        var placedProcessCount: Int
        var unplacedProcessCount: Int
    }

    var matchedCount: Int
    var groups: [Group]
}

/// `/v1/sources`
struct SourcesDocument: Decodable {
    struct Source: Decodable {
        var source: String
        var path: String
        var state: String
        var errnoName: String?
        var reason: String?
        var purpose: String
        var lostWithout: String
        var remedy: String?
        var ageSeconds: Double?
    }

    var notes: [NoteDocument]?
    var sources: [Source]
}
