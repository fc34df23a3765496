/// Packs minutes, one after the other, each as the difference to the one before.
///
/// Most figures of most groups do not change within a minute, nor from one to the next. So a block is told in what changes, by
/// scope and figure, and each minute begins where the one before ended. A chain of blocks begins with one that stands alone;
/// to read a block, all before it in its chain are read. A scope that is in no block, be it for one minute, begins anew.
///
/// A block:
///
///     rounds, time of the first (ms), distance of each from the one before (ms)
///     for each scope, ascending by number:
///       distance of its number from the one before, bytes of what follows
///       for each figure that does not stand still, ascending by number:
///         distance of its number from the one before, tokens
///
/// all of them varints. A token is `2 · folded difference` to the last value, or a run: `4 · length + 1` of the last value,
/// `4 · length + 3` of rounds in which the figure is not known; length 0 is the rest of the block. A figure that is not told
/// has its last value all the time, or stays unknown if it has none.
///
/// Example: a group with 3 threads, and 100, 100, 101, 101 pages in four rounds, in the first block of a chain: threads are the
/// token 2·fold(3) = 12 and a run of the rest, 1; pages are 2·fold(100) = 400, a run of one, 5, 2·fold(1) = 4, and 1. When
/// nothing changes in the next minute the whole group is two bytes: the distance of its number, and 0 bytes of changes.
package struct HistoryPacker: Sendable {
    /// Blocks in a chain: what may have to be read before the one that is wanted.
    package static let chainLimit = 16

    /// The last value of each figure, by the numbers of scope and key; none is unknown.
    private var last: [Int: [Int: Int64]] = [:]

    package init() {}

    /// Begins another chain: the next block stands alone.
    package mutating func restart() { last = [:] }

    /// Packs a minute.
    ///
    /// - Parameters:
    ///   - scopeNumber: The number of a scope in the file.
    ///   - keyNumber: The number of a key in the file.
    package mutating func pack(
        _ minute: HistoryMinute, scopeNumber: (HistoryScope) -> Int, keyNumber: (HistoryKey) -> Int
    ) -> [UInt8] {
        var block: [UInt8] = []
        let rounds = minute.times.count
        block.append(varint: UInt64(rounds))
        var time: UInt64 = 0
        for next in minute.times {
            block.append(varint: next - Swift.min(time, next))
            time = next
        }
        var packed: [Int: [Int: Int64]] = [:]
        var previous = 0
        let scopes = minute.scopes.map { (number: scopeNumber($0.key), scope: $0.value) }.sorted {
            $0.number < $1.number
        }
        for (number, scope) in scopes {
            var values = last[number] ?? [:]
            var body: [UInt8] = []
            var columns = scope.columns.map { (number: keyNumber($0.key), column: $0.value) }
            let told = Set(columns.map(\.number))
            // What is known no more has to be told, too.
            for key in values.keys where !told.contains(key) { columns.append((key, HistoryMinute.Column())) }
            columns.sort { $0.number < $1.number }
            var previousKey = 0
            for (key, column) in columns {
                let start = body.count
                body.append(varint: UInt64(key - previousKey))
                if Self.append(column, rounds: rounds, last: values[key], to: &body) {
                    previousKey = key
                } else {
                    body.removeSubrange(start...)
                }
                let end = column[rounds - 1]
                values[key] = end == HistoryMinute.unknown ? nil : end
            }
            block.append(varint: UInt64(number - previous))
            block.append(varint: UInt64(body.count))
            block += body
            previous = number
            packed[number] = values
        }
        last = packed
        return block
    }

    /// Tokens of one figure.
    ///
    /// - Returns: Whether there is anything to tell: it neither keeps the last value, nor stays unknown.
    private static func append(
        _ column: HistoryMinute.Column, rounds: Int, last: Int64?, to body: inout [UInt8]
    ) -> Bool {
        let unknown = HistoryMinute.unknown
        var value = last
        var place = 0
        var isFirst = true
        func at(_ place: Int) -> Int64? {
            let steps = column[place]
            return steps == unknown ? nil : steps
        }
        while place < rounds {
            let here = at(place)
            if let here, here != value {
                body.append(varint: ZigZag.fold(here &- (value ?? 0)) << 1)
                value = here
                place += 1
            } else {
                var end = place + 1
                while end < rounds, at(end) == here { end += 1 }
                if isFirst, end == rounds, here != nil || last == nil { return false }
                let length = end == rounds ? 0 : UInt64(end - place)
                body.append(varint: length << 2 | (here == nil ? 3 : 1))
                place = end
            }
            isFirst = false
        }
        return true
    }
}
