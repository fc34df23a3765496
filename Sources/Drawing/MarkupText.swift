import TextOutput

/// Text within markup, of SVG and of HTML.
///
/// A name may hold anything. What would act on a reader is written as `\n` or `\u{1b}` (``TextOutput``'s one rule for all of
/// them), so that what remains are characters that XML 1.0 and HTML allow; of these the five that mean something to a parser
/// are written as references.
///
/// Example: `a<b>\u{1b}[2J` becomes `a&lt;b&gt;\u{1b}[2J`, the latter part in plain letters.
extension [UInt8] {
    /// Appends a text as content or as the value of an attribute in double quotes.
    package mutating func append(markup text: String) {
        for scalar in text.terminalSafe.unicodeScalars {
            switch scalar {
            case "&": append(text: "&amp;")
            case "<": append(text: "&lt;")
            case ">": append(text: "&gt;")
            case "\"": append(text: "&quot;")
            case "'": append(text: "&#39;")
            // Letters of no text: XML does not take them.
            case "\u{FFFE}", "\u{FFFF}": append(text: "\u{FFFD}")
            default: append(contentsOf: scalar.utf8)
            }
        }
    }

    /// Appends a coordinate: at most two digits behind the point, no zeros at the end.
    package mutating func append(coordinate value: Double) {
        guard value.isFinite else { return append(text: "0") }
        let start = count
        append(fixed: value, decimals: 2)
        guard self[start...].contains(UInt8(ascii: ".")) else { return }
        while last == UInt8(ascii: "0") { removeLast() }
        if last == UInt8(ascii: ".") { removeLast() }
    }
}
