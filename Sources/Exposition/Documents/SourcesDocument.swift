import DomainReports
import Snapshots
import TextOutput

/// `/v1/sources`: what can be read here, and what is lost without the rest.
enum SourcesDocument {
    static let schema = Schema.object(
        RoundHeader.fields + [
            .notes,
            .required(
                "sources",
                .array(
                    of: .object([
                        .required("source", .string, "A stable short name."),
                        .required("path", .string, "The file or call."),
                        .required(
                            "state", .choice(["readable", "unavailable", "malformed", "not-applicable"]),
                            "What became of reading it."),
                        .optional("errno", .integer, "Why it is unavailable."),
                        .optional("errno_name", .string, "The name of the errno."),
                        .optional(
                            "reason", .string,
                            "Why it is malformed, does not apply or, without an errno, is unavailable."),
                        .required("purpose", .string, "What numawatch takes from it."),
                        .required("lost_without", .string, "What cannot be told without it."),
                        .optional("remedy", .string, "What would make it readable here."),
                        .optional("tried_at", .string, "When it was tried last, RFC 3339, UTC."),
                        .optional("age_seconds", .number, "Time since then."),
                    ])), "Every source there is."),
        ])

    /// What was tried longer ago is tried again before it is shown.
    static let presentNanoseconds: UInt64 = 5_000_000_000

    /// Whether all sources were tried a moment ago.
    static func isPresent(_ snapshot: HostSnapshot, nowNanoseconds: UInt64) -> Bool {
        let tried = snapshot.sources.filter { $0.name != "tracing" }.map(\.triedAtNanoseconds)
        guard !tried.contains(nil), let oldest = tried.compactMap({ $0 }).min() else { return false }
        return RoundHeader.age(of: oldest, now: nowNanoseconds) < presentNanoseconds
    }

    static func write(_ snapshot: HostSnapshot, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        RoundHeader.write(snapshot, nowNanoseconds: nowNanoseconds, into: &json)
        json.member(notes: snapshot.notes)
        json.array("sources") { json in
            for source in snapshot.sources {
                json.object { json in
                    json.member("source", source.name)
                    json.member("path", source.path)
                    switch source.state {
                    case .readable: json.member("state", "readable")
                    case .unavailable(let errno, let name):
                        json.member("state", "unavailable")
                        json.member("errno", errno)
                        json.member("errno_name", name)
                    case .failed(let reason):
                        json.member("state", "unavailable")
                        json.member("reason", reason)
                    case .malformed(let reason):
                        json.member("state", "malformed")
                        json.member("reason", reason)
                    case .notApplicable(let reason):
                        json.member("state", "not-applicable")
                        json.member("reason", reason)
                    }
                    json.member("purpose", source.purpose)
                    json.member("lost_without", source.lostWithout)
                    json.member(ifPresent: "remedy", source.remedy)
                    if let triedAt = source.triedAtNanoseconds {
                        json.member("tried_at", UTCTime.text(nanoseconds: snapshot.wallClock(at: triedAt)))
                        json.member("age_seconds", seconds: RoundHeader.age(of: triedAt, now: nowNanoseconds))
                    }
                }
            }
        }
    }
}
