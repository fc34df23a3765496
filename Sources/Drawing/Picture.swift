import TextOutput

/// A picture in the making: shapes and text in the order in which they cover each other, written as SVG 1.1 in plain
/// attributes, so that it is the same alone in a file and within a page.
///
/// Every picture has a title and a description, which readers of screens say in its place. Names of parts are made of its
/// own, so that many pictures can stand in one page.
package struct Picture: Sendable {
    /// Told from others of one page; letters, digits and `-`.
    package let id: String
    package let title: String
    package let description: String
    /// Units of the picture's own; a page scales it.
    package var width: Double
    package var height: Double
    private var body: [UInt8] = []
    private var hatches: [Hatch] = []

    package init(id: String, title: String, description: String, width: Double, height: Double = 0) {
        self.id = id
        self.title = title
        self.description = description
        self.width = width
        self.height = height
    }

    // MARK: Shapes

    package mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, fill: Paint, stroke: Stroke? = nil, radius: Double = 0
    ) {
        begin("rect")
        attributes([("x", x), ("y", y), ("width", max(0, width)), ("height", max(0, height))])
        if radius > 0 { attributes([("rx", radius)]) }
        paint(fill, stroke)
        end()
    }

    package mutating func circle(x: Double, y: Double, radius: Double, fill: Paint, stroke: Stroke? = nil) {
        begin("circle")
        attributes([("cx", x), ("cy", y), ("r", radius)])
        paint(fill, stroke)
        end()
    }

    package mutating func line(from start: (Double, Double), to finish: (Double, Double), _ stroke: Stroke) {
        begin("line")
        attributes([("x1", start.0), ("y1", start.1), ("x2", finish.0), ("y2", finish.1)])
        paint(nil, stroke)
        end()
    }

    /// A shape by its outline; nothing for an empty one.
    package mutating func path(_ data: PathData, fill: Paint = .empty, stroke: Stroke? = nil) {
        guard !data.isEmpty else { return }
        begin("path")
        body.append(text: " d=\"")
        body.append(contentsOf: data.bytes)
        body.append(text: "\"")
        paint(fill, stroke)
        end()
    }

    // MARK: Text

    package enum Anchor: String, Sendable {
        case start, middle, end
    }

    /// Text at a point of its base line.
    ///
    /// - Parameters:
    ///   - limit: The width it has to fit in; what is longer is cut.
    ///   - isFixed: In letters of one width.
    package mutating func text(
        _ text: String, x: Double, y: Double, size: Double = 12, anchor: Anchor = .start, isBold: Bool = false,
        colour: Colour = Palette.ink, limit: Double? = nil, isFixed: Bool = false
    ) {
        // Bold letters are wider by an eighth at most.
        let shown = limit.map { TextMeasure.fitted(text, width: $0, size: isBold ? size * 1.125 : size) } ?? text
        guard !shown.isEmpty else { return }
        begin("text")
        attributes([("x", x), ("y", y)])
        if size != Self.fontSize { attributes([("font-size", size)]) }
        if anchor != .start { attribute("text-anchor", anchor.rawValue) }
        if isBold { attribute("font-weight", "600") }
        if isFixed { attribute("font-family", "ui-monospace, monospace") }
        if colour != Palette.ink { attribute("fill", colour.text) }
        body.append(UInt8(ascii: ">"))
        body.append(markup: shown)
        body.append(text: "</text>\n")
    }

    /// Text without attributes of size has this.
    package static let fontSize = 12.0

    // MARK: Writing

    /// The picture as an element of a page.
    package func append(to output: inout [UInt8]) {
        output.append(text: "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
        output.append(coordinate: width)
        output.append(UInt8(ascii: " "))
        output.append(coordinate: height)
        output.append(text: "\" width=\"")
        output.append(coordinate: width)
        output.append(text: "\" height=\"")
        output.append(coordinate: height)
        output.append(text: "\" role=\"img\" aria-labelledby=\"\(id)-title \(id)-desc\"")
        output.append(text: " font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"\(Palette.ink.text)\">\n")
        output.append(text: "<title id=\"\(id)-title\">")
        output.append(markup: title)
        output.append(text: "</title>\n<desc id=\"\(id)-desc\">")
        output.append(markup: description)
        output.append(text: "</desc>\n")
        if !hatches.isEmpty {
            output.append(text: "<defs>\n")
            for (index, hatch) in hatches.enumerated() { Self.append(hatch, name(index), to: &output) }
            output.append(text: "</defs>\n")
        }
        output.append(contentsOf: body)
        output.append(text: "</svg>\n")
    }

    /// The picture as a file of its own: on white, whatever is behind it.
    package var file: [UInt8] {
        var picture = self
        var behind = Picture(id: id, title: "", description: "", width: width)
        behind.rectangle(x: 0, y: 0, width: width, height: height, fill: .solid(Palette.paper))
        picture.body = behind.body + body
        var output: [UInt8] = []
        output.append(text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        picture.append(to: &output)
        return output
    }

    private func name(_ hatch: Int) -> String { "\(id)-h\(hatch)" }

    private mutating func begin(_ element: String) { body.append(text: "<\(element)") }

    private mutating func end() { body.append(text: "/>\n") }

    private mutating func attribute(_ name: String, _ value: String) { body.append(text: " \(name)=\"\(value)\"") }

    private mutating func attributes(_ numbers: [(String, Double)]) {
        for (name, number) in numbers {
            body.append(text: " \(name)=\"")
            body.append(coordinate: number)
            body.append(UInt8(ascii: "\""))
        }
    }

    private mutating func paint(_ fill: Paint?, _ stroke: Stroke?) {
        switch fill {
        case nil: break
        case .empty: attribute("fill", "none")
        case .solid(let colour): attribute("fill", colour.text)
        case .hatch(let hatch) where hatch.kind == .solid: attribute("fill", hatch.colour.text)
        case .hatch(let hatch):
            let index = hatches.firstIndex(of: hatch) ?? hatches.count
            if index == hatches.count { hatches.append(hatch) }
            attribute("fill", "url(#\(name(index)))")
        }
        guard let stroke else { return }
        attribute("stroke", stroke.colour.text)
        if stroke.width != 1 { attributes([("stroke-width", stroke.width)]) }
        if let dash = stroke.dash { attribute("stroke-dasharray", dash) }
    }

    /// A tile of eight units: marks in the colour on a tint of it.
    private static func append(_ hatch: Hatch, _ name: String, to output: inout [UInt8]) {
        let marks =
            switch hatch.kind {
            case .solid: "M0 4h8"
            case .rising: "M-2 2l4 -4M0 8l8 -8M6 10l4 -4"
            case .falling: "M-2 6l4 4M0 0l8 8M6 -2l4 4"
            case .crossed: "M0 8l8 -8M0 0l8 8"
            case .horizontal: "M0 2h8M0 6h8"
            case .vertical: "M2 0v8M6 0v8"
            case .dots: "M1 2h2M5 6h2"
            case .checked: "M0 2h4M4 6h4"
            }
        let width =
            switch hatch.kind {
            case .dots: 2.0
            case .checked: 4.0
            default: 1.6
            }
        let tint = hatch.colour.mixed(with: Palette.paper, share: 0.78)
        output.append(text: "<pattern id=\"\(name)\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">")
        output.append(text: "<path d=\"M0 0h8v8h-8z\" fill=\"\(tint.text)\"/>")
        output.append(text: "<path d=\"\(marks)\" fill=\"none\" stroke=\"\(hatch.colour.text)\" stroke-width=\"")
        output.append(coordinate: width)
        output.append(text: "\"/></pattern>\n")
    }
}
