import NUMATopology
import SchedDomains
import Snapshots
import TextOutput

extension RoundHeader {
    static let fields = Fields<RoundHeader>(of: RoundHeader()) {
        Field(.sequence, \.sequence, "Counts rounds from 1.")
        Field(.time, utc: \.wallClockNanoseconds, "When the round ended, RFC 3339, UTC.")
        Field(.ageSeconds, Seconds.schema, isRequired: true, "Time since the round ended.") { round, context, json in
            json.member(.ageSeconds, Seconds(context.age(of: round.monotonicNanoseconds)))
        } read: { (value, context, round) throws(FieldError) in
            round.monotonicNanoseconds = context.instant(ofAge: try Seconds(reading: value).nanoseconds)
            round.nowNanoseconds = context.nowNanoseconds
        }
    }
}

extension HostNote {
    static let fields = Fields<HostNote>(of: HostNote(.unknown, "", "")) {
        Field(
            .kind, \.kind,
            "Whose view it is, what was concluded or assumed, contradicts itself, is unknown or damaged.")
        Field("about", \.about, "nodes, cpus, distances, processes, users, files, or the path of a file.")
        Field("text", \.text, "A sentence.")
    }
}

/// Fields that many records have.
extension Field {
    /// What a reader has to know of how the figures were found; left out where there is nothing to know.
    static func notes(_ path: Path<[HostNote]>) -> Field {
        notes(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
    }

    private static func notes(
        get: @escaping @Sendable (Record) -> [HostNote], set: @escaping @Sendable (inout Record, [HostNote]) -> Void
    ) -> Field {
        Field(
            "notes", parts: { get($0).isEmpty ? nil : get($0) }, set: set, each: HostNote.fields, isRequired: false,
            "What to know of how the figures were found; absent where the kernel's own files told everything.")
    }

    /// The same, where it follows from the rest of the record.
    static func notes(derived get: @escaping @Sendable (Record) -> [HostNote]) -> Field {
        notes(get: get, set: { _, _ in })
    }

    /// Where the figures around it come from.
    static func provenance(_ get: @escaping @Sendable (Record) -> Provenance) -> Field {
        Field(.provenance, derived: get, "Where the figures come from.")
    }

    /// Where the figures around it come from, always.
    static func provenance(_ provenance: Provenance) -> Field { .provenance { _ in provenance } }

    /// Where the figures around it come from, as the record keeps it.
    static func provenance(_ path: Path<Provenance>) -> Field {
        Field(.provenance, path, "Where the figures come from.")
    }

    /// A wall-clock time.
    init(_ name: FieldName, utc path: Path<UInt64>, _ description: String) {
        self.init(
            name, get: { UTCTime(nanoseconds: $0[keyPath: path]) }, set: { $0[keyPath: path] = $1.nanoseconds },
            description)
    }

    /// A wall-clock time, where it is known.
    init(_ name: FieldName, utc path: Path<UInt64?>, _ description: String) {
        self.init(
            name, find: { $0[keyPath: path].map(UTCTime.init(nanoseconds:)) },
            set: { $0[keyPath: path] = $1.nanoseconds },
            description)
    }

    /// CPUs in the kernel's list format, where they are known.
    init(_ name: FieldName, list path: Path<CPUSet?>, _ description: String) {
        self.init(
            name, find: { $0[keyPath: path].map(CPUListText.init) }, set: { $0[keyPath: path] = $1.cpus }, description)
    }

    /// CPUs in the kernel's list format; left out where there are none.
    init(_ name: FieldName, listIfAny path: Path<CPUSet>, _ description: String) {
        self.init(
            name, find: { $0[keyPath: path].isEmpty ? nil : CPUListText($0[keyPath: path]) },
            set: { $0[keyPath: path] = $1.cpus }, description)
    }

    /// The kernel's counters by its own names, where they could be read.
    init(_ name: FieldName, counters path: Path<[HostTotals.Counter]?>, _ description: String) {
        self.init(
            name, find: { $0[keyPath: path].map(NamedValues.init(counters:)) },
            set: { $0[keyPath: path] = $1.counters }, description)
    }

    /// Threads by node, and those whose node is not known beside them. Left out as a whole where that is all of them.
    @FieldList<Record>
    static func threadsByNode(_ path: Path<NodeValues<Int>>) -> [Field] {
        Field(
            "threads_by_node", find: { $0[keyPath: path].whereLocated },
            set: { $0[keyPath: path] = $1.with(unlocated: $0[keyPath: path].unlocated) },
            "Threads by the node of the CPU they are on; absent where that is not known of any.")
        Field(
            "unlocated_thread_count",
            find: { $0[keyPath: path].unlocated > 0 ? $0[keyPath: path].unlocated : nil },
            set: { $0[keyPath: path].unlocated = $1 }, "Threads whose node is not known, where there are any.")
    }

    /// CPU time by node, where there was an interval to count it in.
    static func cpuByNode(_ path: Path<NodeValues<UInt64>?>, byNode: String, _ description: String) -> Field {
        Field("cpu_by_node", path, CPUTimeFields.fields(byNode: byNode), description)
    }

    /// An amount that is left out where it is zero, which says nothing.
    init<Value: FieldValue & BinaryInteger>(_ name: FieldName, positive path: Path<Value>, _ description: String) {
        self.init(
            name, find: { $0[keyPath: path] > 0 ? $0[keyPath: path] : nil }, set: { $0[keyPath: path] = $1 },
            description)
    }
}

extension NodeValues {
    fileprivate func with(unlocated: Value) -> NodeValues {
        var values = self
        values.unlocated = unlocated
        return values
    }
}

/// A CPU time by node.
private enum CPUTimeFields {
    static func fields(byNode: String) -> Fields<NodeValues<UInt64>> {
        Fields(of: NodeValues<UInt64>()) {
            Field.provenance(.estimated)
            Field(
                "cpu_seconds_by_node", find: { $0.whereLocated.map(SecondsByNode.init) },
                set: { $0 = $1.values.with(unlocated: $0.unlocated) }, byNode)
            Field(
                "unlocated_cpu_seconds", find: { $0.unlocated > 0 ? Seconds($0.unlocated) : nil },
                set: { $0.unlocated = $1.nanoseconds },
                "Time of threads whose node was not known, where there is any.")
        }
    }
}

extension NamedValues where Value == UInt64 {
    init(counters: [HostTotals.Counter]) { self.init(counters.map { ($0.name, $0.value) }) }

