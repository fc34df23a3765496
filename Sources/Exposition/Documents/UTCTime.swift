import TextOutput

/// A wall-clock time as RFC 3339 text in UTC: `2026-11-21T03:35:18.250Z`.
package enum UTCTime {
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
