import TextOutput

/// Amounts in captions, tables and pictures: short, and a dash for what is not known.
enum Words {
    static let unknown = "-"

    static func bytes(_ value: UInt64?) -> String { value.map { String(bytes: Double($0)) } ?? unknown }

    /// `12 %`, `3.4 %`
    static func percent(_ ratio: Double?) -> String {
        ratio.map { String(fixed: $0 * 100, decimals: abs($0) < 0.0995 && $0 != 0 ? 1 : 0) + " %" } ?? unknown
    }

    /// `0.4`, `12`, `3.4k`, `18M`: at most four characters for what is a count.
    static func count(_ value: Double?) -> String {
        guard var value, value.isFinite else { return unknown }
        let units = ["", "k", "M", "G", "T", "P"]
        var unit = 0
        while abs(value) >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        let isWhole = unit == 0 && value == value.rounded()
        return String(fixed: value, decimals: !isWhole && abs(value) < 9.95 ? 1 : 0) + units[unit]
    }

    /// `850 µs`, `3.4 s`, `5 min`, `2 h`
    static func time(_ seconds: Double?) -> String {
        guard let seconds else { return unknown }
        return switch seconds {
        case ..<0.001: String(fixed: max(0, seconds) * 1e6, decimals: 0) + " µs"
        case ..<1: String(fixed: seconds * 1e3, decimals: seconds < 0.01 ? 1 : 0) + " ms"
        case ..<120: String(fixed: seconds, decimals: seconds < 10 ? 1 : 0) + " s"
        case ..<7200: String(fixed: seconds / 60, decimals: 0) + " min"
        case ..<172_800: String(fixed: seconds / 3600, decimals: 0) + " h"
        default: String(fixed: seconds / 86_400, decimals: 0) + " d"
        }
    }
}
