import DomainReports
import Snapshots
import TextOutput

/// `/v1/domains`: scheduling domains and groups, and how the kernel's balancing between them fares.
enum DomainsEndpoint {
    static func endpoint(store: SnapshotStore) -> Endpoint {
        Endpoint(
            "/v1/domains", "Scheduling domains and groups as the kernel built them, and its balancing between them.",
            contents: [.json(schema)], otherStatuses: [404, 503]
        ) { request throws(EndpointError) in
            guard let snapshot = store.current else { throw EndpointError.notReady }
            guard let domains = snapshot.domains else {
                throw EndpointError(
                    status: 404, "The scheduling domains could not be read.",
                    remedy: "GET /v1/sources says which source is missing.")
            }
            var json = JSONWriter()
            DomainsDocument(domains.report, input: domains.input, statistics: domains.statistics).write(into: &json)
            return EndpointReply(
                contentType: ContentType.json, body: .bytes(json.bytes + [UInt8(ascii: "\n")]))
        }
    }

    private static let names = Schema.array(of: .string)

    private static let group = Schema.object([
        .required("id", .integer, "The number the kernel's dump shows."),
        .required("span", .string, "Its CPUs, in the kernel's list format."),
        .required("balance_mask", .string, "The CPUs that balance it."),
        .required("flags", names, "The flags of the child domain it stands for."),
        .required("nominal_capacity", .integer, "1024 for each full CPU."),
    ])

    private static let origins = ["span", "name", "level", "flags", "groups_flags", "parameters", "groups"]

    private static let domain = Schema.object([
        .required("index", .integer, "The N of domainN."),
        .optional("name", .string, "SMT, CLS, MC, PKG, NODE, NUMA…"),
        .optional("level", .integer, "The number of construction; removed levels leave gaps."),
        .required("span", .string, "Its CPUs."),
        .optional("distance", .integer, "Of a NUMA level; absent where distances could not be read."),
        .required("flags", names, "SD_ flags by the kernel's names, in its order."),
        .required("groups_flags", names, "The flags of its first group."),
        .optional("min_interval_ms", .integer, "min_interval."),
        .optional("max_interval_ms", .integer, "max_interval."),
        .optional("busy_factor", .integer, "busy_factor."),
        .optional("imbalance_pct", .integer, "imbalance_pct."),
        .optional("cache_nice_tries", .integer, "cache_nice_tries."),
        .optional("imb_numa_nr", .integer, "Tasks by which NUMA nodes may differ."),
        .required("groups", .array(of: group), "Its groups, in the kernel's order."),
        .required(
            "source", .object(origins.map { .required($0, .string, "Where this part comes from.") }),
            "observed, derived or assumed, part by part."),
    ])

    private static let rates = Schema.object(
        [
            "attempts", "balanced", "failed", "imbalance_load", "pulled", "pulled_hot", "no_busy_queue",
            "no_busy_group",
        ].map { .required("\($0)_per_second", .number, "Summed over CPUs.") })

    private static let level = Schema.object(
        [
            .required("name", .string, "The level's name."),
            .optional("distance", .integer, "Of a NUMA level."),
            .required("cpu_count", .integer, "CPUs counted."),
            .required("busy", rates, "Balancing while the CPU was busy."),
            .required("idle", rates, "While it was idle."),
            .required("newly_idle", rates, "As it became idle."),
        ]
            + [
                "active_attempts", "active_failed", "active_pushed", "remote_wakeups", "affine_moves", "balance_moves",
            ].map { .required("\($0)_per_second", .number, "Summed over CPUs.") })

    static let schema = Schema.object([
        .optional("kernel", .string, "The kernel version the rules were chosen by; absent where nothing tells it."),
        .optional("assumed_kernel", .string, "The version whose rules were taken where nothing tells the kernel's."),
        .notes,
        .required("architecture", .string, "The architecture the rules were chosen by."),
        .required("cpus_online", .string, "The online CPUs."),
        .optional(
            "cpus_housekeeping", .string,
            "The CPUs that do the kernel's own work (numawatch domains alone, Linux 7.0 and later); empty where none are set apart."
        ),
        .optional("topology_type", .string, "How the nodes are connected; absent where distances could not be read."),
        .required("spans_checked", .boolean, "Whether spans were compared with the kernel's."),
        .required("flags_checked", .boolean, "Whether flags were compared with the kernel's."),
        .optional("inferred", .string, "A reading of the host that explains what the kernel shows."),
        .required(
            "partitions",
            .array(
                of: .object([
                    .required("cpus", .string, "The CPUs of a root domain."),
                    .optional("failure", .string, "Why it has no domains."),
                ])), "The root domains."),
        .required(
            "cpus",
            .array(
                of: .object([
                    .required("cpu", .integer, "The CPU."),
                    .required("llc_id", .integer, "The lowest CPU that shares its last-level cache."),
                    .required("llc_cpus", .integer, "How many CPUs share it."),
                    .required("domains", .array(of: domain), "Lowest first."),
                ])), "Every online CPU."),
        .required(
            "disagreements",
            .array(
                of: .object([
                    .required("check", .string, "What was compared."),
                    .required("cpus", .string, "The CPUs that differ in this way."),
                    .optional("index", .integer, "The domain."),
                    .required("expected", .string, "What was derived."),
                    .required("observed", .string, "What the kernel shows."),
                    .required("likely", .string, "The likely cause."),
                ])), "Where derivation and kernel differ."),
        .optional(
            "balancing",
            .object([
                .required("rebuilt_domains", .integer, "Domains rebuilt since, and left out."),
                .required("levels", .array(of: level), "Summed over CPUs, by level."),
            ]), "Load balancing since the previous round; absent without schedstat."),
    ])
}
