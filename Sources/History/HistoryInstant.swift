/// Times as people write them: `3m ago`, `-10m`, `14:05`, `@1764583200`, `now`. All are UTC.
package enum HistoryInstant {
    private static let second: UInt64 = 1_000_000_000
    private static let daySeconds: UInt64 = 86_400
    private static let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    /// The instant that a text names.
    ///
    /// - Parameter now: Nanoseconds since 1970. A time of day is the last one before it.
    /// - Returns: Nanoseconds since 1970; nil for what is no time.
    package static func nanoseconds(of text: String, now: UInt64) -> UInt64? {
        let words = text.split(separator: " ")
        if text == "now" { return now }
        if words.count == 2, words[1] == "ago" { return span(words[0]).map { now - min(now, $0) } }
        guard words.count == 1, let word = words.first else { return nil }
        if word.hasPrefix("-") { return span(word.dropFirst()).map { now - min(now, $0) } }
        if word.hasPrefix("@") { return secondsSince1970(word.dropFirst()) }
        return timeOfDay(word, now: now)
    }

    /// `90s`, `1h30m`, `15` (seconds): nanoseconds.
    package static func span(_ text: some StringProtocol) -> UInt64? {
        var total: UInt64 = 0
        var digits = ""
        guard !text.isEmpty else { return nil }
        func amount(_ unit: UInt64) -> UInt64? {
            guard let number = UInt64(digits), number <= 1_000_000_000 else { return nil }
            return number * unit
        }
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
            } else {
                guard let unit = units[character], let part = amount(unit) else { return nil }
                total += part
                digits = ""
            }
        }
        if !digits.isEmpty {
            guard let part = amount(1) else { return nil }
            total += part
        }
        return total <= UInt64.max / second ? total * second : nil
    }

    /// An instant as text that names it exactly: `@1764583200.25`.
    package static func text(_ instant: UInt64) -> String {
        let rest = instant % second
        guard rest > 0 else { return "@\(instant / second)" }
        let digits = String(second + rest).dropFirst()
        return "@\(instant / second).\(digits)"
    }

    private static func secondsSince1970(_ text: Substring) -> UInt64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = UInt64(parts[0]), whole < UInt64.max / second else { return nil }
        guard parts.count == 2 else { return whole * second }
        guard (1...9).contains(parts[1].count), let fraction = UInt64(parts[1]) else { return nil }
        return whole * second + (parts[1].count..<9).reduce(fraction) { value, _ in value * 10 }
    }

    private static func timeOfDay(_ text: Substring, now: UInt64) -> UInt64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
        guard (2...3).contains(parts.count), !parts.contains(nil) else { return nil }
        let numbers = parts.compactMap { $0 } + [0]
        guard numbers[0] < 24, numbers[1] < 60, numbers[2] < 60 else { return nil }
        let day = daySeconds * second
        let time = now / day * day + (numbers[0] * 3600 + numbers[1] * 60 + numbers[2]) * second
        return time > now && time >= day ? time - day : time
    }

    /// What there is to say of a text that is no time.
    package static let forms = "3m ago, -2h, 14:05, 2026-11-21T03:35:18Z, @1764583200 or now; times are UTC"
}
