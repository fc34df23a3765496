import NUMATopology
import Snapshots
import Testing

@testable import Commands

/// What `status` says of memory tiers.
struct TierLineTests {
    private func text(mode: Int, demotion: Bool?, _ tiers: [(Int, [Int])], top: [Int]?) -> String? {
        var status = StatusAnswer()
        status.onlineNodes = [NodeID(0), NodeID(1), NodeID(2)]
        status.host.balancingMode = mode
        status.host.isDemotionEnabled = demotion
        if !tiers.isEmpty {
            status.host.tiers = MemoryTiers(tiers.map { .init(number: $0.0, nodes: NodeSet($0.1.map { NodeID($0) })) })
        }
        status.topTierNodes = top.map { NodeSet($0.map { NodeID($0) }) }
        return TierLine.text(status)
    }

    @Test func `two tiers are told with what goes between them`() {
        #expect(
            text(mode: 2, demotion: true, [(4, [0, 1]), (22, [2])], top: [0, 1])
                == "memory_tier4 nodes 0-1, memory_tier22 node 2; mode 2 promotes from node 2; demotion is on")
    }

    @Test func `a slower tier with CPUs is none to promote from`() {
        #expect(
            text(mode: 3, demotion: false, [(4, [0, 1]), (22, [2])], top: [0, 1, 2])
                == "memory_tier4 nodes 0-1, memory_tier22 node 2; mode 2 promotes nothing, as the slowest tier has CPUs; "
                + "demotion is off")
    }

    @Test func `where normal balancing runs in one tier, promotion is no matter`() {
        #expect(
            text(mode: 1, demotion: true, [(4, [0, 1, 2])], top: [0, 1, 2])
                == "all nodes (0-2) are in one tier (memory_tier4); demotion is on, but there is no slower tier")
    }

    @Test func `tiers that cannot be read are unknown where they matter, and no matter elsewhere`() {
        #expect(text(mode: 1, demotion: nil, [], top: nil) == nil)
        #expect(text(mode: 2, demotion: nil, [], top: nil)?.contains("is not known") == true)
        #expect(
            text(mode: 2, demotion: nil, [(4, [0])], top: nil)
                == "node 0 is in one tier (memory_tier4); whether mode 2 promotes anything is not known, as no tier's CPUs "
                + "are; whether demotion is on is not known")
    }
}
