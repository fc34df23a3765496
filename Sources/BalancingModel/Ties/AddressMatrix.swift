/// Which of a few numbered objects are known to lie above which.
///
/// One bit for each ordered pair, and what follows is entered at once: with 2 above 1 and 1 above 0, the bit for 2 above
/// 0 is set too. So a question costs one look, an object that is gone can be taken out without losing what it proved of
/// the others, and two matrices that know the same are equal. 64 objects take 512 bytes, 1,000 take 125 KiB; nothing is
/// allocated before the first fact.
struct AddressMatrix: Sendable {
    /// Objects with higher numbers stay unknown: at 4,096 the bits take 2 MiB.
    static let limit = 4096

    /// Row after row; bit j of row i is set if j lies below i.
    private var rows: [UInt64] = []
    private var wordsPerRow = 0
    private var rowCount = 0

    /// Words in use, 8 bytes each.
    var wordCount: Int { rows.count }
    var isEmpty: Bool { rows.isEmpty }

    /// Whether one lies above the other, as far as the facts say.
    @inline(__always)
    func isHigher(_ first: Int, than second: Int) -> Bool? {
        guard first < rowCount, second < rowCount else { return nil }
        if bit(first, second) { return true }
        return bit(second, first) ? false : nil
    }

    /// Enters a fact and what follows from it; nothing, if the order is known or an object has too high a number.
    mutating func note(_ high: Int, isHigherThan low: Int) {
        guard high != low, max(high, low) < Self.limit, isHigher(high, than: low) == nil else { return }
        grow(to: max(high, low) + 1)
        let source = low * wordsPerRow
        for row in 0..<rowCount where row == high || bit(row, high) {
            let target = row * wordsPerRow
            for word in 0..<wordsPerRow { rows[target + word] |= rows[source + word] }
            rows[target + low >> 6] |= 1 << UInt64(low & 63)
        }
    }

    /// How likely the first lies above the second, 0 to 1.
    ///
    /// Where nothing is known, an object that was seen above others is more likely above the next: with w known below it
    /// and l above, its rank is taken as (w + 1)/(w + l + 2). And the memory of a higher node mostly lies at higher
    /// addresses.
    ///
    /// - Parameters:
    ///   - firstNode: Position of the node the first lies on, -1 if unknown.
    ///   - secondNode: The same of the second.
    func likelihood(_ first: Int, isHigherThan second: Int, firstNode: Int32, secondNode: Int32) -> Double {
        if let known = isHigher(first, than: second) { return known ? 1 : 0 }
        let a = rank(first)
        let b = rank(second)
        let nodes = Self.higherNodeLikelihood(firstNode, secondNode)
        let yes = a * (1 - b) * nodes
        let no = b * (1 - a) * (1 - nodes)
        return yes / (yes + no)
    }

    /// Five of six, by about ten ties that were settled between groups of different nodes on real kernels.
    private static func higherNodeLikelihood(_ first: Int32, _ second: Int32) -> Double {
        guard first >= 0, second >= 0, first != second else { return 0.5 }
        return first > second ? 5.0 / 6 : 1.0 / 6
    }

    private func rank(_ object: Int) -> Double {
        guard object < rowCount else { return 0.5 }
        var lower = 0
        for word in 0..<wordsPerRow { lower += rows[object * wordsPerRow + word].nonzeroBitCount }
        let higher = (0..<rowCount).count { bit($0, object) }
        return Double(lower + 1) / Double(lower + higher + 2)
    }

    /// Adds what another matrix knows of other objects, whose numbers begin at `offset` here.
    mutating func append(_ other: AddressMatrix, at offset: Int) {
        guard !other.isEmpty, offset < Self.limit else { return }
        grow(to: min(Self.limit, offset + other.rowCount))
        for row in 0..<min(other.rowCount, rowCount - offset) {
            other.forEachBelow(row) { low in
                if offset + low < rowCount { set(offset + row, offset + low) }
            }
        }
    }

    /// Renumbers the objects.
    ///
    /// - Parameters:
    ///   - places: The new number of each object, -1 for those that go.
    ///   - count: Objects that stay.
    func renumbered(_ places: [Int32], count: Int) -> AddressMatrix {
        var result = AddressMatrix()
        guard !isEmpty else { return result }
        result.grow(to: min(count, Self.limit))
        for row in 0..<rowCount where places[row] >= 0 && Int(places[row]) < result.rowCount {
            forEachBelow(row) { low in
                if places[low] >= 0, Int(places[low]) < result.rowCount {
                    result.set(Int(places[row]), Int(places[low]))
                }
            }
        }
        return result
    }

    /// Calls with every word of the rows of chosen objects, other objects masked out: what is known of the chosen ones
    /// among each other, as the same words for the same knowledge.
    ///
    /// - Parameter chosen: For each object whether it counts.
    func forEachWord(of chosen: [Bool], _ body: (UInt64) -> Void) {
        guard !isEmpty else { return }
        var mask = [UInt64](repeating: 0, count: wordsPerRow)
        for object in 0..<min(chosen.count, rowCount) where chosen[object] {
            mask[object >> 6] |= 1 << UInt64(object & 63)
        }
        for row in 0..<min(chosen.count, rowCount) where chosen[row] {
            for word in 0..<wordsPerRow {
                let bits = rows[row * wordsPerRow + word] & mask[word]
                // Position and bits, so that neither the width of the rows nor rows without a fact matter.
                if bits != 0 {
                    body(UInt64(row) << 32 | UInt64(word))
                    body(bits)
                }
            }
        }
    }

    @inline(__always)
    private func bit(_ row: Int, _ column: Int) -> Bool {
        rows[row * wordsPerRow + column >> 6] >> UInt64(column & 63) & 1 != 0
    }

    private mutating func set(_ row: Int, _ column: Int) {
        rows[row * wordsPerRow + column >> 6] |= 1 << UInt64(column & 63)
    }

    private func forEachBelow(_ row: Int, _ body: (Int) -> Void) {
        for word in 0..<wordsPerRow {
            var bits = rows[row * wordsPerRow + word]
            while bits != 0 {
                body(word << 6 | bits.trailingZeroBitCount)
                bits &= bits - 1
            }
        }
    }

    private mutating func grow(to count: Int) {
        guard count > rowCount else { return }
        let words = (count + 63) >> 6
        if words > wordsPerRow {
            let wider = rowCount == 0 ? words : max(words, 2 * wordsPerRow)
            var copy = [UInt64](repeating: 0, count: count * wider)
            for row in 0..<rowCount {
                for word in 0..<wordsPerRow { copy[row * wider + word] = rows[row * wordsPerRow + word] }
            }
            rows = copy
            wordsPerRow = wider
        } else {
            rows.append(contentsOf: repeatElement(0, count: (count - rowCount) * wordsPerRow))
        }
        rowCount = count
    }
}
