package import Snapshots

/// Whether rounds keep coming: what `/healthz` says.
package struct HealthAnswer: Sendable, Equatable {
    package enum Status: String, FieldChoice {
        case ok, starting, stale
    }

    package var status: Status
    /// Age of the last round, nanoseconds; absent before the first, as is the age from which on it is stale.
    package var ageNanoseconds: UInt64?
    package var staleAfterNanoseconds: UInt64?

    package static let fields = Fields<HealthAnswer>(of: HealthAnswer(status: .starting)) {
        Field(.status, \.status, "ok, or why not.")
        Field(.ageSeconds, seconds: \.ageNanoseconds, "Age of the last round.")
        Field("stale_after_seconds", seconds: \.staleAfterNanoseconds, "The age from which on it is stale.")
    }
}

/// `/healthz`: whether rounds keep coming.
package struct HealthPolicy: Sendable {
    /// A round older than this many of its intervals is stale. Three: one may be under way and one may have been
    /// lengthened by the CPU limit.
    package var staleAfterIntervals: UInt64 = 3
    /// Time beyond that, for hosts that are slow to run anything at all, nanoseconds.
    package var graceNanoseconds: UInt64 = 10_000_000_000

    package init() {}

    /// Whether the last round is young enough.
    package func answer(_ snapshot: HostSnapshot?, nowNanoseconds: UInt64) -> HealthAnswer {
        guard let snapshot else { return HealthAnswer(status: .starting) }
        let interval = snapshot.cost.tiers.filter { !$0.isBetweenRounds }.map(\.intervalNanoseconds).min() ?? 0
        let (scaled, overflow) = interval.multipliedReportingOverflow(by: staleAfterIntervals)
        let limit = overflow ? .max : scaled.addingReportingOverflow(graceNanoseconds).partialValue
        let age = RoundHeader.age(of: snapshot.monotonicNanoseconds, now: nowNanoseconds)
        return HealthAnswer(
            status: age > limit ? .stale : .ok, ageNanoseconds: age, staleAfterNanoseconds: limit)
    }

    /// The same as an answer of the socket: 503 where it is not ok.
    package func reply(_ snapshot: HostSnapshot?, nowNanoseconds: UInt64) -> EndpointReply {
        let answer = answer(snapshot, nowNanoseconds: nowNanoseconds)
        return EndpointReply(
            status: answer.status == .ok ? 200 : 503, contentType: ContentType.json,
            body: .bytes(HealthAnswer.fields.document(answer, FieldContext(nowNanoseconds: nowNanoseconds))))
    }
}
