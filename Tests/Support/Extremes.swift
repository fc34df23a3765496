/// Text as no kernel, recorder or administrator writes it: its numbers replaced by the extremes of every type, all at once
/// or those of one place in every line, and what is no text at all in its place.
package struct Extremes: Sendable {
    /// The ends of the types, what lies just beyond, and what multiplications cannot take.
    package static let numbers = [
        "0", "-1", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "18446744073709551615",
        "18446744073709551616", "2147483647", "-2147483648", "4294967295", "4503599627370496", "1023", "1048575",
    ]

    /// The ones that differ most, for where each place is to take them.
    package static let farthest = ["-9223372036854775808", "18446744073709551615"]

    /// Whole texts: nothing, a zero byte, digits without end, a list of very many, ranges that hold too much.
    package static let texts = [
        "", "\n", "\0", "\0\n", " \n", "-\n", String(repeating: "9", count: 5000) + "\n",
        (0..<2000).map { "\($0 * 2)" }.joined(separator: ",") + "\n", "0-2147483647\n", "0-1048575\n",
        "9223372036854775807-0\n", String(repeating: "f", count: 20_000) + "\n",
    ]

    private let bytes: [UInt8]
    /// Where its numbers are (runs of digits with their sign, or words of hexadecimal digits), and which of its line each is.
    private let places: [(range: Range<Int>, column: Int)]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var places: [(range: Range<Int>, column: Int)] = []
        var start = 0
        var column = 0
        while start < bytes.count {
            guard Self.isWord(bytes[start]) else {
                if bytes[start] == UInt8(ascii: "\n") { column = 0 }
                start += 1
                continue
            }
            var end = start
            while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
            for range in Self.numbers(in: start..<end, of: bytes) {
                places.append((range, column))
                column += 1
            }
            start = end
        }
        self.places = places
    }

    /// How many numbers there are.
    package var count: Int { places.count }
    /// How many numbers its fullest line has.
    package var columns: Int { (places.map(\.column).max() ?? -1) + 1 }

    /// The text with all of its numbers replaced.
    ///
    /// - Parameter column: Replaces only the ones at this place of each line.
    package func replacing(column: Int? = nil, by number: String) -> [UInt8] {
        var result: [UInt8] = []
        var copied = 0
        for place in places where column == nil || place.column == column {
            result += bytes[copied..<place.range.lowerBound] + Array(number.utf8)
            copied = place.range.upperBound
        }
        return result + bytes[copied...]
    }

    private static func numbers(in word: Range<Int>, of bytes: [UInt8]) -> [Range<Int>] {
        let hasSign = word.lowerBound > 0 && bytes[word.lowerBound - 1] == UInt8(ascii: "-")
        // A minus behind a word is a range's or a name's, not a sign.
        let isSigned = hasSign && (word.lowerBound == 1 || !isWord(bytes[word.lowerBound - 2]))
        if word.count > 1 || isDigit(bytes[word.lowerBound]), bytes[word].allSatisfy(isHexadecimal) {
            return [(isSigned ? word.lowerBound - 1 : word.lowerBound)..<word.upperBound]
        }
        var result: [Range<Int>] = []
        var start = word.lowerBound
        while start < word.upperBound {
            var end = start
            while end < word.upperBound, isDigit(bytes[end]) { end += 1 }
            if end > start { result.append(start..<end) }
            start = end + 1
        }
        return result
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
            || byte == UInt8(ascii: "_")
    }
}
