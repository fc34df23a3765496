/// Finds the known name a mistyped one was most likely meant to be.
///
/// The distance counts single characters inserted, deleted or replaced, and neighbours swapped; case is ignored. A
/// suggestion is made only where at most a third of the name would have to change: a far-fetched guess is worse than a
/// list of what exists.
enum NearestName {
    /// The nearest of `candidates` to `name`, or nil where none is near. O(candidates × length²).
    static func of(_ name: String, among candidates: [String]) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
        guard !wanted.isEmpty else { return nil }
        let limit = max(1, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = self.distance(wanted, Array(candidate.lowercased().unicodeScalars))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    private static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
        var before: [Int] = []
        var above = Array(0...second.count)
        for line in first.indices {
            var row = [line + 1]
            for column in second.indices {
                var best = above[column] + (first[line] == second[column] ? 0 : 1)
                best = min(best, above[column + 1] + 1, row[column] + 1)
                if line > 0, column > 0, first[line] == second[column - 1], first[line - 1] == second[column] {
                    best = min(best, before[column - 1] + 1)
                }
                row.append(best)
            }
            before = above
            above = row
        }
        return above[second.count]
    }
}
