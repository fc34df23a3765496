/// How a machine's nodes are connected: the kernel's `sched_numa_topology_type` (`kernel/sched/topology.c`).
///
/// The type decides how the balancer weighs nearby nodes and picks a group's preferred node. It is found from the
/// distances among nodes with CPUs alone:
///
/// 1. With at most two distinct distances (10 included), every node is one hop from every other: **direct**.
/// 2. Otherwise take the first pair (a, b), in ascending order, that is the largest distance apart. If some node c is
///    nearer to both than they are to each other, traffic can pass through c: **glueless mesh**. If none is, the two
///    sides meet only at a controller: **backplane**. Only this first pair is looked at.
///
/// Example, a ring of four with distances 10, 20, 30: nodes 0 and 2 are 30 apart, and node 1 is 20 from both, so the ring
/// is a glueless mesh.
package enum TopologyType: String, Sendable, CaseIterable {
    /// `NUMA_DIRECT`.
    case direct
    /// `NUMA_GLUELESS_MESH`.
    case gluelessMesh = "glueless-mesh"
    /// `NUMA_BACKPLANE`.
    case backplane

    /// The type of a machine.
    ///
    /// - Parameters:
    ///   - distances: The machine's table.
    ///   - nodesWithCPUs: The nodes that take part; all of the table's nodes among them count.
    /// - Complexity: O(nodes²) and, for one pair, O(nodes).
    package init(distances: DistanceMatrix, nodesWithCPUs: NodeSet) {
        let positions = distances.nodes.indices.filter { nodesWithCPUs.contains(distances.nodes[$0]) }
        var distinct: Set<Int> = []
        for row in positions {
            for column in positions {
                distinct.insert(distances.distance(fromPosition: row, toPosition: column))
            }
        }
        guard distinct.count > 2, let largest = distinct.max() else {
            self = .direct
            return
        }
        for a in positions {
            for b in positions where distances.distance(fromPosition: a, toPosition: b) >= largest {
                let isBridged = positions.contains { c in
                    distances.distance(fromPosition: a, toPosition: c) < largest
                        && distances.distance(fromPosition: b, toPosition: c) < largest
                }
                self = isBridged ? .gluelessMesh : .backplane
                return
            }
        }
        self = .direct
    }
}
