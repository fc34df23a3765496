/// What the iterator told of where groups lie.
extension TieComponent {
    /// The group of a task lies there.
    ///
    /// Nothing is taken where the hypotheses have the task in several groups of that id: an old one and one that its creator
    /// made later.
    mutating func locate(task: Int, gid: Int32, _ order: UInt64, at time: UInt64) {
        var found: Int?
        for hypothesis in hypotheses {
            let group = hypothesis.group(of: task)
            guard group >= 0, keys[group].gid == gid else { continue }
            guard found == nil || found == group else { return }
            found = group
        }
        guard let found, orders[found] != order else { return }
        orders[found] = order
        noteOrders(at: time)
    }

    /// Enters into every hypothesis what the places of groups say of each two of them.
    mutating func noteOrders(at time: UInt64) {
        // Where a group lay that is gone another may lie now.
        let located = keys.indices.compactMap { group in orders[group].map { (group: group, order: $0) } }
            .filter { place in hypotheses.contains { $0.memberCount[place.group] > 0 } }
            .sorted { $0.order < $1.order }
        guard located.count > 1 else { return }
        for index in hypotheses.indices {
            // Those that lie next to each other tell of all the others.
            for (low, high) in zip(located, located.dropFirst()) where low.order != high.order {
                switch hypotheses[index].order.isHigher(high.group, than: low.group) {
                case .some(true): continue
                case .some(false): hypotheses[index].weight *= Self.contradictionFactor
                case nil:
                    hypotheses[index].note(
                        TieFact(timeNanoseconds: time, high: keys[high.group], low: keys[low.group]),
                        high: high.group, low: low.group)
                }
            }
            factCount = max(factCount, hypotheses[index].facts.count)
        }
    }
}
