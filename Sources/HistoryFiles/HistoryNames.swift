import History
import LinuxSystem
import NUMATopology

/// What scopes and keys of a file are called.
enum HistoryNames {
    /// The keys this version knows, one after the other.
    static func eachKey(
        _ database: Database, _ body: (Int, HistoryKey) -> Void
    ) throws(DatabaseFailure) {
        try database.rows("SELECT id, figure, node, target FROM keys") { row throws(DatabaseFailure) in
            guard let number = row.number(0), let figure = row.text(1).flatMap(HistoryFigure.init(rawValue:)) else {
                return true
            }
            body(
                Int(number),
                HistoryKey(figure, node: node(row.number(2)), target: node(row.number(3))))
            return true
        }
    }

    private static func node(_ number: Int64?) -> NodeID? {
        number.flatMap { Int(exactly: $0) }.flatMap { (0...NodeSet.numberLimit).contains($0) ? NodeID($0) : nil }
    }

    /// The scopes that are asked for and may be seen.
    ///
    /// - Parameter viewer: Groups of this user alone; nil for all.
    static func scopes(
        _ database: Database, _ wanted: HistoryQuery.Scopes, viewer: UInt32?
    ) throws(DatabaseFailure) -> [Int: (scope: HistoryScope, group: HistoryGroup?)] {
        var found: [Int: (scope: HistoryScope, group: HistoryGroup?)] = [:]
        try database.rows("SELECT id, kind, name, owner, group_kind, title FROM scopes") {
            row throws(DatabaseFailure) in
            guard let number = row.number(0), let kind = row.text(1) else { return true }
            let name = row.text(2)
            switch (kind, wanted) {
            case ("host", .all), ("host", .host): found[Int(number)] = (.host, nil)
            case ("node", .all), ("node", .host):
                if let node = node(name.flatMap { Int64($0) }) { found[Int(number)] = (.node(node), nil) }
            case ("group", .all), ("group", .group):
                guard let name else { break }
                if case .group(let asked) = wanted, asked != name { break }
                let owner = row.number(3).flatMap { UInt32(exactly: $0) }
                if let viewer, owner != viewer { break }
                found[Int(number)] = (
                    .group(name, owner: owner), HistoryGroup(kind: row.text(4) ?? "", title: row.text(5))
                )
            default: break
            }
            return true
        }
        return found
    }
}
