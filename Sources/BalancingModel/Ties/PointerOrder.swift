/// What is known of the order of group objects in the kernel's memory.
///
/// Where two groups have equally many tasks, the one at the higher address keeps its task. Addresses do not change while
/// objects live, so every settled tie is a fact for good, and facts chain: if A lies above B and B above C, A lies above C,
/// even when B is gone. Where nothing is known, an object that was seen above others is more likely above the next: with
/// w known below it and l above, its rank is taken as (w + 1)/(w + l + 2).
package struct PointerOrder: Sendable, Hashable {
    /// For each group, those known to lie directly below it.
    private var below: [GroupKey: [GroupKey]] = [:]
    /// The reverse of ``below``.
    private var above: [GroupKey: [GroupKey]] = [:]
    /// Facts held.
    package private(set) var pairCount = 0
    /// All are dropped when there would be more: with so many ties most of the groups are long gone.
    private static let pairLimit = 16384

    package init() {}

    /// All facts: the higher, then the lower.
    package var facts: [(high: GroupKey, low: GroupKey)] {
        below.flatMap { high, lows in lows.map { (high, $0) } }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    }

    /// Adds a fact.
    package mutating func note(_ high: GroupKey, isHigherThan low: GroupKey) {
        guard high != low, isHigher(high, than: low) == nil else { return }
        if pairCount >= Self.pairLimit {
            below.removeAll(keepingCapacity: true)
            above.removeAll(keepingCapacity: true)
            pairCount = 0
        }
        below[high, default: []].append(low)
        above[low, default: []].append(high)
        pairCount += 1
    }

    /// Whether one lies above the other, as far as the facts say.
    package func isHigher(_ first: GroupKey, than second: GroupKey) -> Bool? {
        if below.isEmpty { return nil }
        if reaches(first, second) { return true }
        if reaches(second, first) { return false }
        return nil
    }

    /// How likely the first lies above the second, 0 to 1.
    package func likelihood(_ first: GroupKey, isHigherThan second: GroupKey) -> Double {
        if let known = isHigher(first, than: second) { return known ? 1 : 0 }
        let a = rank(first)
        let b = rank(second)
        let nodes = Self.higherNodeLikelihood(first.homeNode, second.homeNode)
        let yes = a * (1 - b) * nodes
        let no = b * (1 - a) * (1 - nodes)
        return yes / (yes + no)
    }

    private static func higherNodeLikelihood(_ first: Int32, _ second: Int32) -> Double {
        guard first >= 0, second >= 0, first != second else { return 0.5 }
        return first > second ? 5.0 / 6 : 1.0 / 6
    }

    private func rank(_ key: GroupKey) -> Double {
        let lower = Double(Self.reached(key, below).count)
        let higher = Double(Self.reached(key, above).count)
        return (lower + 1) / (lower + higher + 2)
    }

    private static func reached(_ start: GroupKey, _ edges: [GroupKey: [GroupKey]]) -> Set<GroupKey> {
        var seen: Set<GroupKey> = []
        var stack = edges[start] ?? []
        while let next = stack.popLast() {
            if seen.insert(next).inserted { stack.append(contentsOf: edges[next] ?? []) }
        }
        return seen
    }

    private func reaches(_ from: GroupKey, _ to: GroupKey) -> Bool {
        guard let direct = below[from], above[to] != nil else { return false }
        if direct.contains(to) { return true }
        return Self.reached(from, below).contains(to)
    }
}
