package import NUMATopology

/// The number of a span in a ``SpanTable``.
package struct SpanID: Hashable, Comparable, Sendable {
    /// The position in the table, 0 or more.
    package let rawValue: Int32

    init(_ position: Int) {
        rawValue = Int32(truncatingIfNeeded: position)
    }

    var position: Int { Int(rawValue) }

    /// Stands for "no span" in the builder's dense tables.
    static let absent = SpanID(-1)

    package static func < (left: SpanID, right: SpanID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Every distinct set of CPUs of one machine, kept once.
///
/// A machine with 4,096 CPUs has 4,096 x 6 domains but only a few thousand different spans. Whatever mentions a span holds
/// its four-byte number; two spans of one table are equal if their numbers are.
package struct SpanTable: Sendable {
    private var sets: [CPUSet] = []
    private var weights: [Int32] = []
    private var firsts: [Int32] = []
    private var ids: [CPUSet: SpanID] = [:]

    package init() {}

    /// The number of distinct spans.
    package var count: Int { sets.count }

    /// The number of a set, added if new. O(words of the set).
    package mutating func intern(_ set: CPUSet) -> SpanID {
        if let known = ids[set] { return known }
        let id = SpanID(sets.count)
        sets.append(set)
        weights.append(Int32(truncatingIfNeeded: set.count))
        firsts.append(Int32(truncatingIfNeeded: set.first ?? -1))
        ids[set] = id
        return id
    }

    /// The number of a set if the table has it.
    package func id(of set: CPUSet) -> SpanID? { ids[set] }

    /// The set behind a number of this table.
    package subscript(id: SpanID) -> CPUSet { sets[id.position] }

    /// The number of CPUs in a span (the kernel's `span_weight`). O(1).
    package func weight(_ id: SpanID) -> Int { Int(weights[id.position]) }

    /// The lowest CPU of a span, or -1 for the empty one. O(1).
    package func first(_ id: SpanID) -> Int { Int(firsts[id.position]) }
}
