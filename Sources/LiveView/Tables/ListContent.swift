import TextOutput

/// The rows of a list as the picture and the keys know them, whatever they are about.
struct ListContent: Sendable {
    struct Heading: Sendable {
        var title: String
        var meaning: String
        var isSortable: Bool
    }

    struct Row: Sendable {
        /// The same from picture to picture: a name, a number.
        var id: String
        /// What a search and the filter look at.
        var text: String
        /// Whether nothing happens in it.
        var isIdle: Bool
        fileprivate var key: @Sendable (Int) -> Key
        fileprivate var add: @Sendable (Int, Int, inout StyledLine, Role) -> Void
    }

    enum Key: Sendable, Comparable {
        case missing
        case number(Double)
        case text(String)
    }

    var headings: [Heading]
    var rows: [Row]
    /// Rows before the filter.
    var totalCount: Int
    fileprivate var widths: [Int]
    fileprivate var alignments: [TableFormatter.Alignment]
    fileprivate var ranks: [Int?]

    /// - Parameters:
    ///   - hidden: Titles of columns that are not to be shown.
    init<Element: Sendable>(
        _ elements: [Element], columns all: [Column<Element>], context: TableContext, hidden: Set<String> = [],
        identify: (Element) -> String, text: (Element) -> String, isIdle: (Element) -> Bool = { _ in false }
    ) {
        // The first column says what a row is about.
        let columns = all.enumerated().filter { $0.offset == 0 || !hidden.contains($0.element.title) }.map(\.element)
        headings = columns.map { Heading(title: $0.title, meaning: $0.meaning, isSortable: true) }
        widths = columns.map(\.width)
        alignments = columns.map(\.alignment)
        ranks = columns.enumerated().map { $0.offset == 0 ? -1 : $0.element.rank }
        totalCount = elements.count
        rows = elements.map { element in
            Row(
                id: identify(element), text: text(element), isIdle: isIdle(element),
                key: { index in
                    switch columns[index].key(element, context) {
                    case .missing: .missing
                    case .number(let number): .number(number)
                    case .text(let text): .text(text)
                    }
                },
                add: { index, width, line, role in
                    var figure = columns[index].cell(element, context)
                    if context.isOld, figure != .missing, columns[index].isMarked { figure.mark = .old }
                    columns[index].add(figure, to: &line, width: width, role)
                })
        }
    }

    /// Puts rows in order: numbers the largest first, names ascending, what is not known last either way. Rows alike keep
    /// the order they have.
    mutating func sort(_ order: TopSettings.Order) {
        guard let index = headings.firstIndex(where: { $0.title == order.title }) else { return }
        let keyed = rows.enumerated().map { (offset: $0.offset, key: $0.element.key(index), row: $0.element) }
        rows = keyed.sorted { left, right in
            if left.key == right.key { return left.offset < right.offset }
            switch (left.key, right.key) {
            case (.missing, _): return false
            case (_, .missing): return true
            case (.text, .text): return (left.key < right.key) != order.isReversed
            default: return (left.key > right.key) != order.isReversed
            }
        }.map(\.row)
    }

    /// Which columns fit, and how wide they are: the first gives way down to a half, then columns by rank, the largest first.
    func layout(width: Int) -> [(index: Int, width: Int)] {
        // A place before the first column for the mark of the chosen row.
        let room = width - 1
        var chosen = widths.indices.filter { ranks[$0] != nil }
        var first = widths[0]
        func total() -> Int { chosen.reduce(0) { $0 + ($1 == 0 ? first : widths[$1]) + 1 } - 1 }
        while total() > room {
            let excess = total() - room
            let give = min(excess, first - max(8, widths[0] * 2 / 3))
            if give > 0 {
                first -= give
            } else if let last = chosen.dropFirst().max(by: { (ranks[$0] ?? 0) < (ranks[$1] ?? 0) }) {
                chosen.removeAll { $0 == last }
                // What one column left free may be more than was missing.
                first = min(widths[0], first + max(0, room - total()))
            } else {
                first = max(1, room)
                break
            }
        }
        // Wide terminals have more, to the right of these.
        for index in widths.indices where ranks[index] == nil {
            guard total() + 1 + widths[index] <= room else { break }
            chosen.append(index)
        }
        return chosen.map { ($0, $0 == 0 ? first : widths[$0]) }
    }

    /// The line of titles; the one the list is ordered by stands in brackets, as far as its column lets it.
    func heading(_ layout: [(index: Int, width: Int)], order: TopSettings.Order?) -> StyledLine {
        var line = StyledLine(" ", .heading)
        for (position, column) in layout.enumerated() {
            if position > 0 { line.add(" ", .heading) }
            let title = headings[column.index].title
            let isOrder = order?.title == title
            line.add(title, width: column.width, alignments[column.index], isOrder ? .selected : .heading)
        }
        return line
    }

    func line(_ row: Row, _ layout: [(index: Int, width: Int)], isSelected: Bool) -> StyledLine {
        let role = isSelected ? Role.selected : .plain
        var line = StyledLine(isSelected ? ">" : " ", role)
        for (position, column) in layout.enumerated() {
            if position > 0 { line.add(" ", role) }
            row.add(column.index, column.width, &line, role)
        }
        return line
    }
}
