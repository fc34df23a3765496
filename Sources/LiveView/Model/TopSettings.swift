import TextOutput

/// What is remembered from one run to the next: `$XDG_CONFIG_HOME/numawatch/top.conf`.
///
/// A line is `NAME = VALUE`; empty lines and those that begin with `#` say nothing. Names: `sort.VIEW` (a column's title, with a
/// `-` before it for the other way round), `hide.VIEW` (titles of columns that are not shown, separated by spaces), `filter` (a
/// regular expression), `units` (bytes, pages, percent), `interval` (round, minute, ten-minutes), `idle` (shown, hidden).
package struct TopSettings: Sendable, Equatable {
    /// The time rates are over.
    package enum Interval: String, Sendable, CaseIterable {
        /// Between the last two rounds of the daemon.
        case round
        case minute
        case tenMinutes = "ten-minutes"

        package var seconds: Double? {
            switch self {
            case .round: nil
            case .minute: 60
            case .tenMinutes: 600
            }
        }
    }

    /// The order of the list of a view.
    package struct Order: Sendable, Equatable {
        /// A column's title.
        package var title: String
        package var isReversed = false

        package init(title: String, isReversed: Bool = false) {
            self.title = title
            self.isReversed = isReversed
        }
    }

    package var orders: [String: Order] = [:]
    package var hidden: [String: Set<String>] = [:]
    package var filter = ""
    package var units = MemoryUnit.bytes
    package var interval = Interval.round
    package var hidesIdle = false

    package init() {}

    /// Reads what was remembered.
    ///
    /// - Parameter problem: Gets the number of each line that says nothing of the above, and why; it is passed over.
    package init(parsing text: String, problem: (Int, String) -> Void) {
        // A carriage return and the newline after it are one character.
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let line = Self.trimmed(line)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                problem(index + 1, "expected “NAME = VALUE”")
                continue
            }
            if let complaint = take(Self.trimmed(parts[0]), Self.trimmed(parts[1])) { problem(index + 1, complaint) }
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }

    /// - Returns: What is wrong with it.
    private mutating func take(_ name: String, _ value: String) -> String? {
        func choice<Choice: RawRepresentable & CaseIterable>(_ all: Choice.Type) -> Choice?
        where Choice.RawValue == String {
            Choice(rawValue: value)
        }
        func expected(_ choices: [String]) -> String { "\(name) is one of " + choices.joined(separator: ", ") }
        switch name {
        case "filter":
            guard (try? Regex(value)) != nil else { return "filter is no regular expression" }
            filter = value
        case "units":
            guard let units = choice(MemoryUnit.self) else { return expected(MemoryUnit.allCases.map(\.rawValue)) }
            self.units = units
        case "interval":
            guard let interval = choice(Interval.self) else { return expected(Interval.allCases.map(\.rawValue)) }
            self.interval = interval
        case "idle":
            guard ["shown", "hidden"].contains(value) else { return expected(["shown", "hidden"]) }
            hidesIdle = value == "hidden"
        default:
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, Self.lists.contains(parts[1]) else { return "“\(name)” is not known" }
            switch parts[0] {
            case "sort":
                let isReversed = value.hasPrefix("-")
                orders[parts[1]] = Order(title: isReversed ? String(value.dropFirst()) : value, isReversed: isReversed)
            case "hide": hidden[parts[1]] = Set(value.split(separator: " ").map(String.init))
            default: return "“\(name)” is not known"
            }
        }
        return nil
    }

    /// The views that are lists.
    private static let lists = ["overview", "groups", "processes", "threads"]

    /// As it is written.
    package var text: String {
        var text = "# What “numawatch top” was set to when it ended.\n"
        for name in Self.lists {
            if let order = orders[name] { text += "sort.\(name) = \(order.isReversed ? "-" : "")\(order.title)\n" }
            if let titles = hidden[name], !titles.isEmpty {
                text += "hide.\(name) = \(titles.sorted().joined(separator: " "))\n"
            }
        }
        if !filter.isEmpty { text += "filter = \(filter)\n" }
        text += "units = \(units.rawValue)\ninterval = \(interval.rawValue)\nidle = \(hidesIdle ? "hidden" : "shown")\n"
        return text
    }
}
