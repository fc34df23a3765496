package import BalancingModel
package import Snapshots
import TextOutput

/// A figure as a picture shows it: short, with the kind of knowledge behind it.
///
/// The one character after a figure says its kind: none is the kernel's own count, or what follows from it without guessing.
package struct Figure: Sendable, Equatable {
    package enum Mark: String, Sendable, CaseIterable {
        case none = ""
        /// Sampled, or apportioned.
        case estimated = "~"
        case modelled = "m"
        /// Older than three intervals.
        case old = "?"

        package init(_ provenance: Provenance) {
            switch provenance {
            case .kernel, .reconstructed: self = .none
            case .estimated, .assumed: self = .estimated
            case .modelled: self = .modelled
            }
        }

        package init(_ estimate: Estimate) {
            self = estimate.provenance == .observed ? .none : .modelled
        }

        package var meaning: String {
            switch self {
            case .none: "counted by the kernel, or following from what it counts"
            case .estimated: "estimated, from a sample or from shares"
            case .modelled: "modelled: numawatch's model of the kernel's algorithm"
            case .old: "older than three intervals"
            }
        }
    }

    package var text: String
    package var mark: Mark

    package init(_ text: String, _ mark: Mark = .none) {
        self.text = text
        self.mark = mark
    }

    /// What is not known: never zero.
    package static let missing = Figure("-")

    /// Text and mark.
    package var marked: String { text + mark.rawValue }

    // MARK: Forms

    /// `9.4k`: a count, or an amount per second.
    package static func count(_ value: Double?, _ mark: Mark = .none) -> Figure {
        value.map { Figure(Amount.count($0), mark) } ?? missing
    }

    package static func count(_ value: Int?, _ mark: Mark = .none) -> Figure { count(value.map { Double($0) }, mark) }

    package static func count(_ value: UInt64?, _ mark: Mark = .none) -> Figure {
        count(value.map { Double($0) }, mark)
    }

    /// `6.8`, `52`: a share in percent.
    package static func percent(_ ratio: Double?, decimals: Int = 0, _ mark: Mark = .none) -> Figure {
        ratio.map { Figure(String(fixed: $0 * 100, decimals: decimals), mark) } ?? missing
    }

    /// `1.2G`
    package static func bytes(_ value: UInt64?, _ mark: Mark = .none) -> Figure {
        value.map { Figure(String(bytes: Double($0)), mark) } ?? missing
    }

    package static func text(_ value: String?, _ mark: Mark = .none) -> Figure {
        value.map { Figure($0, mark) } ?? missing
    }
}

/// Amounts in few characters.
package enum Amount {
    /// `0`, `0.4`, `9.9`, `610`, `9.4k`, `610k`, `1.2M`: powers of 1000, at most five characters up to 999 P.
    package static func count(_ value: Double) -> String {
        let units = ["", "k", "M", "G", "T", "P"]
        var value = max(0, value)
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        if value == 0 { return "0" }
        let decimals = value < (unit == 0 ? 9.95 : 99.95) && !(unit == 0 && value == value.rounded()) ? 1 : 0
        return String(fixed: value, decimals: decimals) + units[unit]
    }

    /// The same in at most four characters: `8.7M`, `14M`.
    static func short(_ value: Double) -> String {
        let text = count(value)
        guard text.count > 4, let point = text.firstIndex(of: "."), let unit = text.last else { return text }
        return String(text[..<point]) + String(unit)
    }

    /// `850 ms`, `3.4 s`, `14 min`, `2 h`, `3 d`.
    package static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: String(fixed: max(0, seconds) * 1e3, decimals: 0) + " ms"
        case ..<120: String(fixed: seconds, decimals: seconds < 10 && seconds != seconds.rounded() ? 1 : 0) + " s"
        case ..<7200: String(fixed: seconds / 60, decimals: 0) + " min"
        case ..<172_800: String(fixed: seconds / 3600, decimals: 0) + " h"
        default: String(fixed: seconds / 86_400, decimals: 0) + " d"
        }
    }
}
