import NUMATopology
import Snapshots
import TextOutput

/// How amounts look in tables: short, and a dash for what is not known.
enum Quantity {
    static let unknown = "-"

    /// `1.2G`: powers of 1024, at most four characters.
    static func bytes(_ value: Double) -> String { String(bytes: value) }

    /// `2M`, `1G`: the size of a page, exact.
    static func pageSize(_ bytes: UInt64) -> String {
        for (shift, unit) in [(30, "G"), (20, "M"), (10, "K")] where bytes > 0 && bytes % (1 << UInt64(shift)) == 0 {
            return "\(bytes >> UInt64(shift))\(unit)"
        }
        return "\(bytes)B"
    }

    static func bytes(_ value: UInt64?) -> String {
        value.map { bytes(Double($0)) } ?? unknown
    }

    /// `12 %`
    static func percent(_ ratio: Double?, decimals: Int = 0) -> String {
        ratio.map { String(fixed: $0 * 100, decimals: decimals) + " %" } ?? unknown
    }

    /// `93 %`, with a `~` where the bounds are a percentage point apart or more.
    static func locality(_ ratio: BoundedRatio?) -> String {
        ratio.map { percent($0.value) + ($0.isEstimate ? " ~" : "") } ?? unknown
    }

    /// `93 % (88 to 97 %)`
    static func bounded(_ ratio: BoundedRatio) -> String {
        guard ratio.isEstimate else { return percent(ratio.value) }
        return "\(percent(ratio.value)) (\(String(fixed: ratio.low * 100, decimals: 0)) to \(percent(ratio.high)))"
    }

    /// As ``time(_:)``, of nanoseconds.
    static func time(nanoseconds: UInt64?) -> String { time(nanoseconds.map { Double($0) / 1e9 }) }

    /// `850 µs`, `12 ms`, `3.4 s`, `5 min`, `2 h`, `3 d`.
    static func time(_ seconds: Double?) -> String {
        guard let seconds else { return unknown }
        switch seconds {
        case ..<0.001: return String(fixed: max(0, seconds) * 1e6, decimals: 0) + " µs"
        case ..<1: return String(fixed: seconds * 1e3, decimals: seconds < 0.01 ? 1 : 0) + " ms"
        case ..<120: return String(fixed: seconds, decimals: seconds < 10 ? 1 : 0) + " s"
        case ..<7200: return String(fixed: seconds / 60, decimals: 0) + " min"
        case ..<172_800: return String(fixed: seconds / 3600, decimals: 0) + " h"
        default: return String(fixed: seconds / 86_400, decimals: 0) + " d"
        }
    }

    /// `12,345`
    static func count(_ value: UInt64?) -> String {
        guard let value else { return unknown }
        let digits = Array(String(value))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 {
                text.append(",")
            }
            text.append(digit)
        }
        return text
    }

    /// `0.4`, `12`, `3,400`: an amount per second.
    static func rate(_ value: Double?) -> String {
        guard let value else { return unknown }
        return value < 10 ? String(fixed: value, decimals: 1) : count(UInt64(saturated: value.rounded()))
    }

    /// `0:1.2G 3:40M`: bytes by node, largest first when there are many nodes.
    static func bytesByNode(_ amounts: NodeValues<UInt64>?) -> String {
        guard let amounts else { return unknown }
        return nodes(amounts) { bytes($0) }
    }

    /// `0:4 1:2`, with `?:1` behind it for what is on a node that is not known; a dash where that is all of it.
    ///
    /// - Parameter none: What to show where every node has zero.
    static func countsByNode(_ amounts: NodeValues<some FixedWidthInteger & Hashable & Sendable>?, none: String = "0")
        -> String
    {
        guard let located = amounts?.whereLocated else { return unknown }
        let text = nodes(located, none: none) { String(fixed: $0, decimals: 0) }
        return located.unlocated > 0 ? "\(text) ?:\(located.unlocated)" : text
    }

    /// `0-1,4`
    static func list(_ nodes: NodeSet?) -> String {
        guard let nodes else { return unknown }
        return nodes.isEmpty ? "none" : nodes.listText
    }

    private static func nodes<Value>(
        _ amounts: NodeValues<Value>, none: String = "0", _ format: (Double) -> String
    ) -> String {
        let present = amounts.nodes.map { (node: $0, amount: Double(amounts[$0])) }
        guard !present.isEmpty else { return none }
        let most = 4
        guard present.count > most else {
            return present.map { "\($0.node):\(format($0.amount))" }.joined(separator: " ")
        }
        let largest = present.sorted { $0.amount != $1.amount ? $0.amount > $1.amount : $0.node < $1.node }
        let rest = largest[most...].reduce(0) { $0 + $1.amount }
        return largest[..<most].map { "\($0.node):\(format($0.amount))" }.joined(separator: " ")
            + " +\(present.count - most):\(format(rest))"
    }
}
