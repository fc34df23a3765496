/// A key that was pressed.
package enum Key: Hashable, Sendable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, escape, backspace, tab, backTab

    /// As the help writes it.
    package var name: String {
        switch self {
        case .character(" "): "space"
        case .character(let character): String(character)
        case .up: "Up"
        case .down: "Down"
        case .left: "Left"
        case .right: "Right"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        case .home: "Home"
        case .end: "End"
        case .enter: "Enter"
        case .escape: "Esc"
        case .backspace: "Backspace"
        case .tab: "Tab"
        case .backTab: "Shift-Tab"
        }
    }
}

/// What a key does.
package enum Action: Hashable, Sendable {
    case quit, back, help, open(Int), nextScreen, previousScreen
    case move(Int), page(Int), first, last, enter
    case sort, sortLeft, sortRight, reverse, search, searchNext, searchPrevious, filter
    case freeze, olderSample, newerSample, jump, live
    case card, explain, whatIf, copy, hideIdle, widen, narrow, units, dump
    case previousCPU, nextCPU
}

/// The keys: from this table come what they do, the help of every screen, and the table of docs/top.md.
package struct KeyBinding: Sendable {
    package var keys: [Key]
    package var action: Action
    package var meaning: String
    /// Where it does something; nil for everywhere.
    private var place: (@Sendable (View) -> Bool)?

    private init(
        _ keys: [Key], _ action: Action, _ meaning: String, in place: (@Sendable (View) -> Bool)? = nil
    ) {
        self.keys = keys
        self.action = action
        self.meaning = meaning
        self.place = place
    }

    package func works(in view: View) -> Bool { place?(view) ?? true }

    /// Several lines of the table may be about one thing; the help shows those with a meaning.
    package static let all: [KeyBinding] =
        [
            KeyBinding([.character("?"), .character("h")], .help, "this help"),
            KeyBinding([.character("q")], .quit, "quit"),
            KeyBinding([.escape, .backspace, .left], .back, "back one level"),
        ]
        + View.numbered.enumerated().map { index, view in
            KeyBinding([.character(Character("\(index + 1)"))], .open(index), view.name)
        }
        + [
            KeyBinding([.tab], .nextScreen, "next screen"),
            KeyBinding([.backTab], .previousScreen, "previous screen"),
            KeyBinding([.down, .character("j")], .move(1), "down"),
            KeyBinding([.up, .character("k")], .move(-1), "up"),
            KeyBinding([.pageDown], .page(1), "a page down"),
            KeyBinding([.pageUp], .page(-1), "a page up"),
            KeyBinding([.home], .first, "first line"),
            KeyBinding([.end], .last, "last line"),
            KeyBinding([.enter, .right], .enter, "open the line", in: \.isList),
            KeyBinding([.character("v")], .card, "verdict of the line", in: hasGroups),
            KeyBinding([.character("x")], .explain, "story, where traced", in: hasTasks),
            KeyBinding([.character("w")], .whatIf, "what-if", in: hasCards),
            KeyBinding([.character("y")], .copy, "show the advised command", in: hasCards),
            KeyBinding([.character("S")], .sort, "sort: type a column", in: \.isList),
            KeyBinding([.character("<")], .sortLeft, "sort one column left", in: \.isList),
            KeyBinding([.character(">")], .sortRight, "sort one column right", in: \.isList),
            KeyBinding([.character("r")], .reverse, "reverse the order", in: \.isList),
            KeyBinding([.character("/")], .search, "find a line", in: \.isList),
            KeyBinding([.character("n")], .searchNext, "find the next", in: \.isList),
            KeyBinding([.character("N")], .searchPrevious, "find the previous", in: \.isList),
            KeyBinding([.character("F")], .filter, "filter by a regex", in: \.isList),
            KeyBinding([.character("z")], .hideIdle, "hide or show idle lines", in: \.isList),
            KeyBinding([.character(" ")], .freeze, "freeze the picture"),
            KeyBinding([.character("t"), .character(",")], .olderSample, "the sample before"),
            KeyBinding([.character("T"), .character(".")], .newerSample, "the sample after"),
            KeyBinding([.character("J")], .jump, "jump: 14:05 -10m verdict"),
            KeyBinding([.character("L")], .live, "back to live"),
            KeyBinding([.character("+")], .widen, "rates over a longer time"),
            KeyBinding([.character("-")], .narrow, "rates over a shorter time"),
            KeyBinding([.character("u")], .units, "unit of memory"),
            KeyBinding([.character("[")], .previousCPU, "domains of the CPU before", in: { $0 == .machine }),
            KeyBinding([.character("]")], .nextCPU, "domains of the next CPU", in: { $0 == .machine }),
            KeyBinding([.character("d")], .dump, "save the screen as text"),
        ]

    private static let hasGroups: @Sendable (View) -> Bool = { view in
        switch view {
        case .overview, .groups, .processes, .flow: true
        default: false
        }
    }

    private static let hasTasks: @Sendable (View) -> Bool = { view in
        switch view {
        case .processes, .threads: true
        default: false
        }
    }

    private static let hasCards: @Sendable (View) -> Bool = { view in
        switch view {
        case .overview, .groups, .card: true
        default: false
        }
    }

    /// What a key does in a view; nil for nothing.
    package static func action(of key: Key, in view: View) -> Action? {
        all.first { $0.keys.contains(key) && $0.works(in: view) }?.action
    }
}
