/// A part of the picture of domains before it is text or shapes: what stands beside, below and within what.
///
/// Sizes are in characters of one width. Both forms of the picture are laid out by them, so that they leave out the same.
package indirect enum DomainBlock: Sendable, Equatable {
    case lines([String])
    /// Side by side, one blank apart.
    case row([DomainBlock])
    /// One above the other.
    case column([DomainBlock])
    /// A frame with a title in its upper edge.
    case box(title: String, DomainBlock)

    package var width: Int {
        switch self {
        case .lines(let lines): lines.map(\.count).max() ?? 0
        case .row(let parts): parts.reduce(0) { $0 + $1.width } + max(0, parts.count - 1)
        case .column(let parts): parts.map(\.width).max() ?? 0
        case .box(let title, let content): max(content.width, title.count + 1) + 4
        }
    }

    package var height: Int {
        switch self {
        case .lines(let lines): lines.count
        case .row(let parts): parts.map(\.height).max() ?? 0
        case .column(let parts): parts.reduce(0) { $0 + $1.height }
        case .box(_, let content): content.height + 2
        }
    }

    func below(_ more: [String]) -> DomainBlock { more.isEmpty ? self : .column([self, .lines(more)]) }

    /// Lines of text, each as wide as the block.
    var text: [String] {
        let width = width
        func padded(_ lines: [String], to count: Int, _ width: Int) -> [String] {
            (lines + Array(repeating: "", count: max(0, count - lines.count))).map {
                $0 + String(repeating: " ", count: width - $0.count)
            }
        }
        switch self {
        case .lines(let lines): return padded(lines, to: lines.count, width)
        case .row(let parts):
            let height = height
            let columns = parts.map { padded($0.text, to: height, $0.width) }
            return (0..<height).map { line in columns.map { $0[line] }.joined(separator: " ") }
        case .column(let parts): return parts.flatMap { padded($0.text, to: $0.height, width) }
        case .box(let title, let content):
            let inner = width - 4
            return ["┌ \(title) " + String(repeating: "─", count: inner - title.count - 1) + "─┐"]
                + padded(content.text, to: content.height, inner).map { "│ " + $0 + " │" }
                + ["└" + String(repeating: "─", count: inner + 2) + "┘"]
        }
    }
}
