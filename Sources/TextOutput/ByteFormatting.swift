/// Text written straight into a growing byte buffer: no intermediate strings.
extension [UInt8] {
    /// Appends a span's bytes.
    package mutating func append(span bytes: Span<UInt8>) {
        reserveCapacity(count + bytes.count)
        for index in bytes.indices {
            append(bytes[index])
        }
    }

    /// Appends a string's UTF-8 bytes.
    package mutating func append(text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends an integer in decimal.
    package mutating func append(decimal value: some BinaryInteger) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimalMagnitude: UInt64(value.magnitude), minimumDigits: 1)
    }

    /// Appends an unsigned number in decimal with leading zeros up to `minimumDigits`.
    package mutating func append(decimalMagnitude value: UInt64, minimumDigits: Int) {
        var digits = 1
        var bound: UInt64 = 10
        while value >= bound, digits < 20 {
            digits += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        let width = Swift.max(digits, minimumDigits)
        let start = count
        append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width))
        var rest = value
        var index = start + width - 1
        while rest > 0 {
            self[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            index -= 1
        }
    }

    /// Appends a number in lower-case hexadecimal without a prefix.
    package mutating func append(hexadecimal value: UInt64) {
        var shift = value == 0 ? 0 : (63 - value.leadingZeroBitCount) / 4 * 4
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: (value >> UInt64(shift)) & 0xf)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }

    /// Appends a number with exactly `decimals` digits after the point (0 to 9), rounded half away from zero.
    ///
    /// A value that is not finite, or too large for exact integers, is written as Swift prints it.
    package mutating func append(fixed value: Double, decimals: Int) {
        let places = Swift.min(Swift.max(decimals, 0), 9)
        var scale: UInt64 = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = (value.magnitude * Double(scale)).rounded()
        guard value.isFinite, scaled < 9_007_199_254_740_992 else {
            append(text: value.description)
            return
        }
        let number = UInt64(scaled)
        if value < 0, number != 0 { append(UInt8(ascii: "-")) }
        append(decimalMagnitude: number / scale, minimumDigits: 1)
        if places > 0 {
            append(UInt8(ascii: "."))
            append(decimalMagnitude: number % scale, minimumDigits: places)
        }
    }
}

extension String {
    /// A number with exactly `decimals` digits after the point; see `append(fixed:decimals:)`.
    package init(fixed value: Double, decimals: Int) {
        var bytes: [UInt8] = []
        bytes.append(fixed: value, decimals: decimals)
        self = String(decoding: bytes, as: UTF8.self)
    }

    /// An amount of memory in at most four characters, by powers of 1024: `999B`, `1.2G`, `12G`.
    package init(bytes value: Double) {
        let units = ["B", "K", "M", "G", "T", "P", "E"]
        var value = Swift.max(0, value)
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        self = String(fixed: value, decimals: unit > 0 && value < 9.95 ? 1 : 0) + units[unit]
    }
}
