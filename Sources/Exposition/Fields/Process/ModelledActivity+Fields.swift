import BalancingModel
import NUMATopology
import Snapshots
import TextOutput

/// Each amount of the model with its bounds.
extension Estimate {
    static let fields = Fields<Estimate>(of: .zero) {
        Field("value", tenths: \.value, "The likeliest amount.")
        Field("lowest", tenths: \.lowest, "It is at least this.")
        Field("highest", tenths: \.highest, "It is at most this.")
        Field(
            .provenance, get: { $0.provenance == .observed ? EstimateProvenance.kernel : .modelled },
            set: { $0.provenance = $1 == .kernel ? .observed : .modelled },
            "Counted by the kernel, or reconstructed.")
    }
}

private enum EstimateProvenance: String, FieldChoice {
    case kernel, modelled
}

extension Field {
    /// A number with one digit after the point.
    init(_ name: FieldName, tenths path: Path<Double>, _ description: String) {
        self.init(name, get: { Tenths(value: $0[keyPath: path]) }, set: { $0[keyPath: path] = $1.value }, description)
    }
}

private struct Tenths: FieldValue {
    var value: Double

    static let schema = Schema.number

    init(value: Double) {
        self.value = value
    }

    func write(into json: inout JSONWriter) { json.value(value, decimals: 1) }

    init(reading value: JSONValue) throws(FieldError) { self.value = try Double(reading: value) }
}

extension ModelledActivity {
    static let fields = Fields<ModelledActivity>(of: ModelledActivity(intervalNanoseconds: 0)) {
        Field.provenance(.modelled)
        Field(.intervalSeconds, seconds: \.intervalNanoseconds, "Length of the interval.")
        Field(
            "faulted_pages", \.faultedPages, Estimate.fields,
            "Pages whose hint faults were folded into the ledgers.")
        faultedPagesByNode
        Field(.migratedPages, \.migratedPages, Estimate.fields, "Pages moved by hint faults.")
        Field(.moves, \.moves, each: Move.fields, "Where these came from and went to.")
        Field("scan_period_milliseconds", \.scanPeriodMilliseconds, Estimate.fields, "Time between scans.")
        Field(
            "tasks_by_modelled_node", \.tasksByModelledNode, "Tasks by their preferred node, as modelled.")
    }

    private static let byNode: FieldName = "faulted_pages_by_node"
    private static let faultedPagesByNode = Field<ModelledActivity>(
        byNode, .map(of: Estimate.fields.schema), isRequired: true, "The same by node."
    ) { activity, context, json in
        json.object(byNode.text) { json in
            for entry in activity.faultedPagesByNode {
                json.object(String(entry.node.rawValue)) { Estimate.fields.write(entry.pages, context, into: &$0) }
            }
        }
    } read: { (value, context, activity) throws(FieldError) in
        var entries: [NodePages] = []
        try JSONObject.read(value) { (name, member) throws(FieldError) in
            guard let node = NodeID(reading: name) else { throw FieldError(expected: "the number of a node") }
            entries.append(NodePages(node: node, pages: try Estimate.fields.read(member, context)))
        }
        activity.faultedPagesByNode = entries
    }
}

extension ModelledActivity.Move {
    static let fields = Fields<ModelledActivity.Move>(
        of: ModelledActivity.Move(source: NodeID(0), target: NodeID(0), pages: .zero)
    ) {
        Field.move(from: \.source, to: \.target)
        Field(.pages, \.pages, Estimate.fields, "How many.")
    }
}

extension Field {
    /// From which node to which.
    static func move(from source: Path<NodeID>, to target: Path<NodeID>) -> [Field] {
        [
            Field("source_node", source, "Where they were."),
            Field("target_node", target, "Where they are now."),
        ]
    }
}

extension ModelAnswer {
    static let fields = Fields<ModelAnswer>(
        of: ModelAnswer(
            round: RoundHeader(),
            ModelRecord(
                activity: ModelledActivity(intervalNanoseconds: 0), hintFaults: .zero, isReconciled: false, profile: ""),
            groups: [], tracing: nil)
    ) {
        RoundHeader.fields.lifted(\.round)
        Field("profile", \.model.profile, "The kernel whose rules are used.")
        Field(.taskCount, \.model.taskCount, "Tasks the model follows.")
        Field("hint_faults", \.model.hintFaults, Estimate.fields, "Hint faults of the interval.")
        Field(
            .localFaultRatio, \.model.localShare,
            "Share of them that were local when taken, before their pages moved; not locality.")
        Field(
            "is_reconciled", \.model.isReconciled,
            "Whether tasks' pages and counted faults could be brought into line.")
        Field(.host, \.model.activity, ModelledActivity.fields, "All tasks together.")
        Field(.groups, \.groups, each: Group.fields, "By group.")
        Field(
            .tracing, \.tracing, TracingRecord.fields,
            "What tracing adds: every fault, and how right the model is.")
    }
}

extension ModelAnswer.Group {
    static let fields = Fields<ModelAnswer.Group>(
        of: ModelAnswer.Group(name: "", activity: ModelledActivity(intervalNanoseconds: 0))
    ) {
        Field(.group, \.name, "The systemd unit, container or cgroup.")
        Field(.model, \.activity, ModelledActivity.fields, "Its tasks.")
    }
}
