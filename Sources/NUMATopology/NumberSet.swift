/// A set of CPU numbers: a kernel `cpumask`.
package typealias CPUSet = NumberSet<Int>

/// A set of NUMA nodes: a kernel `nodemask`.
package typealias NodeSet = NumberSet<NodeID>

/// What a ``NumberSet`` may hold: values that are a small non-negative number.
package protocol NumberSetMember: Hashable, Sendable {
    var memberNumber: Int { get }
    init(memberNumber: Int)
}

extension Int: NumberSetMember {
    package var memberNumber: Int { self }
    package init(memberNumber: Int) { self = memberNumber }
}

extension NodeID: NumberSetMember {
    package var memberNumber: Int { rawValue }
    package init(memberNumber: Int) { self.init(memberNumber) }
}

/// A set of small numbers: CPUs or nodes.
///
/// A value type over a bit string: union, intersection and comparison cost O(highest member / 64). Iterates in ascending
/// order, as the kernel does.
package struct NumberSet<Member: NumberSetMember>: Hashable, Sendable {
    private var bits = BitWords()

    /// The empty set.
    package init() {}

    /// The set of the given members.
    package init(_ members: some Sequence<Member>) {
        for member in members {
            bits.insert(member.memberNumber)
        }
    }

    /// The set of all numbers in the given ranges, as a parsed kernel list yields them.
    ///
    /// - Parameter ranges: Ranges within numberLimit; what lies outside it is left out.
    package init(ranges: [ClosedRange<Int>]) {
        for range in ranges where range.lowerBound <= Self.numberLimit && range.upperBound >= 0 {
            for number in range.clamped(to: 0...Self.numberLimit) {
                bits.insert(number)
            }
        }
    }

    /// The largest number a set can hold; far above any kernel's limit.
    package static var numberLimit: Int { BitWords.largestMember }

    package var isEmpty: Bool { bits.isEmpty }
    /// The number of members (the kernel's `cpumask_weight`).
    package var count: Int { bits.count }
    /// The lowest member.
    package var first: Member? { bits.first.map(Member.init(memberNumber:)) }
    /// The highest member.
    package var last: Member? { bits.last.map(Member.init(memberNumber:)) }

    package func contains(_ member: Member) -> Bool { bits.contains(member.memberNumber) }
    package mutating func insert(_ member: Member) { bits.insert(member.memberNumber) }
    package mutating func remove(_ member: Member) { bits.remove(member.memberNumber) }
    package mutating func formUnion(_ other: NumberSet) { bits.formUnion(other.bits) }
    package mutating func formIntersection(_ other: NumberSet) { bits.formIntersection(other.bits) }
    package mutating func subtract(_ other: NumberSet) { bits.subtract(other.bits) }
    package func isSubset(of other: NumberSet) -> Bool { bits.isSubset(of: other.bits) }
    package func isDisjoint(with other: NumberSet) -> Bool { bits.isDisjoint(with: other.bits) }

    package func union(_ other: NumberSet) -> NumberSet {
        var result = self
        result.formUnion(other)
        return result
    }

    package func intersection(_ other: NumberSet) -> NumberSet {
        var result = self
        result.formIntersection(other)
        return result
    }

    package func subtracting(_ other: NumberSet) -> NumberSet {
        var result = self
        result.subtract(other)
        return result
    }

    /// The lowest member that is `lowerBound` or more. O(words).
    package func first(atOrAfter lowerBound: Member) -> Member? {
        bits.first(atOrAfter: lowerBound.memberNumber).map(Member.init(memberNumber:))
    }

    /// The kernel's list format (`%*pbl`), for example `0-3,8`; empty for the empty set.
    package var listText: String { bits.listText }

    /// The kernel's mask format (`%*pb`), for example `00ff` for 0-7 of 16.
    ///
    /// - Parameter bitCount: The number of bits the kernel prints: the highest possible number + 1.
    package func maskText(bitCount: Int) -> String { bits.maskText(bitCount: bitCount) }
}

extension NumberSet: Sequence {
    package struct Iterator: IteratorProtocol {
        private var base: BitWords.Iterator

        fileprivate init(_ bits: BitWords) {
            base = BitWords.Iterator(bits)
        }

        package mutating func next() -> Member? {
            base.next().map(Member.init(memberNumber:))
        }
    }

    package func makeIterator() -> Iterator { Iterator(bits) }
    package var underestimatedCount: Int { bits.count }
}

extension NumberSet: ExpressibleByArrayLiteral, CustomStringConvertible {
    package init(arrayLiteral elements: Member...) { self.init(elements) }
    package var description: String { listText }
}
