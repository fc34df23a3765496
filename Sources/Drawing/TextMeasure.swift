import TextOutput

/// How wide text will be, before anything draws it.
///
/// The font is the reader's: the widths are those of DejaVu Sans, the widest of the common ones, rounded up. What fits by them
/// fits everywhere; nothing is laid out that needs them to be exact.
package enum TextMeasure {
    /// The width of a text.
    ///
    /// - Parameter size: Of the font; the result is in the same unit.
    package static func width(_ text: String, size: Double) -> Double {
        size * text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
    }

    /// The text, cut and ended by `…` where it is wider.
    package static func fitted(_ text: String, width limit: Double, size: Double) -> String {
        let text = text.terminalSafe
        guard width(text, size: size) > limit else { return text }
        var used = width("…", size: size)
        var result = ""
        for character in text {
            used += width(String(character), size: size)
            if used > limit { break }
            result.append(character)
        }
        return result + "…"
    }

    private static func width(of scalar: Unicode.Scalar) -> Double {
        guard scalar.isASCII else { return 0.65 * Double(max(0, TableFormatter.width(of: String(scalar)))) }
        return switch scalar {
        case "i", "j", "l", "'", "|", "I", "!", ".", ",", ":", ";": 0.34
        case "f", "t", "r", "(", ")", "[", "]", " ", "/", "-", "\"": 0.42
        case "m", "W", "%", "@": 1
        case "w", "M", "Q", "O", "G", "D", "N", "U", "H", "_", "+", "=", "<", ">", "~", "#": 0.86
        case "A"..."Z": 0.72
        default: 0.64
        }
    }
}
