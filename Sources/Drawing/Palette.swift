/// The colours and patterns of all pictures.
///
/// Nothing is told by colour alone: whatever has a colour of its own has a pattern, a dash or a word as well, and text is dark
/// on white or on a light tint. The tests hold each of them to its contrast: text 4.5, lines and edges 3 (WCAG 2.2).
package enum Palette {
    package static let paper = Colour(0xFFFFFF)
    /// Behind tables' headings and cards.
    package static let panel = Colour(0xF3F5F8)
    package static let ink = Colour(0x1B1F24)
    /// Text of less weight.
    package static let faintInk = Colour(0x4D5661)
    /// Axes and edges that carry meaning.
    package static let edge = Colour(0x6B7480)
    /// Lines to guide the eye; nothing is lost without them.
    package static let grid = Colour(0xD5DAE1)

    /// One after the other for nodes, and whatever else comes in kinds.
    package static let series = [
        Colour(0x0B5FA5), Colour(0xB4480A), Colour(0x1A7F37), Colour(0x7A3FC4), Colour(0xB42318), Colour(0x0F6E6E),
        Colour(0x7A4E1D), Colour(0x57606A),
    ]

    /// The paint of the thing with this number: eight colours, with a pattern each; the next eight with others.
    package static func paint(_ number: Int) -> Paint {
        let number = max(0, number)
        let kinds = Hatch.Kind.allCases
        let turn = number / series.count
        return .hatch(Hatch(kinds[(number + turn * 3) % kinds.count], series[number % series.count]))
    }

    /// From little to much: seven steps of one hue.
    package static let steps = [
        Colour(0xEFF4FA), Colour(0xCFDFF0), Colour(0xA5C4E3), Colour(0x72A1D0), Colour(0x3F7CB8), Colour(0x1C5890),
        Colour(0x0A335F),
    ]

    /// Which step a share of the most falls into; 0 for what is nothing.
    ///
    /// - Parameter share: 0 to 1; drawn into these bounds.
    package static func step(_ share: Double) -> Int {
        guard share > 0 else { return 0 }
        return min(steps.count - 1, Int(min(1, share) * Double(steps.count)))
    }

    /// What a word says beside it: good, bad, neither.
    package enum Tone: String, Sendable, CaseIterable {
        case good, bad, warning, plain, faint

        /// For words and edges.
        package var ink: Colour {
            switch self {
            case .good: Colour(0x17692E)
            case .bad: Colour(0xA81E14)
            case .warning: Colour(0x7D4E00)
            case .plain: Palette.ink
            case .faint: Palette.faintInk
            }
        }

        /// Behind words in ``ink``, of this tone or plain.
        package var tint: Colour {
            switch self {
            case .good: Colour(0xE3F4E7)
            case .bad: Colour(0xFCE9E7)
            case .warning: Colour(0xFDF1DC)
            case .plain, .faint: Palette.panel
            }
        }
    }
}

/// What a shape is filled with.
package enum Paint: Sendable, Hashable {
    case empty
    case solid(Colour)
    case hatch(Hatch)
}

/// A pattern in one colour on a tint of it.
package struct Hatch: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case solid, rising, dots, falling, horizontal, crossed, vertical, checked
    }

    package var kind: Kind
    package var colour: Colour

    package init(_ kind: Kind, _ colour: Colour) {
        self.kind = kind
        self.colour = colour
    }

    /// What was not measured: grey, rising.
    package static let unknown = Hatch(.rising, Colour(0x8A939E))
}

/// The line around or along a shape.
package struct Stroke: Sendable, Hashable {
    package var colour: Colour
    package var width: Double
    /// Lengths of marks and gaps, as `stroke-dasharray` takes them; absent for a line without gaps.
    package var dash: String?

    package init(_ colour: Colour, width: Double = 1, dash: String? = nil) {
        self.colour = colour
        self.width = width
        self.dash = dash
    }

    /// Dashes that are told from each other, one after the other.
    package static let dashes: [String?] = [nil, "6 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2 1 2", "1 2", "14 3 3 3"]
}
