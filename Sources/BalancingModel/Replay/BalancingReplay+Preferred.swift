import NUMATopology

/// The preferred node (`task_numa_placement`, `preferred_group_nid`, `task_numa_migrate`).
extension BalancingReplay {
    /// The node a placement prefers: the one with most faults of the task, or of its group; -1 if there are none.
    func preferredNode(_ slot: Int) -> Int {
        let group = Int(tasks[slot].group)
        var best = -1
        var most: UInt64 = 0
        for node in 0..<nodeCount {
            let faults =
                group >= 0
                ? sum(groupFaults, group * 4 * nodeCount, region: 0, node: node)
                : sum(self.faults, tasks[slot].faultBase, region: 0, node: node)
            if faults > most {
                most = faults
                best = node
            }
        }
        guard best >= 0 else { return -1 }
        best = layout.nearestNodeWithCPUs(to: best)
        guard group >= 0 else { return best }
        return groupPreferredNode(group, fallback: best)
    }

    /// `preferred_group_nid`, by topology type.
    private func groupPreferredNode(_ group: Int, fallback: Int) -> Int {
        switch layout.topologyType {
        case .direct:
            return fallback
        case .gluelessMesh:
            var best = fallback
            var most: UInt64 = 0
            for node in 0..<nodeCount where layout.hasCPUs[node] {
                let weight = groupWeight(group, node: node, distance: layout.largestDistance)
                if weight > most {
                    most = weight
                    best = node
                }
            }
            return best
        case .backplane:
            return backplaneNode(group, fallback: fallback)
        }
    }

    /// `group_weight`: thousandths of the group's faults on a node and, weighted, near it.
    func groupWeight(_ group: Int, node: Int, distance: Int32) -> UInt64 {
        let total = groups[group].totalFaults
        guard total != 0 else { return 0 }
        let base = group * 4 * nodeCount
        let faults = sum(groupFaults, base, region: 0, node: node) &+ nearbyFaults(base, node: node, within: distance)
        return 1000 &* faults / total
    }

    /// `score_nearby_nodes` over a group's faults.
    private func nearbyFaults(_ base: Int, node: Int, within reach: Int32) -> UInt64 {
        guard layout.topologyType != .direct else { return 0 }
        var score: UInt64 = 0
        for other in 0..<nodeCount where other != node {
            let distance = layout.distance(node, other)
            if distance >= layout.largestDistance { continue }
            if layout.topologyType == .backplane, distance >= reach { continue }
            var faults = sum(groupFaults, base, region: 0, node: other)
            if layout.topologyType == .gluelessMesh {
                faults = faults &* UInt64(layout.largestDistance - distance)
                faults /= UInt64(max(1, layout.largestDistance - 10))
            }
            score &+= faults
        }
        return score
    }

    /// Narrows the machine to the half, the quarter, ... of its nodes that holds most of the group's faults.
    private func backplaneNode(_ group: Int, fallback: Int) -> Int {
        let base = group * 4 * nodeCount
        var nodes = layout.hasCPUs
        var winner = fallback
        for distance in layout.distancesDescending {
            var most: UInt64 = 0
            var mostNodes = [Bool](repeating: false, count: nodeCount)
            for first in 0..<nodeCount where nodes[first] {
                var faults: UInt64 = 0
                var members = [Bool](repeating: false, count: nodeCount)
                for other in 0..<nodeCount where nodes[other] && layout.distance(first, other) < distance {
                    faults &+= sum(groupFaults, base, region: 0, node: other)
                    members[other] = true
                    nodes[other] = false
                }
                if faults > most {
                    most = faults
                    mostNodes = members
                    winner = first
                }
            }
            if most == 0 { break }
            nodes = mostNodes
        }
        return winner
    }

    /// The kernel set the preferred node of the running task.
    mutating func setPreferredEvent(tid: Int32, node: Int32) {
        guard followsSetPreferred else { return }
        let slot = index.slot(tid)
        guard slot >= 0 else { return }
        if tasks[slot].fault.isHeld { placeUnexpectedly(slot) }
        let position = layout.position(ofNode: node)
        if tasks[slot].fault.phase == .accounted, tasks[slot].fault.predictedPreferred > -2 {
            counters.preferredPredictions &+= 1
            if Int(tasks[slot].fault.predictedPreferred) != position { counters.preferredMisses &+= 1 }
            tasks[slot].fault.predictedPreferred = -2
        }
        changePreferred(slot, to: position)
    }

    private mutating func changePreferred(_ slot: Int, to position: Int) {
        guard Int(tasks[slot].preferred) != position else { return }
        tasks[slot].preferred = Int32(position)
        emitLedger(slot, .preferred)
    }

    /// `task_numa_migrate` found a CPU, or none: a task of a group then prefers the node it found, or the one it is on.
    mutating func taskMoveEvent(_ move: BalancingEvent.TaskMove) {
        if options.recordsGroupFacts {
            groupFacts.append(
                .observed(time: now, tid: move.pid, gid: move.groupID, toleranceNanoseconds: 1_000_000))
            if move.otherPID > 0 {
                groupFacts.append(
                    .observed(time: now, tid: move.otherPID, gid: move.otherGroupID, toleranceNanoseconds: 1_000_000))
            }
        }
        guard !followsSetPreferred else { return }
        let slot = index.slot(move.pid)
        guard slot >= 0 else { return }
        if tasks[slot].fault.isHeld { placeUnexpectedly(slot) }
        guard tasks[slot].group >= 0 else { return }
        let position =
            layout.position(ofNode: move.destinationCPU >= 0 ? move.destinationNode : move.sourceNode)
        if position >= 0 { changePreferred(slot, to: position) }
    }
}
