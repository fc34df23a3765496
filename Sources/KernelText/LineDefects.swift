/// The lines of a file that were not understood: how many there are, and what is wrong with the first.
package struct LineDefects: Hashable, Sendable {
    package private(set) var count = 0
    package private(set) var first: KernelTextError?

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func add(_ error: KernelTextError) {
        count += 1
        first = first ?? error
    }

    package mutating func add(_ other: LineDefects) {
        count += other.count
        first = first ?? other.first
    }

    /// What to say of the file: `1 line is left out: value at byte 17: expected a decimal number`.
    package var text: String {
        guard let first else { return "nothing is left out" }
        let lines = count == 1 ? "1 line is left out" : "\(count) lines are left out, the first"
        return "\(lines): \(first.field) at byte \(first.byteOffset): \(first.reason)"
    }
}

/// Parses files of lines that may be cut or odd: what is not understood costs its line, not the file.
///
/// The parsers of this module stop at the first line that is not as the kernel prints it, which is right for a figure that
/// needs them all. Here such a line is taken out of the text and the rest parsed again. A text that is whole is parsed once
/// and not changed.
package enum WholeLines {
    /// With more odd lines than this a file is noise, and none of it is used.
    package static let mostDefects = 64

    /// Parses a text.
    ///
    /// - Parameters:
    ///   - bytes: Odd lines are taken out of it.
    ///   - defects: Gets what was left out.
    ///   - extent: What a line that is left out takes with it, such as the lines that belong to it; given the line's range.
    ///   - parser: Called once for each line left out and once more; keeps nothing from call to call.
    /// - Throws: The first error, where a field that the file cannot do without is missing or lines are odd throughout.
    package static func parse<Value>(
        _ bytes: inout [UInt8], defects: inout LineDefects,
        extent: ([UInt8], Range<Int>) -> Range<Int> = { $1 },
        _ parser: (Span<UInt8>) throws(KernelTextError) -> Value
    ) throws(KernelTextError) -> Value {
        var found = LineDefects()
        while true {
            do throws(KernelTextError) {
                let value = try parser(bytes.span)
                // Of nothing that was understood there is no value: a file without a line would have been another answer.
                if let first = found.first, bytes.isEmpty { throw first }
                defects.add(found)
                return value
            } catch {
                found.add(error)
                guard error.reason != .missingField, found.count <= mostDefects, !bytes.isEmpty else {
                    throw found.first ?? error
                }
                bytes.removeSubrange(extent(bytes, line(at: error.byteOffset, in: bytes)))
            }
        }
    }

    /// The line a byte lies in, its newline included.
    static func line(at offset: Int, in bytes: [UInt8]) -> Range<Int> {
        var low = min(max(offset, 0), bytes.count - 1)
        var high = low
        while low > 0, bytes[low - 1] != Byte.newline { low -= 1 }
        while high < bytes.count, bytes[high] != Byte.newline { high += 1 }
        return low..<min(high + 1, bytes.count)
    }
}

extension Schedstat {
    /// The lines of the CPU that a line belongs to: without one of them, the CPU's other domains would be counted wrongly.
    package static func block(_ bytes: [UInt8], around line: Range<Int>) -> Range<Int> {
        func isCPU(_ start: Int) -> Bool { bytes[start...].starts(with: "cpu".utf8) }
        var start = line.lowerBound
        while start > 0, !isCPU(start) {
            start = WholeLines.line(at: start - 1, in: bytes).lowerBound
        }
        guard isCPU(start) else { return line }
        var end = line.upperBound
        while end < bytes.count, !isCPU(end) {
            end = WholeLines.line(at: end, in: bytes).upperBound
        }
        return start..<end
    }
}
