import FixtureSupport
import NUMATopology
import Testing

@testable import History

@Suite("Packing of samples")
struct PackingTests {
    /// Takes everything down as it comes.
    private struct Sink: HistorySink {
        var times: [[UInt64]] = []
        var values: [[Int]: [Int: Int64]] = [:]
        private var columns: [[Int]] = []

        mutating func begin(times: [UInt64]) { self.times.append(times) }

        mutating func column(scope: Int, key: Int) -> Int? {
            columns.append([scope, key])
            return columns.count - 1
        }

        mutating func add(_ steps: Int64, at places: Range<Int>, to column: Int) {
            for place in places { values[[times.count - 1] + columns[column], default: [:]][place] = steps }
        }
    }

    private static func number(_ scope: HistoryScope) -> Int {
        switch scope {
        case .host: 1
        case .node(let node): 2 + node.rawValue
        case .group(let name, _), .metric(let name): 10 + (Int(name.filter(\.isNumber)) ?? 0)
        }
    }

    private static func number(_ key: HistoryKey) -> Int {
        (HistoryFigure.allCases.firstIndex(of: key.figure) ?? 0) * 10 + 1 + (key.node.map { $0.rawValue + 1 } ?? 0)
    }

    @Test("What was packed is unpacked, whatever comes and goes between", arguments: 1...20 as ClosedRange<UInt64>)
    func roundTrip(_ seed: UInt64) throws {
        var rounds = MadeUpRounds(seed: seed)
        var packer = HistoryPacker()
        var unpacker = HistoryUnpacker()
        var sink = Sink()
        for minute in 0..<40 {
            var block = HistoryMinute()
            for place in 0..<1 + rounds.generator.below(12) {
                var round = rounds.round(at: Double(minute * 60 + place * 5))
                // Groups and figures that are missing for a while.
                round.scopes.removeAll { _ in rounds.generator.below(8) == 0 }
                for index in round.scopes.indices {
                    round.scopes[index].values.removeAll { _ in rounds.generator.below(6) == 0 }
                }
                block.add(round)
            }
            let isFirst = minute % HistoryPacker.chainLimit == 0
            if isFirst { packer.restart() }
            let bytes = packer.pack(block, scopeNumber: Self.number, keyNumber: Self.number)
            try unpacker.unpack(bytes, isFirst: isFirst, into: &sink)
            #expect(sink.times[minute] == block.times)
            for (scope, content) in block.scopes {
                for (key, column) in content.columns {
                    let found = sink.values[[minute, Self.number(scope), Self.number(key)]] ?? [:]
                    for place in block.times.indices {
                        let value = column[place] == HistoryMinute.unknown ? nil : column[place]
                        #expect(found[place] == value, "minute \(minute), \(scope) \(key), round \(place)")
                    }
                }
            }
        }
        // And nothing that was not packed.
        #expect(sink.values.keys.allSatisfy { $0[0] < 40 })
    }

    @Test("A group of which nothing changes takes two bytes a minute")
    func quiet() {
        var packer = HistoryPacker()
        func minute(_ number: Int) -> HistoryMinute {
            var minute = HistoryMinute()
            for place in 0..<12 {
                var round = HistoryRound(
                    wallClockNanoseconds: MadeUpRounds.start + UInt64(number * 60 + place * 5) * MadeUpRounds.second,
                    monotonicNanoseconds: 0)
                for group in 1...50 {
                    var scope = HistoryRound.Scope(scope: .group("\(group)", owner: nil), group: nil, values: [])
                    scope.values = (0..<30).map {
                        HistoryRound.Value(key: HistoryKey(HistoryFigure.allCases[$0]), steps: Int64($0 * 1000))
                    }
                    round.scopes.append(scope)
                }
                minute.add(round)
            }
            return minute
        }
        let first = packer.pack(minute(0), scopeNumber: Self.number, keyNumber: Self.number)
        let second = packer.pack(minute(1), scopeNumber: Self.number, keyNumber: Self.number)
        // Times, and two bytes for each group.
        #expect(second.count <= 2 * 50 + 1 + 6 + 11 * 2, "\(second.count) bytes after \(first.count)")
    }

    @Test("A block that is cut or damaged is refused or read, and never traps", arguments: 1...8 as ClosedRange<UInt64>)
    func damage(_ seed: UInt64) throws {
        var rounds = MadeUpRounds(seed: seed)
        var packer = HistoryPacker()
        var minute = HistoryMinute()
        for place in 0..<12 { minute.add(rounds.round(at: Double(place * 5))) }
        let block = packer.pack(minute, scopeNumber: Self.number, keyNumber: Self.number)
        for end in block.indices {
            var unpacker = HistoryUnpacker()
            var sink = Sink()
            // Between two scopes a block may end.
            try? unpacker.unpack(Array(block[..<end]), isFirst: true, into: &sink)
        }
        for _ in 0..<3000 {
            var damaged = block
            for _ in 0...rounds.generator.below(4) {
                damaged[rounds.generator.below(damaged.count)] = UInt8(rounds.generator.below(256))
            }
            var unpacker = HistoryUnpacker()
            var sink = Sink()
            try? unpacker.unpack(damaged, isFirst: true, into: &sink)
            try? unpacker.unpack(block, isFirst: false, into: &sink)
        }
        var unpacker = HistoryUnpacker()
        var sink = Sink()
        #expect(throws: HistoryDamage.self) { try unpacker.unpack([], isFirst: true, into: &sink) }
    }
}
