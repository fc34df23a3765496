package import BalancingModel

/// One event as a trace gave it: the event itself, and how its time was printed.
package struct TraceRecord: Sendable, Equatable {
    package var event: BalancingEvent
    package var stamp: TraceStamp

    package init(event: BalancingEvent, stamp: TraceStamp) {
        self.event = event
        self.stamp = stamp
    }
}

/// A time as a trace printed it, so that output can repeat it digit by digit.
///
/// Clocks that count time print seconds with six or nine digits after the point (`2.362730`); clocks that count
/// something else (`counter`, `x86-tsc`) print one integer.
package struct TraceStamp: Sendable, Equatable {
    /// Nanoseconds; for a counting clock the count itself.
    package var nanoseconds: UInt64
    /// Digits printed after the point, 1 to 9; 0 for a counting clock.
    package var fractionDigits: UInt8

    package init(nanoseconds: UInt64, fractionDigits: UInt8) {
        self.nanoseconds = nanoseconds
        self.fractionDigits = min(fractionDigits, 9)
    }

    /// True if the trace's clock does not measure time: differences of stamps are no durations.
    package var isCounter: Bool { fractionDigits == 0 }

    /// Appends the time as the trace printed it (without padding).
    package func append(to output: inout [UInt8]) {
        guard fractionDigits > 0 else {
            Self.append(nanoseconds, minimumDigits: 1, to: &output)
            return
        }
        Self.append(nanoseconds / 1_000_000_000, minimumDigits: 1, to: &output)
        output.append(UInt8(ascii: "."))
        var fraction = nanoseconds % 1_000_000_000
        for _ in fractionDigits..<9 { fraction /= 10 }
        Self.append(fraction, minimumDigits: Int(fractionDigits), to: &output)
    }

    private static func append(_ value: UInt64, minimumDigits: Int, to output: inout [UInt8]) {
        var rest = value
        let start = output.count
        var digits = 0
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
            digits += 1
        } while rest > 0 || digits < minimumDigits
        output[start...].reverse()
    }
}

extension TraceStamp: CustomStringConvertible {
    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
