package import Snapshots
import TextOutput

/// `/healthz`: whether rounds keep coming.
package struct HealthPolicy: Sendable {
    /// A round older than this many of its intervals is stale. Three: one may be under way and one may have been
    /// lengthened by the CPU limit.
    package var staleAfterIntervals: UInt64 = 3
    /// Time beyond that, for hosts that are slow to run anything at all, nanoseconds.
    package var graceNanoseconds: UInt64 = 10_000_000_000

    package init() {}

    static let schema = Schema.object([
        .required("status", .choice(["ok", "starting", "stale"]), "ok, or why not."),
        .optional("age_seconds", .number, "Age of the last round."),
        .optional("stale_after_seconds", .number, "The age from which on it is stale."),
    ])

    /// Whether the last round is young enough.
    package func reply(_ snapshot: HostSnapshot?, nowNanoseconds: UInt64) -> EndpointReply {
        guard let snapshot else {
            return .json(status: 503) { $0.member("status", "starting") }
        }
        let interval = snapshot.cost.tiers.filter { !$0.isBetweenRounds }.map(\.intervalNanoseconds).min() ?? 0
        let (scaled, overflow) = interval.multipliedReportingOverflow(by: staleAfterIntervals)
        let limit = overflow ? .max : scaled.addingReportingOverflow(graceNanoseconds).partialValue
        let age = RoundHeader.age(of: snapshot.monotonicNanoseconds, now: nowNanoseconds)
        let isStale = age > limit
        return .json(status: isStale ? 503 : 200) { json in
            json.member("status", isStale ? "stale" : "ok")
            json.member("age_seconds", seconds: age)
            json.member("stale_after_seconds", seconds: limit)
        }
    }
}
