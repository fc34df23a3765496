import NUMATopology

/// Where faults say a task, or a group, should run (`task_numa_placement`, `preferred_group_nid`, 5.15 to 7.x).
///
/// The node with most faults wins; between equals the lowest. A group looks further on machines whose nodes are not all one
/// hop apart. In a glueless mesh each node's faults count at its neighbours too, the less the farther: a node of few
/// faults between two of many can win. Behind a backplane the machine is narrowed down, distance by distance: of the
/// largest clusters the one with most faults, of its clusters the one with most, and so on.
///
/// Example, a ring of four with distances 10, 20, 30 and faults 100, 0, 90, 40: a neighbour counts (30 - 20)/(30 - 10) = one
/// half, so the scores are 100 + 20, 50 + 45, 90 + 20, 40 + 50 + 45: node 3 wins.
extension NodeLayout {
    /// The preferred node's position, or -1 if there are no faults.
    ///
    /// - Parameters:
    ///   - faults: Averaged faults at each position, shared and private together.
    ///   - isGroup: Whether they are a group's.
    /// - Complexity: O(nodes) for tasks and on direct machines, else O(nodes²) for each distance.
    package func preferredNode(faults: [UInt64], isGroup: Bool) -> Int {
        var best = -1
        var most: UInt64 = 0
        for (node, value) in faults.enumerated() where value > most {
            most = value
            best = node
        }
        guard best >= 0, faults.count == count else { return -1 }
        best = nearestTakingPart(to: best)
        guard isGroup else { return best }
        switch topologyType {
        case .direct: return best
        case .gluelessMesh: return meshNode(faults, fallback: best)
        case .backplane: return backplaneNode(faults, fallback: best)
        }
    }

    /// `group_weight` at the largest distance decides.
    private func meshNode(_ faults: [UInt64], fallback: Int) -> Int {
        let total = faults.reduce(0, &+)
        guard total != 0 else { return fallback }
        var best = fallback
        var most: UInt64 = 0
        for node in faults.indices where takesPart[node] {
            let weight = 1000 &* (faults[node] &+ nearbyFaults(faults, node: node)) / total
            if weight > most {
                most = weight
                best = node
            }
        }
        return best
    }

    /// `score_nearby_nodes` in a glueless mesh: each term is truncated.
    private func nearbyFaults(_ faults: [UInt64], node: Int) -> UInt64 {
        var score: UInt64 = 0
        for other in faults.indices where other != node {
            let distance = distance(node, other)
            guard distance < largestDistance else { continue }
            score &+= faults[other] &* UInt64(largestDistance - distance) / UInt64(max(1, largestDistance - 10))
        }
        return score
    }

    private func backplaneNode(_ faults: [UInt64], fallback: Int) -> Int {
        var nodes = takesPart
        var winner = fallback
        for distance in distancesDescending {
            var most: UInt64 = 0
            var mostNodes = [Bool](repeating: false, count: count)
            // Members leave the set while it is walked, so each cluster is met once.
            for first in 0..<count where nodes[first] {
                var sum: UInt64 = 0
                var members = [Bool](repeating: false, count: count)
                for other in 0..<count where nodes[other] && self.distance(first, other) < distance {
                    sum &+= faults[other]
                    members[other] = true
                    nodes[other] = false
                }
                if sum > most {
                    most = sum
                    mostNodes = members
                    winner = first
                }
            }
            if most == 0 { break }
            nodes = mostNodes
        }
        return winner
    }
}
