import BalancingModel
import NUMATopology
import Snapshots
import TextOutput

/// `/v1/model`, and what the model says of a process or group: each amount with its bounds.
enum ModelDocument {
    static let amount = Schema.object([
        .required("value", .number, "The likeliest amount."),
        .required("lowest", .number, "It is at least this."),
        .required("highest", .number, "It is at most this."),
        .required("provenance", .choice(["kernel", "modelled"]), "Counted by the kernel, or reconstructed."),
    ])

    static let activity = Schema.object([
        .provenance,
        .required("interval_seconds", .number, "Length of the interval."),
        .required("faulted_pages", amount, "Pages whose hint faults were folded into the ledgers."),
        .required("faulted_pages_by_node", .map(of: amount), "The same by node."),
        .required("migrated_pages", amount, "Pages moved by hint faults."),
        .required(
            "moves",
            .array(
                of: .object([
                    .required("source_node", .integer, "Where they were."),
                    .required("target_node", .integer, "Where they are now."),
                    .required("pages", amount, "How many."),
                ])), "Where these came from and went to."),
        .optional("scan_period_milliseconds", amount, "Time between scans."),
        .required("tasks_by_modelled_node", .byNode, "Tasks by their preferred node, as modelled."),
    ])

    static let schema = Schema.object(
        RoundHeader.fields + [
            .required("profile", .string, "The kernel whose rules are used."),
            .required("task_count", .integer, "Tasks the model follows."),
            .required("hint_faults", amount, "Hint faults of the interval."),
            .optional("local_ratio", .number, "Share of them on the faulting CPU's own node."),
            .required("is_reconciled", .boolean, "Whether tasks' pages and counted faults could be brought into line."),
            .required("host", activity, "All tasks together."),
            .required(
                "groups",
                .array(
                    of: .object([
                        .required("group", .string, "The systemd unit, container or cgroup."),
                        .required("model", activity, "Its tasks."),
                    ])), "By group."),
            .optional("tracing", TracingDocument.full, "What tracing adds: every fault, and how right the model is."),
        ])

    static func endpoint(store: SnapshotStore) -> Endpoint {
        Endpoint(
            "/v1/model", "What balancing did in the last interval, reconstructed from the ledgers.",
            contents: [.json(schema)], otherStatuses: [404, 503]
        ) { request throws(EndpointError) in
            let snapshot = try store.current(visibleTo: request.viewer)
            guard let model = snapshot.model else {
                throw EndpointError(
                    status: 404, "There is nothing modelled yet: the model needs two rounds with readable ledgers.",
                    remedy: "Ask again after the next round; GET /v1/sources says whether task-ledger is readable.")
            }
            return .json { json in
                RoundHeader.write(snapshot, nowNanoseconds: request.nowNanoseconds, into: &json)
                json.member("profile", model.profile)
                json.member("task_count", model.taskCount)
                write("hint_faults", model.hintFaults, into: &json)
                json.member(ifPresent: "local_ratio", model.localShare)
                json.member("is_reconciled", model.isReconciled)
                json.object("host") { write(model.activity, into: &$0) }
                json.array("groups") { json in
                    for group in snapshot.groups {
                        guard let activity = group.model else { continue }
                        json.object { json in
                            json.member("group", group.name)
                            json.object("model") { write(activity, into: &$0) }
                        }
                    }
                }
                if let tracing = snapshot.tracing {
                    json.object("tracing") {
                        TracingDocument.write(tracing, nowNanoseconds: request.nowNanoseconds, into: &$0)
                    }
                }
            }
        }
    }

    static func write(_ activity: ModelledActivity, into json: inout JSONWriter) {
        json.member("provenance", .modelled)
        json.member("interval_seconds", seconds: activity.intervalNanoseconds)
        write("faulted_pages", activity.faultedPages, into: &json)
        json.object("faulted_pages_by_node") { json in
            for entry in activity.faultedPagesByNode {
                write(String(entry.node.rawValue), entry.pages, into: &json)
            }
        }
        write("migrated_pages", activity.migratedPages, into: &json)
        json.array("moves") { json in
            for move in activity.moves {
                json.object { json in
                    json.member("source_node", move.source.rawValue)
                    json.member("target_node", move.target.rawValue)
                    write("pages", move.pages, into: &json)
                }
            }
        }
        if let period = activity.scanPeriodMilliseconds {
            write("scan_period_milliseconds", period, into: &json)
        }
        json.member("tasks_by_modelled_node", activity.tasksByModelledNode)
    }

    private static func write(_ name: String, _ amount: Estimate, into json: inout JSONWriter) {
        json.object(name) { json in
            json.member("value", amount.value, decimals: 1)
            json.member("lowest", amount.lowest, decimals: 1)
            json.member("highest", amount.highest, decimals: 1)
            json.member("provenance", amount.provenance == .observed ? Provenance.kernel : .modelled)
        }
    }
}