    var counters: [HostTotals.Counter] { values.map { HostTotals.Counter(name: $0.name, value: $0.value) } }
}

/// A set of CPUs in the kernel's list format.
struct CPUListText: FieldValue {
    var cpus: CPUSet

    static let schema = Schema.string

    init(_ cpus: CPUSet) {
        self.cpus = cpus
    }

    func write(into json: inout JSONWriter) { json.value(cpus.listText) }

    init(reading value: JSONValue) throws(FieldError) {
        guard let text = value.text, let cpus = text.isEmpty ? CPUSet() : CPUSet(kernelList: text) else {
            throw FieldError(expected: "a list of CPUs")
        }
        self.cpus = cpus
    }
}

/// A CPU time per node, in seconds.
private struct SecondsByNode: FieldValue {
    var values: NodeValues<UInt64>

    static let schema = Schema.map(of: .number)

    init(_ values: NodeValues<UInt64>) {
        self.values = values
    }

    func write(into json: inout JSONWriter) {
        json.object { json in
            for node in values.nodes {
                json.key(String(node.rawValue))
                Seconds(values[node]).write(into: &json)
            }
        }
    }

    init(reading value: JSONValue) throws(FieldError) {
        var values = NodeValues<UInt64>()
        try JSONObject.read(value) { (name, member) throws(FieldError) in
            guard let node = NodeID(reading: name) else { throw FieldError(expected: "the number of a node") }
            values[node] = try Seconds(reading: member).nanoseconds
        }
        self.values = values
    }
}
