import TextOutput

/// What a view shows, before it is laid out: every screen is drawn by the same code.
struct Page: Sendable {
    enum Content: Sendable {
        case list(ListContent)
        case lines([StyledLine])
    }

    /// Stays at the top.
    var header: [StyledLine]
    var content: Content
    /// Stays at the bottom.
    var footer: [StyledLine] = []
    /// What the line of keys says.
    var keys: String
}

extension TopModel {
    /// The smallest screen that is drawn.
    package static let minimumColumns = 60
    package static let minimumRows = 16
    /// The line for messages, and that of keys.
    private static let lastLines = 2

    var isTooSmall: Bool { columns < Self.minimumColumns || rows < Self.minimumRows }

    /// The picture.
    package func frame() -> Frame {
        var frame = Frame(columns: columns, rows: rows)
        guard !isTooSmall else {
            frame.put(
                StyledLine(
                    "\(columns)x\(rows) is too small: \(Self.minimumColumns)x\(Self.minimumRows) (q quits)", .warning),
                row: 0)
            return frame
        }
        let page = page()
        var row = 0
        for line in page.header {
            frame.put(line, row: row)
            row += 1
        }
        switch page.content {
        case .lines(let lines):
            let room = contentRows(page)
            let first = min(scroll, max(0, lines.count - room))
            for line in lines.dropFirst(first).prefix(room) {
                frame.put(line, row: row)
                row += 1
            }
        case .list(let list): put(list, room: contentRows(page), at: row, into: &frame)
        }
        row = rows - Self.lastLines - page.footer.count
        for line in page.footer {
            frame.put(line, row: row)
            row += 1
        }
        frame.put(message, row: rows - 2)
        frame.put(StyledLine(page.keys, .faint), row: rows - 1)
        return frame
    }

    private func contentRows(_ page: Page) -> Int {
        max(1, rows - Self.lastLines - page.header.count - page.footer.count)
    }

    private func put(_ list: ListContent, room: Int, at start: Int, into frame: inout Frame) {
        let layout = list.layout(width: columns)
        frame.put(list.heading(layout, order: settings.orders[view.name]), row: start)
        guard !list.rows.isEmpty else {
            frame.put(StyledLine(" " + emptyText(list), .faint), row: start + 1)
            return
        }
        let selected = selection(in: list, of: view) ?? 0
        let visible = max(1, room - 1)
        // The chosen row is always on the screen, and the last page is a full one.
        let first = max(0, min(selected - visible / 2, list.rows.count - visible))
        for (offset, row) in list.rows.dropFirst(first).prefix(visible).enumerated() {
            let line = list.line(row, layout, isSelected: first + offset == selected)
            frame.put(line, row: start + 1 + offset)
        }
    }

    private func emptyText(_ list: ListContent) -> String {
        if list.totalCount > 0 { return "None of \(list.totalCount) match: F changes the filter, z shows idle lines." }
        if context?.sample.isPast ?? false, view != .overview, view != .groups {
            return "The history keeps no processes and no threads."
        }
        return switch view {
        case .processes: "No process is known here yet."
        case .threads: "No thread of it is known: it ended, or its threads are not readable."
        default: "No group is known."
        }
    }

    /// Rows for lines of a list, or of text.
    var pageRows: Int {
        let page = page()
        if case .list = page.content { return max(1, contentRows(page) - 1) }
        return contentRows(page)
    }

    /// Lines of a view that is no list.
    var lineCount: Int {
        if case .lines(let lines) = page().content { lines.count } else { 0 }
    }

    /// The line above the keys: what is typed, what went wrong, what there is to say.
    private var message: StyledLine {
        if let prompt { return StyledLine("\(prompt.purpose.rawValue): \(prompt.text)_", .heading) }
        if let gone {
            return StyledLine(
                "-- daemon gone since \(Clock.time(gone.sinceNanoseconds)), retrying: \(gone.reason) --", .bad)
        }
        return StyledLine(note)
    }

    // MARK: Pages

    /// What the view shows.
    func page() -> Page {
        guard let context else { return emptyPage }
        if let gap = context.sample.gap, view != .help {
            return Page(
                header: [titleLine(context)], content: .lines([StyledLine(), StyledLine(" \(gap)", .warning)]),
                keys: "?help  , . step  J jump  L live  q quit")
        }
        switch view {
        case .overview: return overviewPage(context)
        case .groups, .processes, .threads: return listPage(context)
        case .story(let id): return linesPage(context, storyLines(id, context.sample))
        case .card(let group): return linesPage(context, cardLines(group, context))
        case .flow: return linesPage(context, flowLines(context))
        case .machine: return linesPage(context, machineLines(context))
        case .events: return linesPage(context, eventLines(context.sample))
        case .help: return linesPage(context, helpLines)
        }
    }

    /// Before the first sample.
    private var emptyPage: Page {
        Page(
            header: [StyledLine("numawatch", .heading)],
            content: .lines([gone == nil ? "Asking the daemon." : ""]), keys: "q quit")
    }

    private func linesPage(_ context: TableContext, _ lines: [StyledLine]) -> Page {
        let keys =
            switch view {
            case .help: "Esc back  q quit"
            case .machine: "?help  Up Down scroll  [ ] CPU  space freeze  , . step  J jump  Esc back  q"
            case .card: "?help  Up Down scroll  y command  space freeze  , . step  J jump  Esc back  q"
            default: "?help  Up Down scroll  space freeze  , . step  J jump  L live  Esc back  q"
            }
        return Page(header: [titleLine(context), pathLine], content: .lines(lines), keys: keys)
    }

    private func listPage(_ context: TableContext) -> Page {
        guard let list = list(of: view) else { return emptyPage }
        return Page(
            header: [titleLine(context), pathLine, ruleLine(list)], content: .list(list),
            keys: "?help Enter open  / find  F filter  S sort  space freeze  , . step  Esc back  q")
    }

    /// `-- 7 of 48 groups, by COST% ----`: what the list below holds, and in what order.
    func ruleLine(_ list: ListContent) -> StyledLine {
        let what =
            switch view {
            case .processes: "processes"
            case .threads: "threads"
            default: "groups"
            }
        let count =
            list.rows.count == list.totalCount ? "\(list.totalCount)" : "\(list.rows.count) of \(list.totalCount)"
        var text = "-- \(count) \(what)"
        if let order = settings.orders[view.name] {
            text += ", by \(order.title)\(order.isReversed ? " reversed" : "")"
        } else if view == .overview {
            text += list.rows.isEmpty || context?.sample.verdicts == nil ? ", by RSS" : ", by lost CPU time"
        }
        if !settings.filter.isEmpty { text += ", filter \(settings.filter)" }
        if settings.hidesIdle { text += ", idle hidden" }
        text = Fitting.cut(text.terminalSafe, to: columns - 4) + " "
        return StyledLine(
            text + String(repeating: "-", count: max(0, columns - TableFormatter.width(of: text))), .faint)
    }
}

/// Times of day in pictures, UTC.
enum Clock {
    /// `14:32:05`
    static func time(_ nanoseconds: UInt64) -> String {
        let seconds = nanoseconds / 1_000_000_000 % 86_400
        func two(_ number: UInt64) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
