import TextOutput

/// The outline of a shape, point by point.
package struct PathData: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var isEmpty: Bool { bytes.isEmpty }

    /// Begins a part at a point.
    package mutating func move(_ x: Double, _ y: Double) { command("M", [x, y]) }

    /// A straight line to a point.
    package mutating func line(_ x: Double, _ y: Double) { command("L", [x, y]) }

    /// A curve to a point, drawn towards two others.
    package mutating func curve(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ x: Double, _ y: Double) {
        command("C", [x1, y1, x2, y2, x, y])
    }

    /// Back to where the part began.
    package mutating func close() { bytes.append(UInt8(ascii: "Z")) }

    /// A part of a row of marks, drawn by a wide stroke: the shortest form there is.
    package mutating func run(from start: Double, _ y: Double, length: Double) {
        command("M", [start, y])
        command("h", [length])
    }

    private mutating func command(_ letter: Unicode.Scalar, _ numbers: [Double]) {
        bytes.append(UInt8(ascii: letter))
        for (index, number) in numbers.enumerated() {
            // A minus parts two numbers as well as a blank does.
            if index > 0, number >= 0 || number > -0.005 { bytes.append(UInt8(ascii: " ")) }
            bytes.append(coordinate: number)
        }
    }
}
