package import NUMATopology
package import Snapshots
package import TextOutput

/// How the values of snapshots look in JSON, in every document alike.
extension JSONWriter {
    /// A time span in seconds.
    package mutating func member(_ name: String, seconds nanoseconds: UInt64) {
        member(name, Double(nanoseconds) / 1e9)
    }

    /// A time span in seconds, where it is known.
    package mutating func member(ifPresent name: String, seconds nanoseconds: UInt64?) {
        if let nanoseconds { member(name, seconds: nanoseconds) }
    }

    package mutating func member(_ name: String, _ provenance: Provenance) {
        member(name, provenance.description)
    }

    /// An amount per node, as an object whose names are the node numbers. A node that is not there has none. What is
    /// unlocated is not in it; a document that may have such amounts says so beside it.
    package mutating func member(_ name: String, _ values: NodeValues<some BinaryInteger>) {
        object(name) { json in
            for node in values.nodes {
                json.member(String(node.rawValue), values[node])
            }
        }
    }

    package mutating func member(ifPresent name: String, _ values: NodeValues<some BinaryInteger>?) {
        if let values { member(name, values) }
    }

    /// Threads by node, and those whose node is not known beside them. Left out as a whole where that is all of them.
    package mutating func member(threadsByNode threads: NodeValues<Int>) {
        member(ifPresent: "threads_by_node", threads.whereLocated)
        if threads.unlocated > 0 { member("unlocated_thread_count", threads.unlocated) }
    }

    /// CPU time by node, where there was an interval to count it in.
    package mutating func member(cpuTimeByNode time: NodeValues<UInt64>?) {
        guard let time else { return }
        object("cpu_by_node") { json in
            json.member("provenance", .estimated)
            if let located = time.whereLocated { json.member("cpu_seconds_by_node", secondsByNode: located) }
            if time.unlocated > 0 { json.member("unlocated_cpu_seconds", seconds: time.unlocated) }
        }
    }

    /// A CPU time per node, in seconds.
    package mutating func member(_ name: String, secondsByNode values: NodeValues<UInt64>) {
        object(name) { json in
            for node in values.nodes {
                json.member(String(node.rawValue), seconds: values[node])
            }
        }
    }

    /// The kernel's counters by its own names.
    package mutating func member(_ name: String, _ counters: [HostTotals.Counter]) {
        object(name) { json in
            for counter in counters {
                json.member(counter.name, counter.value)
            }
        }
    }

    package mutating func member(_ name: String, _ nodes: NodeSet) {
        array(name) { json in
            for node in nodes { json.value(node.rawValue) }
        }
    }

    package mutating func member(ifPresent name: String, _ nodes: NodeSet?) {
        if let nodes { member(name, nodes) }
    }
}

/// Pieces that several documents' schemas share.
extension Schema {
    static let provenance = Schema.choice(["kernel", "reconstructed", "modelled", "estimated", "assumed"])
    static let byNode = Schema.map(of: .integer)
    static let secondsByNode = Schema.map(of: .number)
    static let nodeNumbers = Schema.array(of: .integer)
}

extension Schema.Field {
    /// What ``JSONWriter/member(threadsByNode:)`` writes.
    static let threadsByNode: [Schema.Field] = [
        .optional(
            "threads_by_node", .byNode,
            "Threads by the node of the CPU they are on; absent where that is not known of any."),
        .optional("unlocated_thread_count", .integer, "Threads whose node is not known, where there are any."),
    ]

    /// What ``JSONWriter/member(cpuTimeByNode:)`` writes.
    static func cpuByNode(_ byNode: String, _ description: String) -> Schema.Field {
        .optional(
            "cpu_by_node",
            .object([
                .provenance,
                .optional("cpu_seconds_by_node", .secondsByNode, byNode),
                .optional(
                    "unlocated_cpu_seconds", .number, "Time of threads whose node was not known, where there is any."),
            ]), description)
    }

    static let provenance = Schema.Field.required("provenance", .provenance, "Where the figures come from.")
    static let notes = Schema.Field.optional(
        "notes",
        .array(
            of: .object([
                .required(
                    "kind", .choice(HostNote.Kind.allCases.map(\.rawValue)),
                    "Whose view it is, what was concluded or assumed, contradicts itself, is unknown or damaged."),
                .required("about", .string, "nodes, cpus, distances, processes, users, files, or the path of a file."),
                .required("text", .string, "A sentence."),
            ])), "What to know of how the figures were found; absent where the kernel's own files told everything.")
    static let roundTime = Schema.Field.required("time", .string, "When the round ended, RFC 3339, UTC.")
    static let sequence = Schema.Field.required("sequence", .integer, "Counts rounds from 1.")
    static let age = Schema.Field.required("age_seconds", .number, "Time since the round ended.")
}

/// The members every document about a round begins with.
enum RoundHeader {
    static let fields: [Schema.Field] = [.sequence, .roundTime, .age]

    static func write(_ snapshot: HostSnapshot, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        json.member("sequence", snapshot.sequence)
        json.member("time", UTCTime.text(nanoseconds: snapshot.wallClockNanoseconds))
        json.member("age_seconds", seconds: age(of: snapshot.monotonicNanoseconds, now: nowNanoseconds))
    }

    /// Time since an instant; 0 for one that is still to come.
    static func age(of instant: UInt64, now: UInt64) -> UInt64 {
        now > instant ? now - instant : 0
    }
}
