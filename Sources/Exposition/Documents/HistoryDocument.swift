package import History
import TextOutput

/// What the history holds of a span: what `/v1/history` says.
package struct HistoryAnswer: Sendable, Equatable {
    package var range: HistoryRange
    /// It is more than one answer holds: where to go on, nanoseconds since 1970.
    package var nextSinceNanoseconds: UInt64?

    package init(_ range: HistoryRange, nextSinceNanoseconds: UInt64? = nil) {
        self.range = range
        self.nextSinceNanoseconds = nextSinceNanoseconds
    }

    /// Values in one answer: about a MiB as text.
    package static let valueLimit = 120_000
}

extension HistoryInstant {
    /// As ``nanoseconds(of:now:)``, and dates: `2026-11-21T03:35:18Z`, `2026-11-21 03:35`, `2026-11-21`.
    package static func any(_ text: String, now: UInt64) -> UInt64? {
        if let instant = nanoseconds(of: text, now: now) { return instant }
        var text = text
        if text.hasSuffix("Z") { text.removeLast() }
        let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " })
        guard let date = parts.first, parts.count <= 2 else { return nil }
        var time = parts.count == 2 ? String(parts[1]) : "00:00:00"
        if time.utf8.count == "00:00".utf8.count { time += ":00" }
        return try? UTCTime(reading: .string("\(date)T\(time)Z")).nanoseconds
    }
}
