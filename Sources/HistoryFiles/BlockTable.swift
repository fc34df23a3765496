import History
import LinuxSystem

/// A table of blocks, in chains.
struct BlockTable {
    /// Numbers of scopes and keys.
    struct Numbers {
        var scope: (HistoryScope) -> Int
        var key: (HistoryKey) -> Int
    }

    private let name: String
    private var packer = HistoryPacker()
    /// The number of the next block.
    private(set) var next: Int64
    /// The first block of the chain that is written; nil before it.
    private var chain: Int64?

    init(_ name: String, in database: Database) throws(DatabaseFailure) {
        self.name = name
        next = (try database.number("SELECT max(id) FROM \(name)") ?? 0) + 1
    }

    /// Whether the next block begins a chain.
    var beginsChain: Bool { chain.map { next - $0 >= Int64(HistoryPacker.chainLimit) } ?? true }

    /// - Parameter weight: Rounds that each of its samples stands for.
    mutating func write(
        _ minute: HistoryMinute, life: Int64, weight: Int, _ numbers: Numbers, in database: Database
    ) throws(DatabaseFailure) {
        guard let first = minute.times.first, let last = minute.times.last else { return }
        if beginsChain {
            packer.restart()
            chain = next
        }
        let block = packer.pack(minute, scopeNumber: numbers.scope, keyNumber: numbers.key)
        try database.run(
            "INSERT INTO \(name)(id, life, chain, since, until, rounds, block) VALUES(?, ?, ?, ?, ?, ?, ?)",
            .integer(next), .integer(life), DatabaseValue(chain), DatabaseValue(first), DatabaseValue(last),
            DatabaseValue(weight), .blob(block))
        next += 1
    }

    /// Blocks that are there: their numbers have no holes but at the beginning.
    func count(in database: Database) throws(DatabaseFailure) -> UInt64 {
        let first = try database.number("SELECT id FROM \(name) ORDER BY id LIMIT 1")
        return first.map { UInt64(clamping: next - $0) } ?? 0
    }

    /// Removes the oldest chain, but never the one that is written.
    ///
    /// - Parameter limit: Only where all of it is older; nil for however old it is.
    /// - Returns: Whether it is gone.
    @discardableResult
    mutating func removeOldest(before limit: UInt64?, in database: Database) throws(DatabaseFailure) -> Bool {
        guard let oldest = try database.number("SELECT chain FROM \(name) ORDER BY id LIMIT 1"), oldest != chain else {
            return false
        }
        let end = DatabaseValue.integer(oldest + Int64(HistoryPacker.chainLimit))
        if let limit {
            let until = try database.number(
                "SELECT max(until) FROM \(name) WHERE id < ? AND chain = ?", end, .integer(oldest))
            guard let until, UInt64(clamping: until) < limit else { return false }
        }
        try database.run("DELETE FROM \(name) WHERE id < ? AND chain = ?", end, .integer(oldest), operation: "shrink")
        return true
    }
}
