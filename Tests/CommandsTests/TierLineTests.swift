import Testing

@testable import Commands

/// What `status` says of memory tiers.
struct TierLineTests {
    private func text(mode: Int, demotion: Bool?, _ tiers: [(Int, [Int])], top: [Int]?) throws -> String? {
        let promotable = top.map { top in tiers.contains { !Set($0.1).isSubset(of: top) } }
        let entries = tiers.map { "{\"memory_tier\":\($0.0),\"nodes\":\($0.1)}" }.joined(separator: ",")
        var members = [
            "\"sequence\":1", "\"time\":\"\"", "\"age_seconds\":0", "\"version\":\"\"", "\"online_nodes\":[0,1,2]",
            "\"balancing\":{\"mode\":\(mode)}", "\"sources\":{\"readable_count\":0,\"unreadable\":[]}",
            "\"cost\":{\"cpu_limit_ratio\":1,\"cpu_ratio\":0,\"hold_limit_seconds\":1,\"hold_longest_seconds\":0,"
                + "\"holds_over_limit_count\":0}",
        ]
        if let demotion { members.append("\"is_demotion_enabled\":\(demotion)") }
        if !tiers.isEmpty {
            let rest =
                top.map { ",\"top_tier_nodes\":\($0),\"has_promotable_node\":\(promotable ?? false)" } ?? ""
            members.append("\"tiers\":{\"memory_tiers\":[\(entries)]\(rest)}")
        }
        return TierLine.text(
            try Documents.decode(StatusDocument.self, from: Array("{\(members.joined(separator: ","))}".utf8)))
    }

    @Test func `two tiers are told with what goes between them`() throws {
        #expect(
            try text(mode: 2, demotion: true, [(4, [0, 1]), (22, [2])], top: [0, 1])
                == "memory_tier4 nodes 0-1, memory_tier22 node 2; mode 2 promotes from node 2; demotion is on")
    }

    @Test func `a slower tier with CPUs is none to promote from`() throws {
        #expect(
            try text(mode: 3, demotion: false, [(4, [0, 1]), (22, [2])], top: [0, 1, 2])
                == "memory_tier4 nodes 0-1, memory_tier22 node 2; mode 2 promotes nothing, as the slowest tier has CPUs; "
                + "demotion is off")
    }

    @Test func `where normal balancing runs in one tier, promotion is no matter`() throws {
        #expect(
            try text(mode: 1, demotion: true, [(4, [0, 1, 2])], top: [0, 1, 2])
                == "all nodes (0-2) are in one tier (memory_tier4); demotion is on, but there is no slower tier")
    }

    @Test func `tiers that cannot be read are unknown where they matter, and no matter elsewhere`() throws {
        #expect(try text(mode: 1, demotion: nil, [], top: nil) == nil)
        #expect(try text(mode: 2, demotion: nil, [], top: nil)?.contains("is not known") == true)
        #expect(
            try text(mode: 2, demotion: nil, [(4, [0])], top: nil)
                == "node 0 is in one tier (memory_tier4); whether mode 2 promotes anything is not known, as no tier's CPUs "
                + "are; whether demotion is on is not known")
    }
}
