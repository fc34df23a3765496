import Comparison
import NUMATopology
import TextOutput

/// Amounts of a comparison as text, in their units.
struct ComparedAmount {
    let unit: ComparedUnit

    /// `6.8 %`, `1.2G`, `18,700/s`
    func text(_ value: Double?) -> String {
        guard let value, value.isFinite else { return Quantity.unknown }
        let sign = value < 0 ? "-" : ""
        let size = abs(value)
        return switch unit {
        case .ratio: String(fixed: value * 100, decimals: size < 0.0995 ? 2 : 1) + " %"
        case .bytes: sign + Quantity.bytes(size)
        case .bytesPerSecond: sign + Quantity.bytes(size) + "/s"
        case .cpus, .count: Self.number(value)
        case .pagesPerSecond, .perSecond: Self.number(value) + "/s"
        case .perMinute: Self.number(value) + "/min"
        case .seconds: Self.number(value) + " s"
        case .milliseconds: Self.number(value) + " ms"
        }
    }

    /// With a sign, also where it is positive.
    func signed(_ value: Double?) -> String {
        guard let value, value.isFinite else { return Quantity.unknown }
        return (value > 0 ? "+" : "") + text(value)
    }

    /// Three digits that count, more only where they are whole.
    private static func number(_ value: Double) -> String {
        let size = abs(value)
        if size >= 100 || size == size.rounded() && size < 1e15 {
            let whole = Quantity.count(UInt64(saturated: size.rounded()))
            return (value < 0 && whole != "0" ? "-" : "") + whole
        }
        return String(fixed: value, decimals: size >= 10 ? 1 : size >= 1 ? 2 : 3)
    }
}
