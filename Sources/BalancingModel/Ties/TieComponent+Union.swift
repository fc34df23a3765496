/// Two components become one.
///
/// Every hypothesis about one goes with every hypothesis about the other, and the likelihoods multiply. With 40 and 50
/// hypotheses that would be 2,000; only the likeliest pairs are made. In lists sorted by likelihood, the pair at places
/// (i, j), counted from 1, is no likelier than the i × j pairs above and left of it: among the best n pairs there are
/// none with i × j > n, so about n ln n pairs have to be looked at.
extension TieComponent {
    /// Takes in another component; its tasks and groups are numbered after those here.
    mutating func absorb(_ other: TieComponent) {
        if other.hypotheses.count == 1 {
            for index in hypotheses.indices { hypotheses[index].append(other.hypotheses[0]) }
        } else {
            hypotheses = Self.likeliestPairs(hypotheses, other.hypotheses, count: Self.hypothesisLimit / 2)
                .map { first, second in
                    var joint = hypotheses[first]
                    joint.append(other.hypotheses[second])
                    return joint
                }
        }
        keys.append(contentsOf: other.keys)
        orders.append(contentsOf: other.orders)
        tids.append(contentsOf: other.tids)
        taskCount += other.taskCount
        factCount += other.factCount
    }

    private static func likeliestPairs(
        _ left: [TieHypothesis], _ right: [TieHypothesis], count: Int
    ) -> [(Int, Int)] {
        let rows = left.indices.sorted { (left[$1].weight, $0) < (left[$0].weight, $1) }
        let columns = right.indices.sorted { (right[$1].weight, $0) < (right[$0].weight, $1) }
        var pairs: [(weight: Double, first: Int, second: Int)] = []
        for (row, first) in rows.enumerated() {
            for second in columns.prefix(count / (row + 1)) {
                pairs.append((left[first].weight * right[second].weight, first, second))
            }
        }
        pairs.sort { ($1.weight, $0.first, $0.second) < ($0.weight, $1.first, $1.second) }
        return pairs.prefix(count).map { ($0.first, $0.second) }
    }
}
