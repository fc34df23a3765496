import NUMATopology
import Snapshots
import TextOutput

/// One column of a list: what it is called, how wide it is, what it shows of a row, and what it sorts by.
struct Column<Row: Sendable>: Sendable {
    /// What rows are put in order by.
    enum Key: Sendable, Comparable {
        case missing
        case number(Double)
        case text(String)
    }

    let title: String
    /// Columns of the terminal, with that of the mark where there is one.
    let width: Int
    let alignment: TableFormatter.Alignment
    /// Whether figures may have a mark: it keeps a column to itself, so that digits stand below digits.
    let isMarked: Bool
    /// What gives way first where not all fit: the largest. Nil for columns that wide terminals alone have.
    let rank: Int?
    let meaning: String
    let cell: @Sendable (Row, TableContext) -> Figure
    let key: @Sendable (Row, TableContext) -> Key

    init(
        _ title: String, _ width: Int, _ alignment: TableFormatter.Alignment = .trailing, isMarked: Bool = false,
        rank: Int?, _ meaning: String, cell: @escaping @Sendable (Row, TableContext) -> Figure,
        key: @escaping @Sendable (Row, TableContext) -> Key
    ) {
        self.title = title
        self.width = width
        self.alignment = alignment
        self.isMarked = isMarked
        self.rank = rank
        self.meaning = meaning
        self.cell = cell
        self.key = key
    }

    /// A column of a number, sorted by it.
    static func number(
        _ title: String, _ width: Int, isMarked: Bool = false, rank: Int?, _ meaning: String,
        _ value: @escaping @Sendable (Row, TableContext) -> Double?,
        _ cell: @escaping @Sendable (Row, TableContext) -> Figure
    ) -> Column {
        Column(title, width, isMarked: isMarked, rank: rank, meaning, cell: cell) {
            value($0, $1).map { .number($0) } ?? .missing
        }
    }

    /// A column of text, sorted by it.
    static func text(
        _ title: String, _ width: Int, rank: Int?, _ meaning: String,
        _ value: @escaping @Sendable (Row, TableContext) -> String?
    ) -> Column {
        Column(title, width, .leading, rank: rank, meaning, cell: { .text(value($0, $1)) }) {
            value($0, $1).map { .text($0) } ?? .missing
        }
    }

    /// A cell in the column's own width.
    func add(_ figure: Figure, to line: inout StyledLine, width: Int, _ role: Role) {
        guard isMarked else { return line.add(figure.marked, width: width, alignment, role) }
        line.add(figure.text, width: width - 1, alignment, role)
        line.add(figure.mark == .none ? " " : figure.mark.rawValue, role)
    }
}

/// What cells go by beside their row.
struct TableContext: Sendable {
    var rates: Rates
    var units: MemoryUnit
    /// Of this host.
    var pageSizeBytes: UInt64
    /// The picture is older than three intervals: so is every figure in it.
    var isOld = false

    var sample: LiveSample { rates.sample }
}

/// How memory is shown.
package enum MemoryUnit: String, Sendable, CaseIterable {
    case bytes, pages, percent

    package var next: MemoryUnit {
        switch self {
        case .bytes: .pages
        case .pages: .percent
        case .percent: .bytes
        }
    }

}

extension TableContext {
    /// An amount of memory in the unit that was chosen.
    ///
    /// - Parameter total: What 100 % is; nil where it is not known.
    func memory(_ bytes: UInt64?, of total: UInt64? = nil, _ mark: Figure.Mark = .none) -> Figure {
        guard let bytes else { return .missing }
        switch units {
        case .bytes: return .bytes(bytes, mark)
        case .pages: return Figure(Amount.short(Double(bytes / max(1, pageSizeBytes))), mark)
        case .percent:
            guard let total = total ?? memoryBytes, total > 0 else { return .missing }
            return Figure(String(fixed: Double(bytes) / Double(total) * 100, decimals: 0) + "%", mark)
        }
    }

    /// The host's memory.
    private var memoryBytes: UInt64? {
        let amounts = sample.nodes.nodes.map { $0.totals.meminfoBytes("MemTotal") }
        guard !amounts.isEmpty, !amounts.contains(nil) else { return nil }
        return amounts.reduce(0) { $0.addingSaturated($1 ?? 0) }
    }
}
