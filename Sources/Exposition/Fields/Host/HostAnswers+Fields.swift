import NUMATopology
import Snapshots
import TextOutput

extension TopologyAnswer {
    static let fields = Fields<TopologyAnswer>(of: TopologyAnswer()) {
        RoundHeader.fields.lifted(\.round)
        Field.provenance(\.provenance)
        Field.notes(\.notes)
        Field(.topologyType, \.topologyType, "How the nodes are connected.")
        Field(
            "possible_cpus", listIfAny: \.possibleCPUs,
            "CPUs that may come online, in the kernel's list format.")
        Field("online_cpus", listIfAny: \.onlineCPUs, "CPUs that are online.")
        Field(
            .nodes, parts: { $0.nodes.isEmpty ? nil : $0.nodes }, set: { $0.nodes = $1 }, each: Node.fields,
            isRequired: false, "The online nodes; absent, as the CPUs are, where nothing tells them.")
    }
}

extension TopologyAnswer.Node {
    static let fields = Fields<TopologyAnswer.Node>(of: TopologyAnswer.Node(id: NodeID(0))) {
        Field(.numaNode, \.id, "The node's number.")
        Field(
            .cpus, list: \.cpus, "Its online CPUs; empty for memory only. Absent where nothing tells.")
        Field(.cpuCount, derived: { $0.cpus?.count }, "How many.")
        Field("memory_bytes", \.memoryBytes, "Its memory.")
        Field(
            "distances_by_node",
            find: { node in node.distances.map { NamedValues($0.map { (String($0.node.rawValue), $0.distance) }) } },
            set: { (node, distances) throws(FieldError) in
                node.distances = []
                for (name, distance) in distances.values {
                    guard let other = NodeID(reading: name) else {
                        throw FieldError(expected: "the number of a node")
                    }
                    node.distances?.append(TopologyAnswer.Distance(node: other, distance: distance))
                }
            }, "Distance to each online node.")
    }
}

extension DevicesAnswer {
    static let fields = Fields<DevicesAnswer>(of: DevicesAnswer()) {
        RoundHeader.fields.lifted(\.round)
        Field.provenance(.kernel)
        Field(
            "devices", \.devices, each: DeviceRecord.fields,
            "Network, storage, display and accelerator devices; absent where the bus cannot be read.")
    }
}

extension DeviceRecord {
    static let fields = Fields<DeviceRecord>(of: DeviceRecord(address: "", kind: .network, classCode: 0)) {
        Field(.address, \.address, "Its address on the PCI bus.")
        Field(.kind, \.kind, "What it is, by its PCI class.")
        Field(
            "class", get: { PCIClass(code: $0.classCode) }, set: { $0.classCode = $1.code },
            "Its PCI class: base, subclass, programming interface.")
        Field(.numaNode, \.node, "Its node; absent where the firmware does not say.")
        Field(
            "names", find: { $0.names.isEmpty ? nil : $0.names }, set: { $0.names = $1 },
            "What it is called under /sys/class and /sys/block; absent where nothing names it.")
    }
}

/// A class code as sysfs shows it: `0x020000`.
private struct PCIClass: FieldValue {
    var code: UInt32

    static let schema = Schema.string

    init(code: UInt32) {
        self.code = code
    }

    func write(into json: inout JSONWriter) {
        let digits = String(code, radix: 16)
        json.value("0x" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits)
    }

    init(reading value: JSONValue) throws(FieldError) {
        guard let text = value.text, text.hasPrefix("0x"), let code = UInt32(text.dropFirst(2), radix: 16) else {
            throw FieldError(expected: "a PCI class such as 0x020000")
        }
        self.code = code
    }
}

extension SourcesAnswer {
    static let fields = Fields<SourcesAnswer>(of: SourcesAnswer()) {
        RoundHeader.fields.lifted(\.round)
        Field.notes(\.notes)
        Field(.sources, \.sources, each: Source.fields, "Every source there is.")
    }
}

extension SourcesAnswer.Source {
    static let fields = Fields<SourcesAnswer.Source>(
        of: SourcesAnswer.Source(
            SourceStatus(name: "", path: "", state: .readable, purpose: "", lostWithout: ""))
    ) {
        Field(.source, \.status.name, "A stable short name.")
        Field("path", \.status.path, "The file or call.")
        Field(.state, \.status.stateName, "What became of reading it.")
        Field("errno", \.status.errno, "Why it is unavailable.")
        Field("errno_name", \.status.errnoName, "The name of the errno.")
        Field(
            .reason, \.status.reason,
            "Why it is malformed, does not apply or, without an errno, is unavailable.")
        Field("purpose", \.status.purpose, "What numawatch takes from it.")
        Field("lost_without", \.status.lostWithout, "What cannot be told without it.")
        Field(.remedy, \.status.remedy, "What would make it readable here.")
        Field("tried_at", utc: \.triedAtWallClockNanoseconds, "When it was tried last, RFC 3339, UTC.")
        Field(.ageSeconds, ageOf: \.status.triedAtNanoseconds, "Time since then.")
    }
}

/// The state, as documents take it apart.
extension SourceStatus {
    fileprivate enum StateName: String, FieldChoice {
        case readable, unavailable, malformed
        case notApplicable = "not-applicable"
    }

    fileprivate var stateName: StateName {
        get {
            switch state {
            case .readable: .readable
            case .unavailable, .failed: .unavailable
            case .malformed: .malformed
            case .notApplicable: .notApplicable
            }
        }
        set {
            switch newValue {
            case .readable: state = .readable
            case .unavailable: state = .failed(reason: "")
            case .malformed: state = .malformed(reason: "")
            case .notApplicable: state = .notApplicable(reason: "")
            }
        }
    }

    fileprivate var errno: Int32? {
        get { if case .unavailable(let errno, _) = state { errno } else { nil } }
        set { state = newValue.map { .unavailable(errno: $0, errnoName: errnoName ?? "") } ?? state }
    }
}
