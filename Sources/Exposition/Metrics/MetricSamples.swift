import TextOutput

/// The value of a label.
package enum MetricLabel: Sendable, ExpressibleByStringLiteral {
    case text(String)
    case number(Int)

    package init(stringLiteral value: String) {
        self = .text(value)
    }
}

/// The text formats of metrics.
package enum MetricsFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus text format 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.0.
    case openMetrics

    package var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}

/// Collects samples as text, straight into one growing buffer.
///
/// The text that is the same for all series of a family (its header, its name, its labels' names) is made once per family
/// and rendering. The header is written before the first sample, so that a family without samples is absent as a whole.
package struct MetricSamples: Sendable {
    /// The text so far.
    package private(set) var bytes: [UInt8] = []
    /// Series written.
    package private(set) var count = 0
    /// Series left out because ``limit`` was reached.
    package private(set) var dropped = 0
    /// The most series to write.
    package var limit: Int
    private let format: MetricsFormat
    private var header: [UInt8] = []
    private var sampleName: [UInt8] = []
    private var labelNames: [[UInt8]] = []

    init(format: MetricsFormat, limit: Int, reservedBytes: Int = 0) {
        self.format = format
        self.limit = limit
        bytes.reserveCapacity(reservedBytes)
    }

    /// Adds a sample with an integer value.
    ///
    /// - Parameter labels: One value per label of the family, in its order; a label without a value is left out.
    package mutating func put(_ value: UInt64, _ labels: MetricLabel?...) {
        guard begin(labels) else { return }
        bytes.append(decimal: value)
        bytes.append(UInt8(ascii: "\n"))
    }

    package mutating func put(_ value: Int, _ labels: MetricLabel?...) {
        guard begin(labels) else { return }
        bytes.append(decimal: value)
        bytes.append(UInt8(ascii: "\n"))
    }

    package mutating func put(_ value: Int64, _ labels: MetricLabel?...) {
        guard begin(labels) else { return }
        bytes.append(decimal: value)
        bytes.append(UInt8(ascii: "\n"))
    }

    package mutating func put(_ value: Double, _ labels: MetricLabel?...) {
        guard begin(labels) else { return }
        if value.isFinite {
            bytes.append(text: value.description)
        } else {
            bytes.append(text: value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf")
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Adds a sample in seconds: exact, without trailing zeros.
    package mutating func put(nanoseconds: UInt64, _ labels: MetricLabel?...) {
        guard begin(labels) else { return }
        bytes.append(decimal: nanoseconds / 1_000_000_000)
        if nanoseconds % 1_000_000_000 != 0 {
            bytes.append(UInt8(ascii: "."))
            bytes.append(decimalMagnitude: nanoseconds % 1_000_000_000, minimumDigits: 9)
            while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    // MARK: For the renderer

    mutating func start(_ family: MetricFamily) {
        let familyName = format == .openMetrics ? family.openMetricsName : family.name
        header.removeAll(keepingCapacity: true)
        header.append(text: "# HELP \(familyName) ")
        header.appendEscaped(family.helpText, quotes: format == .openMetrics)
        header.append(text: "\n# TYPE \(familyName) \(typeName(of: family.kind))\n")
        if format == .openMetrics, let unit = family.unit {
            header.append(text: "# UNIT \(familyName) \(unit.rawValue)\n")
        }
        sampleName = Array(family.name.utf8)
        labelNames = family.labels.map { Array("\($0)=\"".utf8) }
    }

    mutating func finish() {
        if format == .openMetrics { bytes.append(text: "# EOF\n") }
    }

    /// Forgets the text and the counts, for counting only.
    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        count = 0
        dropped = 0
    }

    private func typeName(of kind: MetricFamily.Kind) -> String {
        switch (kind, format) {
        case (.counter, _): "counter"
        case (.gauge, _), (.info, .prometheus): "gauge"
        case (.info, .openMetrics): "info"
        }
    }

    private mutating func begin(_ labels: [MetricLabel?]) -> Bool {
        precondition(labels.count == labelNames.count, "one value per declared label")
        guard count < limit else {
            dropped += 1
            return false
        }
        count += 1
        if !header.isEmpty {
            bytes.append(contentsOf: header)
            header.removeAll(keepingCapacity: true)
        }
        bytes.append(contentsOf: sampleName)
        var isFirst = true
        for (name, label) in zip(labelNames, labels) {
            guard let label else { continue }
            bytes.append(isFirst ? UInt8(ascii: "{") : UInt8(ascii: ","))
            isFirst = false
            bytes.append(contentsOf: name)
            switch label {
            case .number(let number): bytes.append(decimal: number)
            case .text(let text): bytes.appendEscaped(text, quotes: true)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        if !isFirst { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
        return true
    }
}

extension [UInt8] {
    /// Appends text with backslash, newline and (in label values, and everywhere in OpenMetrics) the quote escaped.
    fileprivate mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append(text: "\\\\")
            case UInt8(ascii: "\n"): append(text: "\\n")
            case UInt8(ascii: "\"") where quotes: append(text: "\\\"")
            default: append(byte)
            }
        }
    }
}
