import TextOutput

/// An axis of numbers from 0 to a round number, with marks at round numbers.
package struct NumberScale: Sendable, Equatable {
    /// The end of the axis: the largest value, or the next mark beyond it.
    package var maximum: Double
    package var step: Double

    /// - Parameters:
    ///   - largest: What has to fit; for what is not positive or not finite the axis ends at 1.
    ///   - marks: About how many steps there are.
    ///   - isBinary: Steps are powers of two: for bytes.
    package init(largest: Double, marks: Int = 4, isBinary: Bool = false) {
        guard largest.isFinite, largest > 0 else {
            (maximum, step) = (1, 1)
            return
        }
        let wanted = largest / Double(max(1, marks))
        var size = 1.0
        if isBinary {
            while size < wanted, size < 1e300 { size *= 2 }
            while size > wanted, size > 1 { size /= 2 }
            if size < wanted { size *= 2 }
        } else {
            while size * 10 <= wanted { size *= 10 }
            while size > wanted { size /= 10 }
            size *= [1, 2, 5, 10].first { size * $0 >= wanted * 0.999 } ?? 10
        }
        step = size
        maximum = (largest / size - 1e-9).rounded(.up) * size
    }

    /// From 0 to ``maximum``.
    package var marks: [Double] { (0...Int((maximum / step).rounded())).map { Double($0) * step } }
}

/// Marks of an axis of time: full minutes, hours or days, UTC.
package enum TimeMarks {
    private static let steps: [UInt64] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
    ]

    /// Instants within a span, evenly spaced.
    ///
    /// - Parameters:
    ///   - start: Seconds since 1970, as all.
    ///   - limit: At most so many between the first and the last.
    package static func seconds(from start: UInt64, to finish: UInt64, limit: Int = 8) -> [UInt64] {
        guard finish > start, limit > 0 else { return [] }
        let step = steps.first { (finish - start) / $0 <= UInt64(limit) } ?? (finish - start) / UInt64(limit) + 1
        var mark = (start + step - 1) / step * step
        var marks: [UInt64] = []
        while mark <= finish {
            marks.append(mark)
            mark += step
        }
        return marks
    }

    /// `14:05`, with seconds where a mark is not at a full minute.
    package static func clock(_ seconds: UInt64, withSeconds: Bool = false) -> String {
        var bytes: [UInt8] = []
        bytes.append(decimalMagnitude: seconds % 86_400 / 3600, minimumDigits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(decimalMagnitude: seconds / 60 % 60, minimumDigits: 2)
        if withSeconds {
            bytes.append(UInt8(ascii: ":"))
            bytes.append(decimalMagnitude: seconds % 60, minimumDigits: 2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
