/// Numbers with units, in the notation of `systemd.time(7)` and of systemd's size settings.
///
/// All arithmetic is checked: a number that does not fit is a problem to report, not a trap.
enum ConfigurationQuantity {
    /// Time units with their length in nanoseconds; the first spelling of each is the one written out.
    private static let timeUnits: [(names: [String], nanoseconds: Int64)] = [
        (["d", "day", "days"], 86_400_000_000_000),
        (["h", "hr", "hour", "hours"], 3_600_000_000_000),
        (["min", "m", "minute", "minutes"], 60_000_000_000),
        (["s", "sec", "second", "seconds"], 1_000_000_000),
        (["ms", "msec"], 1_000_000),
        (["us", "usec", "µs", "μs"], 1_000),
        (["ns", "nsec"], 1),
    ]

    private static let sizeUnits: [(name: String, bytes: Int)] = [
        ("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10),
    ]

    // MARK: - Reading

    /// A sum of numbers with time units, `1min 30s`; a number without a unit is seconds. Exact to the nanosecond.
    static func timeSpan(_ text: ConfigurationText) throws(ConfigurationValueProblem) -> Duration {
        let expected = "a time span such as 10ms, 5s or 1min 30s"
        var total: Int64 = 0
        var cursor = Cursor(text.scalars)
        cursor.skipSpace()
        guard !cursor.isAtEnd else { throw ConfigurationValueProblem(.malformed(expected: expected)) }
        while !cursor.isAtEnd {
            let number = try cursor.number(expected: expected)
            cursor.skipSpace()
            let unitOffset = cursor.offset
            let unit = cursor.word()
            guard
                let length = unit.isEmpty
                    ? 1_000_000_000 : timeUnits.first(where: { $0.names.contains(unit) })?.nanoseconds
            else {
                throw ConfigurationValueProblem(
                    .unknownUnit(unit, known: timeUnits.reversed().map { $0.names[0] }), at: unitOffset)
            }
            let (sum, overflow) = total.addingReportingOverflow(try number.times(length))
            guard !overflow else { throw ConfigurationValueProblem(.overflow, at: number.offset) }
            total = sum
            cursor.skipSpace()
        }
        return .nanoseconds(total)
    }

    /// A number of bytes, `512`, `16M`, `1.5G`.
    static func size(_ text: ConfigurationText) throws(ConfigurationValueProblem) -> Int {
        let expected = "a size such as 512, 64K or 16M"
        var cursor = Cursor(text.scalars)
        let number = try cursor.number(expected: expected)
        cursor.skipSpace()
        let unitOffset = cursor.offset
        let unit = cursor.word()
        guard
            let scale = unit.isEmpty || unit == "B"
                ? 1 : sizeUnits.first(where: { [$0.name, $0.name + "B", $0.name + "iB"].contains(unit) })?.bytes
        else {
            throw ConfigurationValueProblem(.unknownUnit(unit, known: ["B", "K", "M", "G", "T"]), at: unitOffset)
        }
        guard cursor.isAtEnd else {
            throw ConfigurationValueProblem(.malformed(expected: expected), at: cursor.offset)
        }
        return Int(try number.times(Int64(scale)))
    }

    /// A whole number.
    static func count(_ text: ConfigurationText) throws(ConfigurationValueProblem) -> Int {
        let expected = "a whole number"
        var cursor = Cursor(text.scalars)
        let number = try cursor.number(expected: expected)
        guard cursor.isAtEnd, number.fractionDigits == 0 else {
            throw ConfigurationValueProblem(
                .malformed(expected: expected), at: cursor.isAtEnd ? number.offset : cursor.offset)
        }
        return Int(number.digits)
    }

    /// A number followed by a percent sign, with up to nine decimals.
    static func percentage(_ text: ConfigurationText) throws(ConfigurationValueProblem) -> Double {
        let expected = "a percentage such as 1% or 0.5%"
        var cursor = Cursor(text.scalars)
        let number = try cursor.number(expected: expected)
        cursor.skipSpace()
        guard cursor.take("%"), cursor.isAtEnd else {
            throw ConfigurationValueProblem(.malformed(expected: expected), at: cursor.offset)
        }
        return Double(number.digits) / Double(number.scale)
    }

    // MARK: - Writing

    /// A time span as a sum of the largest units that fit, `1min 30s`; never negative.
    static func write(_ duration: Duration) -> String {
        let components = duration.components
        var rest = components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
        guard rest > 0 else { return "0" }
        var parts: [String] = []
        for unit in timeUnits where rest >= unit.nanoseconds {
            parts.append("\(rest / unit.nanoseconds)\(unit.names[0])")
            rest %= unit.nanoseconds
        }
        return parts.joined(separator: " ")
    }

    static func write(bytes: Int) -> String {
        for unit in sizeUnits where bytes != 0 && bytes % unit.bytes == 0 { return "\(bytes / unit.bytes)\(unit.name)" }
        return String(bytes)
    }

    static func write(percent: Double) -> String {
        percent == percent.rounded() && percent.magnitude < 1e9 ? "\(Int(percent))%" : "\(percent)%"
    }

    // MARK: - Scanning

    /// A decimal number as its digits and how many of them stand behind the point.
    private struct Decimal {
        var digits: Int64
        var fractionDigits: Int
        var offset: Int

        /// Ten to the power of `fractionDigits`.
        var scale: Int64 { (0..<fractionDigits).reduce(1) { power, _ in power * 10 } }

        /// The number times a whole factor, cut to a whole number.
        func times(_ factor: Int64) throws(ConfigurationValueProblem) -> Int64 {
            let product = digits.multipliedFullWidth(by: factor)
            guard product.high >= 0, product.high < scale else {
                throw ConfigurationValueProblem(.overflow, at: offset)
            }
            let (quotient, _) = scale.magnitude.dividingFullWidth((UInt64(product.high), product.low))
            guard let whole = Int64(exactly: quotient) else { throw ConfigurationValueProblem(.overflow, at: offset) }
            return whole
        }
    }

    private struct Cursor {
        private let scalars: [Unicode.Scalar]
        private(set) var offset = 0

        init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

        var isAtEnd: Bool { offset >= scalars.count }
        private var current: Unicode.Scalar? { isAtEnd ? nil : scalars[offset] }

        mutating func skipSpace() {
            while let scalar = current, scalar.properties.isWhitespace { offset += 1 }
        }

        mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard current == scalar else { return false }
            offset += 1
            return true
        }

        /// Letters up to the next digit, space or sign.
        mutating func word() -> String {
            var word = String.UnicodeScalarView()
            while let scalar = current, scalar.properties.isAlphabetic {
                word.append(scalar)
                offset += 1
            }
            return String(word)
        }

        /// Digits, with at most nine behind a point.
        mutating func number(expected: String) throws(ConfigurationValueProblem) -> Decimal {
            let start = offset
            var digits: Int64 = 0
            var fractionDigits = 0
            var seenPoint = false
            var count = 0
            while let scalar = current {
                if scalar == ".", !seenPoint, count > 0 {
                    seenPoint = true
                } else if ("0"..."9").contains(scalar) {
                    let (shifted, first) = digits.multipliedReportingOverflow(by: 10)
                    let (sum, second) = shifted.addingReportingOverflow(Int64(scalar.value) - 0x30)
                    guard !first, !second else { throw ConfigurationValueProblem(.overflow, at: start) }
                    digits = sum
                    count += 1
                    if seenPoint { fractionDigits += 1 }
                    guard fractionDigits <= 9 else {
                        throw ConfigurationValueProblem(.malformed(expected: expected), at: offset)
                    }
                } else {
                    break
                }
                offset += 1
            }
            guard count > 0, !(seenPoint && fractionDigits == 0) else {
                throw ConfigurationValueProblem(.malformed(expected: expected), at: offset)
            }
            return Decimal(digits: digits, fractionDigits: fractionDigits, offset: start)
        }
    }
}
