import DomainReports
import SchedDomains
import Snapshots
import TextOutput

/// Cache-aware scheduling, as a part of `/v1/status`.
enum CacheAwareDocument {
    static let schema = Schema.object([
        .provenance,
        .optional("is_enabled", .boolean, "sched/llc_balancing/enabled."),
        .optional("tolerance", .integer, "sched/llc_balancing/aggr_tolerance."),
        .optional("cache_bytes", .integer, "The size of a last-level cache."),
        .optional(
            "footprint_limit_bytes", .integer,
            "The sum of the total_numa_faults of a process up to which its threads are drawn to one cache; absent: none, or "
                + "not known. With NUMA balancing off there is none."),
    ])

    static func write(_ scheduling: CacheAwareScheduling, into json: inout JSONWriter) {
        json.member("provenance", .kernel)
        json.member(ifPresent: "is_enabled", scheduling.isEnabled)
        json.member(ifPresent: "tolerance", scheduling.tolerance)
        json.member(ifPresent: "cache_bytes", scheduling.cacheBytes)
        if case .bytes(let bytes) = scheduling.footprintLimit { json.member("footprint_limit_bytes", bytes) }
    }
}
