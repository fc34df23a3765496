/// A set of small non-negative numbers as an array of 64-bit words, without trailing zero words.
///
/// The one implementation behind ``CPUSet`` and ``NodeSet``. Because trailing zero words are never kept, equal sets have
/// equal storage, so that equality and hashing are those of the array. Set operations cost O(words).
struct BitWords: Hashable, Sendable {
    private(set) var words: [UInt64] = []

    /// Members above this are refused: a bit string that long can only come from corrupt input.
    static let largestMember = 1 << 20

    var isEmpty: Bool {
        words.isEmpty
    }

    var count: Int {
        var total = 0
        for word in words {
            total += word.nonzeroBitCount
        }
        return total
    }

    var first: Int? {
        for (index, word) in words.enumerated() where word != 0 {
            return index * 64 + word.trailingZeroBitCount
        }
        return nil
    }

    var last: Int? {
        guard let word = words.last else { return nil }
        return (words.count - 1) * 64 + 63 - word.leadingZeroBitCount
    }

    func contains(_ member: Int) -> Bool {
        guard member >= 0, member >> 6 < words.count else { return false }
        return words[member >> 6] & (1 << UInt64(member & 63)) != 0
    }

    mutating func insert(_ member: Int) {
        precondition(member >= 0 && member <= Self.largestMember, "set member out of range")
        let index = member >> 6
        while words.count <= index {
            words.append(0)
        }
        words[index] |= 1 << UInt64(member & 63)
    }

    mutating func remove(_ member: Int) {
        guard member >= 0, member >> 6 < words.count else { return }
        words[member >> 6] &= ~(1 << UInt64(member & 63))
        trim()
    }

    mutating func formUnion(_ other: BitWords) {
        while words.count < other.words.count {
            words.append(0)
        }
        for index in other.words.indices {
            words[index] |= other.words[index]
        }
    }

    mutating func formIntersection(_ other: BitWords) {
        if words.count > other.words.count {
            words.removeLast(words.count - other.words.count)
        }
        for index in words.indices {
            words[index] &= other.words[index]
        }
        trim()
    }

    mutating func subtract(_ other: BitWords) {
        for index in 0..<min(words.count, other.words.count) {
            words[index] &= ~other.words[index]
        }
        trim()
    }

    func isSubset(of other: BitWords) -> Bool {
        guard words.count <= other.words.count else { return false }
        for index in words.indices where words[index] & ~other.words[index] != 0 {
            return false
        }
        return true
    }

    func isDisjoint(with other: BitWords) -> Bool {
        for index in 0..<min(words.count, other.words.count) where words[index] & other.words[index] != 0 {
            return false
        }
        return true
    }

    /// The smallest member that is `lowerBound` or more.
    func first(atOrAfter lowerBound: Int) -> Int? {
        var index = max(lowerBound, 0) >> 6
        guard index < words.count else { return nil }
        var word = words[index] & (~0 << UInt64(max(lowerBound, 0) & 63))
        while word == 0 {
            index += 1
            guard index < words.count else { return nil }
            word = words[index]
        }
        return index * 64 + word.trailingZeroBitCount
    }

    private mutating func trim() {
        while words.last == 0 {
            words.removeLast()
        }
    }

    /// Walks the members in ascending order.
    struct Iterator: IteratorProtocol {
        private let words: [UInt64]
        private var index = 0
        private var rest: UInt64

        init(_ set: BitWords) {
            words = set.words
            rest = set.words.first ?? 0
        }

        mutating func next() -> Int? {
            while rest == 0 {
                index += 1
                guard index < words.count else { return nil }
                rest = words[index]
            }
            let bit = rest.trailingZeroBitCount
            rest &= rest - 1
            return index * 64 + bit
        }
    }
}

extension BitWords {
    /// The kernel's list format (`%*pbl`): ascending ranges `a-b` or single numbers, joined by commas; empty for no member.
    var listText: String {
        var text = ""
        var next = first
        while let start = next {
            var end = start
            while contains(end + 1) {
                end += 1
            }
            if !text.isEmpty {
                text += ","
            }
            text += String(start)
            if end > start {
                text += "-" + String(end)
            }
            next = first(atOrAfter: end + 1)
        }
        return text
    }

    /// The kernel's mask format (`%*pb`): 32-bit groups in hexadecimal, most significant first, for `bitCount` bits.
    func maskText(bitCount: Int) -> String {
        let digits = Array("0123456789abcdef")
        let groups = max(1, (bitCount + 31) / 32)
        var text = ""
        for group in stride(from: groups - 1, through: 0, by: -1) {
            let word = group / 2 < words.count ? words[group / 2] : 0
            let value = UInt32(truncatingIfNeeded: group % 2 == 0 ? word : word >> 32)
            let isFirst = group == groups - 1
            let remainder = bitCount % 32
            let width = isFirst && remainder != 0 ? (remainder + 3) / 4 : 8
            for digit in stride(from: width - 1, through: 0, by: -1) {
                text.append(digits[Int(value >> UInt32(digit * 4) & 0xf)])
            }
            if group > 0 {
                text += ","
            }
        }
        return text
    }
}
