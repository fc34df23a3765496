/// The figures of a daemon's metrics, by the whole of what stands before the value, labels included.
struct TraceFigures {
    /// Decisions that were compared, and how many of them were right.
    struct Score: CustomStringConvertible {
        var right: UInt64
        var total: UInt64
        var share: Double { total == 0 ? 0 : Double(right) / Double(total) }
        var description: String { "\(right) of \(total)" }
    }

    private var values: [String: UInt64] = [:]

    /// - Parameter text: Prometheus text.
    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            if parts.count >= 2, let value = UInt64(parts[parts.count - 1]) {
                values[parts.dropLast().joined(separator: " ")] = value
            }
        }
    }

    subscript(name: String) -> UInt64? { values[name] }

    func sum(_ family: String) -> UInt64 {
        values.reduce(0) { $1.key == family || $1.key.hasPrefix("\(family){") ? $0 + $1.value : $0 }
    }

    /// By how much a family has grown since an earlier reading.
    func growth(_ family: String, since begin: TraceFigures) -> UInt64 {
        sum(family) - min(begin.sum(family), sum(family))
    }

    /// - Parameter faults: `all` or `remote`.
    func decisions(_ faults: String) -> Score {
        Score(
            right: self["numawatch_trace_right_decisions_total{faults=\"\(faults)\"}"] ?? 0,
            total: self["numawatch_trace_decisions_total{faults=\"\(faults)\"}"] ?? 0)
    }

    /// - Parameter quantity: `values`, `preferred_node` or `group`.
    func readings(_ quantity: String) -> Score {
        Score(
            right: self["numawatch_trace_right_ledger_readings_total{quantity=\"\(quantity)\"}"] ?? 0,
            total: self["numawatch_trace_ledger_readings_total{quantity=\"\(quantity)\"}"] ?? 0)
    }
}
