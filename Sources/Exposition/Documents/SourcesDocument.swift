import Snapshots
import TextOutput

/// `/v1/sources`: what can be read here, and what is lost without the rest.
enum SourcesDocument {
    static let schema = Schema.object(
        RoundHeader.fields + [
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
                    ])), "Every source there is.")
        ])

    static func write(_ snapshot: HostSnapshot, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        RoundHeader.write(snapshot, nowNanoseconds: nowNanoseconds, into: &json)
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
                }
            }
        }
    }
}
