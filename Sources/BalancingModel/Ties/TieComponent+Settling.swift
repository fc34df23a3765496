/// What of a component is decided: because all hypotheses say so, because its tasks are gone, or because time is up.
extension TieComponent {
    /// Merges, unless a mark may still be under way that tells the hypotheses apart.
    mutating func mergeIfQuiet(now: UInt64) {
        guard mergedAt != changedAt, changedAt &+ LedgerAgreement.markDelayNanoseconds < now else { return }
        mergedAt = changedAt
        merge()
    }

    /// Time of the first tie that has another outcome in a hypothesis not much less likely than the best.
    var openSince: UInt64? {
        let best = hypotheses[likeliest]
        let first = best.facts
        var result: UInt64?
        for hypothesis in hypotheses where hypothesis.weight > best.weight * Self.rivalFactor {
            var place = 0
            while place < min(first.count, hypothesis.facts.count),
                first[place].undoubted == hypothesis.facts[place].undoubted
            { place += 1 }
            for facts in [first, hypothesis.facts] where place < facts.count {
                result = min(result ?? .max, facts[place].timeNanoseconds)
            }
        }
        return result
    }

    /// Gives up what has long been contradicted, and puts away the outcomes that all others share, so that what is copied
    /// at the next tie stays small. What they say of the order of live groups remains.
    mutating func settle() -> [TieFact] {
        drop(below: Self.oldContradictionFactor)
        merge()
        var common = Set(hypotheses[0].facts.map(\.undoubted))
        for hypothesis in hypotheses.dropFirst() { common.formIntersection(hypothesis.facts.map(\.undoubted)) }
        let agreed = hypotheses[likeliest].facts.filter { common.contains($0.undoubted) }
        for index in hypotheses.indices { hypotheses[index].dropFacts { common.contains($0.undoubted) } }
        countFacts()
        nextSettle = max(Self.settleFrom, 2 * factCount)
        return agreed
    }

    private mutating func countFacts() {
        factCount = hypotheses.reduce(0) { max($0, $1.facts.count) }
    }

    /// The outcomes of the likeliest hypothesis, with what is in doubt.
    func likeliestFacts(before time: UInt64 = .max) -> [TieFact] {
        var best = hypotheses[likeliest]
        best.dropFacts { $0.timeNanoseconds >= time }
        guard !best.facts.isEmpty, hypotheses.count > 1 else { return best.facts }
        let places = groupPlaces
        let rivals = hypotheses.lazy.filter { $0.weight > best.weight * Self.rivalFactor }
        for rival in rivals.prefix(Self.rivalLimit) { best.doubt(where: rival, places: places) }
        return best.facts
    }

    /// Takes the ties before a time for decided as the likeliest hypothesis has it.
    ///
    /// - Returns: Their outcomes.
    mutating func commit(before time: UInt64) -> [TieFact] {
        guard hypotheses.contains(where: { !$0.facts.isEmpty && $0.facts[0].timeNanoseconds < time }) else { return [] }
        drop(below: Self.pruneFactor)
        merge()
        let outcomes = likeliestFacts(before: time)
        let past = outcomes.map(\.undoubted)
        hypotheses.removeAll { hypothesis in
            let facts = hypothesis.facts.prefix { $0.timeNanoseconds < time }
            return !facts.lazy.map(\.undoubted).elementsEqual(past)
        }
        for index in hypotheses.indices { hypotheses[index].dropFacts { $0.timeNanoseconds < time } }
        countFacts()
        drop(below: Self.pruneFactor)
        return outcomes
    }
}
