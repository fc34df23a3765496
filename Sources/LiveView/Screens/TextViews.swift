import Snapshots
import TextOutput

/// Views of text: events, stories, help.
extension TopModel {
    /// The newest first; a sentence that is longer than a line goes on below.
    func eventLines(_ sample: LiveSample) -> [StyledLine] {
        guard !sample.events.isEmpty else { return [StyledLine("No event is kept.", .faint)] }
        let indent = 10
        return sample.events.reversed().flatMap { event in
            let parts = Fitting.wrap(event.message.terminalSafe, to: columns - indent)
            var first = event
            first.message = parts.first ?? ""
            return [Self.eventLine(first)]
                + parts.dropFirst().map { StyledLine(String(repeating: " ", count: indent) + $0) }
        }
    }

    /// As the daemon tells it, the newest at the end.
    func storyLines(_ id: Int32, _ sample: LiveSample) -> [StyledLine] {
        guard let story = sample.story, story.id == id else { return [StyledLine("Asking the daemon.", .faint)] }
        let width = columns - 2
        return story.lines.flatMap { line -> [StyledLine] in
            // Indentation says what belongs together; it is kept in what goes on below.
            let indent = String(line.prefix { $0 == " " }.prefix(20))
            let parts = Fitting.wrap(line.terminalSafe, to: width - indent.count)
            return parts.isEmpty ? [StyledLine()] : parts.map { StyledLine(indent + $0) }
        }
    }

    /// The keys of the view below, what marks and letters mean, and what its columns are.
    var helpLines: [StyledLine] {
        let below = views.dropLast().last ?? .overview
        var lines = [StyledLine("\(below.name): \(below.question)", .heading)]
        let screens = View.numbered.enumerated().map { "\($0.offset + 1) \($0.element.name)" }
        lines.append(StyledLine(" " + screens.joined(separator: "  ")))
        let cells = KeyBinding.all.filter { $0.works(in: below) && !$0.isNumber }.map(\.help)
        let width = (columns - 1) / 2
        let height = (cells.count + 1) / 2
        for row in 0..<height {
            var line = StyledLine()
            line.add(cells[row], width: width, .leading)
            if row + height < cells.count { line.add(" " + cells[row + height]) }
            lines.append(line)
        }
        let marks = Figure.Mark.allCases.filter { $0 != .none }.map { "\($0.rawValue) \($0.shortMeaning)" }
        lines += Fitting.wrap("After a figure: " + marks.joined(separator: ", ") + "; - not known", to: columns).map {
            StyledLine($0)
        }
        if below == .overview { lines += Fitting.wrap(WhyLetter.legend, to: columns).map { StyledLine($0) } }
        guard let list = list(of: below) else { return lines }
        lines.append(StyledLine("Columns", .heading))
        for heading in list.headings {
            for (index, part) in Fitting.wrap(heading.meaning, to: columns - 12).enumerated() {
                var line = StyledLine(" ")
                line.add(index == 0 ? heading.title : "", width: 11, .leading, .heading)
                line.add(part)
                lines.append(line)
            }
        }
        return lines
    }
}

extension Figure.Mark {
    /// In a few words.
    fileprivate var shortMeaning: String {
        switch self {
        case .none: "counted"
        case .estimated: "estimated"
        case .modelled: "modelled"
        case .old: "older than 3 intervals"
        }
    }
}

extension KeyBinding {
    /// Whether it opens a screen by its number.
    fileprivate var isNumber: Bool { if case .open = action { true } else { false } }

    /// ` j Down       down`
    fileprivate var help: String {
        let names = keys.prefix(2).map(\.name).joined(separator: " ")
        return " " + names + String(repeating: " ", count: max(1, 14 - names.count)) + meaning
    }
}
