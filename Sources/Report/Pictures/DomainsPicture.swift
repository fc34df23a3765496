package import Drawing
package import NUMATopology
package import SchedDomains

/// Scheduling domains as boxes in boxes: `numawatch domains` as it prints them, in shapes. What is left out of a large machine
/// is the same in both, because both are laid out by the same blocks.
package enum DomainsPicture {
    private static let character = 7.25
    private static let line = 16.0
    private static let margin = 8.0

    /// - Parameters:
    ///   - cpus: Only parts with one of these CPUs; absent: all.
    ///   - widthLimit: Characters side by side, as far as one CPU's own part allows.
    package static func draw(
        _ hierarchy: DomainHierarchy, machine: Machine, cpus: CPUSet? = nil, widthLimit: Int = 96, id: String
    ) -> Picture {
        let parts = DomainPicture.parts(hierarchy, machine: machine, cpus: cpus, widthLimit: widthLimit)
        let names = Set(parts.flatMap { part in part.boxes.map(boxNames) ?? [] })
        let levels = names.isEmpty ? "none within a node" : names.sorted().joined(separator: ", ")
        var picture = Picture(
            id: id, title: "Scheduling domains",
            description:
                "Domains of \(hierarchy.online.count) CPUs as boxes in boxes, with the groups of each below its "
                + "parts; levels: \(levels)", width: 720)
        var y = margin
        var width = 704.0
        for part in parts {
            picture.text(part.heading, x: margin, y: y + 14, size: 13, isBold: true)
            y += 24
            if let boxes = part.boxes {
                draw(boxes, x: margin, y: y, depth: 0, &picture)
                y += Double(boxes.height) * line + 4
                width = max(width, Double(boxes.width) * character)
            }
            for text in part.remote {
                picture.text(text, x: margin + indent(text), y: y + 12, isFixed: true)
                width = max(width, Double(text.count) * character)
                y += line
            }
            y += 14
        }
        picture.width = width + 2 * margin
        picture.height = y
        return picture
    }

    /// Blanks at the beginning of a text are not drawn: the place says them.
    private static func indent(_ text: String) -> Double { Double(text.prefix { $0 == " " }.count) * character }

    private static func boxNames(_ block: DomainBlock) -> [String] {
        switch block {
        case .lines: []
        case .row(let parts), .column(let parts): parts.flatMap(boxNames)
        case .box(let title, let content): [String(title.prefix { $0 != " " })] + boxNames(content)
        }
    }

    private static func draw(_ block: DomainBlock, x: Double, y: Double, depth: Int, _ picture: inout Picture) {
        switch block {
        case .lines(let lines):
            for (index, text) in lines.enumerated() {
                picture.text(
                    text, x: x + indent(text), y: y + Double(index) * line + 12, isBold: text.hasPrefix("cpu"),
                    isFixed: true)
            }
        case .row(let parts):
            var x = x
            for part in parts {
                draw(part, x: x, y: y, depth: depth, &picture)
                x += Double(part.width + 1) * character
            }
        case .column(let parts):
            var y = y
            for part in parts {
                draw(part, x: x, y: y, depth: depth, &picture)
                y += Double(part.height) * line
            }
        case .box(let title, let content):
            picture.rectangle(
                x: x, y: y, width: Double(block.width) * character, height: Double(block.height) * line - 4,
                fill: .solid(depth % 2 == 0 ? Palette.panel : Palette.paper), stroke: Stroke(Palette.edge), radius: 3)
            picture.text(title, x: x + character, y: y + 13, isBold: true, isFixed: true)
            draw(content, x: x + 2 * character, y: y + line + 2, depth: depth + 1, &picture)
        }
    }
}
