/// Takes what is unpacked, in the order of time.
package protocol HistorySink {
    /// Begins a block: the ends of its rounds, milliseconds since 1970.
    mutating func begin(times: [UInt64])

    /// The place of a figure; nil where it is not wanted.
    mutating func column(scope: Int, key: Int) -> Int?

    /// A figure in some rounds of the block, one after the other, in which it is the same.
    mutating func add(_ steps: Int64, at places: Range<Int>, to column: Int)
}

/// Unpacks blocks of a chain one after the other; see ``HistoryPacker``.
///
/// Blocks come from a file that may be anybody's: every number is checked, and what is wrong is told with its place.
package struct HistoryUnpacker: Sendable {
    /// What is known of a scope at the end of a block: figures ascending by number.
    private struct Slot: Sendable {
        var number: Int
        var figures: [Figure] = []
    }

    private struct Figure: Sendable {
        var key: Int
        /// Unknown where it was not known at the end.
        var value: Int64
        var column: Int?
    }

    private var slots: [Slot] = []
    /// The scopes that are wanted; nil for all.
    private let wanted: Set<Int>?

    /// No file has more scopes or keys; no block is longer.
    private static let numberLimit = 1 << 32
    private static let blockLimit = 1 << 26

    package init(wanted: Set<Int>? = nil) {
        self.wanted = wanted
    }

    /// Unpacks a block.
    ///
    /// - Parameter isFirst: It begins a chain.
    package mutating func unpack(
        _ block: [UInt8], isFirst: Bool, into sink: inout some HistorySink
    ) throws(HistoryDamage) {
        if isFirst { slots = [] }
        var reader = VarintReader(block)
        let rounds = try reader.count(HistoryMinute.roundLimit, "the number of rounds")
        var times: [UInt64] = []
        times.reserveCapacity(rounds)
        for _ in 0..<rounds {
            let (time, overflow) = (times.last ?? 0).addingReportingOverflow(try reader.next())
            guard !overflow, time < UInt64.max / 1_000_000 else { throw reader.damage("a time is out of range") }
            times.append(time)
        }
        sink.begin(times: times)
        var next: [Slot] = []
        next.reserveCapacity(slots.count)
        var before = slots.startIndex
        var number = 0
        while !reader.isAtEnd {
            number += try reader.count(Self.numberLimit - number, "the number of a scope")
            let length = try reader.count(Self.blockLimit, "a length")
            guard length <= reader.end - reader.offset else { throw reader.damage("the block is cut short") }
            let end = reader.offset + length
            if wanted?.contains(number) ?? true {
                while before < slots.endIndex, slots[before].number < number { before += 1 }
                var slot = Slot(number: number)
                if before < slots.endIndex, slots[before].number == number {
                    swap(&slot, &slots[before])
                    slot.number = number
                }
                var body = reader
                body.end = end
                try Self.unpack(&body, rounds: rounds, &slot, into: &sink)
                next.append(slot)
            }
            reader.offset = end
        }
        slots = next
    }

    private static func unpack(
        _ reader: inout VarintReader, rounds: Int, _ slot: inout Slot, into sink: inout some HistorySink
    ) throws(HistoryDamage) {
        var place = slot.figures.startIndex
        var key = 0
        while !reader.isAtEnd {
            let distance = try reader.count(numberLimit - key, "the number of a figure")
            key += distance
            // What is not told stands still.
            while place < slot.figures.endIndex, slot.figures[place].key < key {
                stand(slot.figures[place], rounds, into: &sink)
                place += 1
            }
            if place == slot.figures.endIndex || slot.figures[place].key != key {
                let figure = Figure(
                    key: key, value: HistoryMinute.unknown, column: sink.column(scope: slot.number, key: key))
                slot.figures.insert(figure, at: place)
            }
            try unpack(&reader, rounds: rounds, &slot.figures[place], into: &sink)
            place += 1
        }
        while place < slot.figures.endIndex {
            stand(slot.figures[place], rounds, into: &sink)
            place += 1
        }
    }

    @inline(__always) private static func stand(
        _ figure: Figure, _ rounds: Int, into sink: inout some HistorySink
    ) {
        guard figure.value != HistoryMinute.unknown, let column = figure.column else { return }
        sink.add(figure.value, at: 0..<rounds, to: column)
    }

    /// Tokens of one figure.
    private static func unpack(
        _ reader: inout VarintReader, rounds: Int, _ figure: inout Figure, into sink: inout some HistorySink
    ) throws(HistoryDamage) {
        var value = figure.value == HistoryMinute.unknown ? 0 : figure.value
        var isKnown = figure.value != HistoryMinute.unknown
        var place = 0
        while place < rounds {
            let token = try reader.next()
            var end = place + 1
            if token & 1 == 0 {
                value = value &+ ZigZag.unfold(token >> 1)
                isKnown = true
            } else {
                let length = token >> 2
                guard length <= UInt64(rounds - place) else { throw reader.damage("a run is too long") }
                end = length == 0 ? rounds : place + Int(length)
                // A run of a value there is none of would be one of nothing.
                if token & 2 == 0, !isKnown, place == 0 { throw reader.damage("a run of no value") }
                isKnown = token & 2 == 0
            }
            if isKnown, let column = figure.column { sink.add(value, at: place..<end, to: column) }
            place = end
        }
        figure.value = isKnown ? value : HistoryMinute.unknown
    }
}
