import NUMATopology
import Snapshots
import TextOutput

/// Memory tiers and the switches that move or reclaim memory between nodes: a part of `/v1/status` and, by node, of
/// `/v1/nodes`.
enum TiersDocument {
    static let statusFields: [Schema.Field] = [
        .optional(
            "tiers",
            .object([
                .provenance,
                .required(
                    "memory_tiers",
                    .array(
                        of: .object([
                            .required("memory_tier", .integer, "The number in its name; larger is slower."),
                            .required("nodes", .nodeNumbers, "Its nodes."),
                        ])), "From fast to slow."),
                .optional(
                    "top_tier_nodes", .nodeNumbers,
                    "Those from which nothing is promoted: up to the slowest tier with CPUs."),
                .optional("has_promotable_node", .boolean, "Whether there is a node from which pages can be promoted."),
            ]), "Memory tiers (since Linux 6.1)."),
        .optional("is_demotion_enabled", .boolean, "mm/numa/demotion_enabled."),
        zoneReclaimMode,
    ]

    static let zoneReclaimMode = Schema.Field.optional(
        "zone_reclaim_mode", .integer, "vm.zone_reclaim_mode: bit 0 reclaims before others' memory is taken.")

    static let nodeFields: [Schema.Field] = [
        .optional("memory_tier", .integer, "The memory tier it is in; larger is slower."),
        .optional("is_top_tier", .boolean, "Whether nothing is promoted from it, as no slower tier has CPUs."),
        .optional("demotion_nodes", .nodeNumbers, "Where reclaim may demote its pages to, the preferred ones first."),
        .optional("is_demotion_enabled", .boolean, "Whether it does."),
    ]

    static func writeStatus(_ snapshot: HostSnapshot, into json: inout JSONWriter) {
        let host = snapshot.host
        if let tiers = host.tiers {
            json.object("tiers") { json in
                json.member("provenance", .kernel)
                json.array("memory_tiers") { json in
                    for tier in tiers.tiers {
                        json.object { json in
                            json.member("memory_tier", tier.number)
                            json.member("nodes", tier.nodes)
                        }
                    }
                }
                if let top = tiers.topTierNodes(withCPUs: snapshot.machine.nodesWithCPUs) {
                    json.member("top_tier_nodes", top)
                    json.member("has_promotable_node", tiers.tiers.contains { !$0.nodes.isSubset(of: top) })
                }
            }
        }
        json.member(ifPresent: "is_demotion_enabled", host.isDemotionEnabled)
        json.member(ifPresent: "zone_reclaim_mode", host.zoneReclaimMode)
    }

    static func write(_ node: NodeTotals, of snapshot: HostSnapshot, into json: inout JSONWriter) {
        guard let tiers = snapshot.host.tiers, let tier = tiers.tier(of: node.id) else { return }
        json.member("memory_tier", tier)
        let top = tiers.topTierNodes(withCPUs: snapshot.machine.nodesWithCPUs)
        json.member(ifPresent: "is_top_tier", top.map { $0.contains(node.id) })
        if let targets = tiers.demotionTargets(of: node.id, distances: snapshot.machine.distances) {
            json.array("demotion_nodes") { json in
                for target in targets { json.value(target.rawValue) }
            }
        }
        json.member(ifPresent: "is_demotion_enabled", snapshot.host.isDemotionEnabled)
    }
}
