package import TextOutput

/// A wall-clock time, in documents as RFC 3339 text in UTC: `2026-11-21T03:35:18.250Z`.
package struct UTCTime: FieldValue {
    /// Since 1970.
    package var nanoseconds: UInt64

    package static let schema = Schema.string

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    package func write(into json: inout JSONWriter) { json.value(Self.text(nanoseconds: nanoseconds)) }

    package init(reading value: JSONValue) throws(FieldError) {
        guard let nanoseconds = value.text.flatMap(Self.nanoseconds(of:)) else {
            throw FieldError(expected: "a time such as 2026-11-21T03:35:18.250Z")
        }
        self.nanoseconds = nanoseconds
    }

    /// The time a text in this very form says, with any number of digits of the second's fraction; nil for other texts.
    private static func nanoseconds(of text: String) -> UInt64? {
        let bytes = Array(text.utf8)
        // Digits stand where the form has a 0, everything else as it is.
        let form = Array("0000-00-00T00:00:00".utf8)
        guard bytes.count > form.count, bytes.last == UInt8(ascii: "Z") else { return nil }
        func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        func number(_ digits: some Sequence<UInt8>) -> UInt64 {
            digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
        }
        for (byte, expected) in zip(bytes, form) {
            guard expected == UInt8(ascii: "0") ? isDigit(byte) : byte == expected else { return nil }
        }
        var fraction = bytes[form.count..<bytes.count - 1]
        if !fraction.isEmpty {
            guard fraction.removeFirst() == UInt8(ascii: "."), (1...9).contains(fraction.count),
                fraction.allSatisfy(isDigit)
            else { return nil }
        }
        let (year, month, day) = (number(bytes[0..<4]), number(bytes[5..<7]), number(bytes[8..<10]))
        let time = [number(bytes[11..<13]), number(bytes[14..<16]), number(bytes[17..<19])]
        guard year >= 1970, (1...12).contains(month), (1...31).contains(day), time[0] < 24, time[1] < 60, time[2] < 60
        else { return nil }
        // Whole days by the calendar that writes them: day 0 of each month, counted as below.
        let shiftedYear = year - (month <= 2 ? 1 : 0)
        let shiftedMonth = (month + 9) % 12
        let dayOfEra =
            shiftedYear % 400 * 365 + shiftedYear % 400 / 4 - shiftedYear % 400 / 100 + (153 * shiftedMonth + 2) / 5
            + day - 1
        let days = shiftedYear / 400 * 146_097 + dayOfEra - 719_468
        let seconds = days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
        let part = number(fraction) * (0..<(9 - fraction.count)).reduce(1) { scale, _ in scale * 10 }
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? nil : whole.addingReportingOverflow(part).partialValue
    }

    /// - Parameter nanoseconds: Since 1970.
    package static func text(nanoseconds: UInt64) -> String {
        let seconds = nanoseconds / 1_000_000_000
        let (year, month, day) = date(daysSince1970: Int(seconds / 86_400))
        var bytes: [UInt8] = []
        bytes.append(decimalMagnitude: UInt64(year), minimumDigits: 4)
        for (separator, value) in [("-", month), ("-", day)] {
            bytes.append(text: separator)
            bytes.append(decimalMagnitude: UInt64(value), minimumDigits: 2)
        }
        let time = seconds % 86_400
        for (separator, value) in [("T", time / 3600), (":", time / 60 % 60), (":", time % 60)] {
            bytes.append(text: separator)
            bytes.append(decimalMagnitude: value, minimumDigits: 2)
        }
        bytes.append(UInt8(ascii: "."))
        bytes.append(decimalMagnitude: nanoseconds / 1_000_000 % 1000, minimumDigits: 3)
        bytes.append(UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The Gregorian date of a day. Years start in March here, so that the leap day is the last: day 0 of an era of 400
    /// years (146,097 days) is 1 March.
    private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
