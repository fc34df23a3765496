/// What is known of the order of group objects in the kernel's memory.
///
/// Where two groups have equally many tasks, the one at the higher address keeps its task. Addresses do not change while
/// objects live, so every settled tie is a fact for good, and facts chain: if A lies above B and B above C, A lies above C,
/// even when B is gone. Groups that are gone are forgotten once they are more than those that are not; until then they
/// tell how high the others lie.
package struct PointerOrder: Sendable {
    private var keys: [GroupKey] = []
    private var places: [GroupKey: Int32] = [:]
    private var isGone: [Bool] = []
    private var goneCount = 0
    private var matrix = AddressMatrix()
    /// All is dropped when facts are about more groups than this: nobody has told which of them are gone.
    private static let groupLimit = 2048
    /// Fewer groups are not worth forgetting.
    private static let forgetFrom = 64

    package init() {}

    /// Groups that facts are about.
    package var groupCount: Int { keys.count }

    /// Adds a fact, if the order is not known yet.
    package mutating func note(_ high: GroupKey, isHigherThan low: GroupKey) {
        guard high != low else { return }
        if keys.count + 2 > Self.groupLimit {
            if goneCount > 0 { compact() }
            if keys.count + 2 > Self.groupLimit { self = PointerOrder() }
        }
        let first = place(of: high)
        let second = place(of: low)
        matrix.note(first, isHigherThan: second)
    }

    /// Whether one lies above the other, as far as the facts say.
    package func isHigher(_ first: GroupKey, than second: GroupKey) -> Bool? {
        guard !keys.isEmpty, let one = places[first], let other = places[second] else { return nil }
        return matrix.isHigher(Int(one), than: Int(other))
    }

    /// How likely the first lies above the second, 0 to 1.
    package func likelihood(_ first: GroupKey, isHigherThan second: GroupKey) -> Double {
        matrix.likelihood(
            places[first].map(Int.init) ?? Int.max, isHigherThan: places[second].map(Int.init) ?? Int.max,
            firstNode: first.homeNode, secondNode: second.homeNode)
    }

    /// A group is gone: what it proved of others stays.
    package mutating func forget(_ key: GroupKey) {
        guard !keys.isEmpty, let place = places[key].map(Int.init), !isGone[place] else { return }
        isGone[place] = true
        goneCount += 1
        if keys.count >= Self.forgetFrom, 2 * goneCount > keys.count { compact() }
    }

    private mutating func place(of key: GroupKey) -> Int {
        if let known = places[key] { return Int(known) }
        places[key] = Int32(keys.count)
        keys.append(key)
        isGone.append(false)
        return keys.count - 1
    }

    private mutating func compact() {
        var renumbering = [Int32](repeating: -1, count: keys.count)
        var staying: [GroupKey] = []
        for (place, key) in keys.enumerated() where !isGone[place] {
            renumbering[place] = Int32(staying.count)
            staying.append(key)
        }
        matrix = matrix.renumbered(renumbering, count: staying.count)
        keys = staying
        places = Dictionary(uniqueKeysWithValues: staying.enumerated().map { ($1, Int32($0)) })
        isGone = Array(repeating: false, count: staying.count)
        goneCount = 0
    }
}
