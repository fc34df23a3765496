import Exposition

/// Instants in the report.
package enum ReportTime {
    /// `2026-11-21 03:35:18`, UTC.
    ///
    /// - Parameter seconds: Since 1970.
    package static func text(_ seconds: UInt64) -> String {
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return Words.unknown }
        let text = UTCTime.text(nanoseconds: nanoseconds)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
    }
}
