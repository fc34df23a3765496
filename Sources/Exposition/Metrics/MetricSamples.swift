import TextOutput

/// The value of a label.
package enum MetricLabel: Sendable, ExpressibleByStringLiteral {
    case text(String)
    case number(Int)

    package init(stringLiteral value: String) {
        self = .text(value)
    }
}

/// The formats of metrics.
package enum MetricsFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus text format 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.0.
    case openMetrics
    /// The samples as JSON, an object each: for `numawatch metrics --json` alone, under a media type of its own.
    ///
    ///     {"samples":[{"name":"numawatch_processes","labels":{},"value":3.0},…]}
    case json

    /// What asks for it in an `Accept` header.
    package var mediaType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4"
        case .openMetrics: "application/openmetrics-text; version=1.0.0"
        case .json: Self.jsonType
        }
    }

    package var contentType: String { self == .json ? mediaType : "\(mediaType); charset=utf-8" }

    static let jsonType = "application/vnd.numawatch.metrics+json"
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
    private var name = ""
    private var labelNames: [String] = []

    init(format: MetricsFormat, limit: Int, reservedBytes: Int = 0) {
        self.format = format
        self.limit = limit
        bytes.reserveCapacity(reservedBytes)
    }

    /// Adds a sample with an integer value.
    ///
    /// - Parameter labels: One value per label of the family, in its order; a label without a value is left out.
    package mutating func put(_ value: UInt64, _ labels: MetricLabel?...) {
        put(labels) {
            $0.append(decimal: value)
        } number: {
            Double(value)
        }
    }

    package mutating func put(_ value: Int, _ labels: MetricLabel?...) {
        put(labels) {
            $0.append(decimal: value)
        } number: {
            Double(value)
        }
    }

    package mutating func put(_ value: Int64, _ labels: MetricLabel?...) {
        put(labels) {
            $0.append(decimal: value)
        } number: {
            Double(value)
        }
    }

    package mutating func put(_ value: Double, _ labels: MetricLabel?...) {
        put(labels) { bytes in
            bytes.append(
                text: value.isFinite ? value.description : value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf")
        } number: {
            value
        }
    }

    /// Adds a sample in seconds: exact, without trailing zeros.
    package mutating func put(nanoseconds: UInt64, _ labels: MetricLabel?...) {
        var text: [UInt8] = []
        text.append(decimal: nanoseconds / 1_000_000_000)
        if nanoseconds % 1_000_000_000 != 0 {
            text.append(UInt8(ascii: "."))
            text.append(decimalMagnitude: nanoseconds % 1_000_000_000, minimumDigits: 9)
            while text.last == UInt8(ascii: "0") { text.removeLast() }
        }
        put(labels) { bytes in
            bytes.append(contentsOf: text)
        } number: {
            // The nearest to the exact value: nanoseconds since 1970 have more digits than a Double.
            Double(String(decoding: text, as: UTF8.self)) ?? .nan
        }
    }

    /// Adds a sample, whose value is written as text or, in JSON, as a number.
    private mutating func put(_ labels: [MetricLabel?], _ text: (inout [UInt8]) -> Void, number: () -> Double) {
        precondition(labels.count == labelNames.count, "one value per declared label")
        guard count < limit else {
            dropped += 1
            return
        }
        count += 1
        guard format != .json else { return putJSON(labels, number()) }
        begin(labels)
        text(&bytes)
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
        name = family.name
        labelNames = family.labels
    }

    mutating func finish() {
        switch format {
        case .prometheus: break
        case .openMetrics: bytes.append(text: "# EOF\n")
        case .json:
            bytes.insert(contentsOf: "{\"\(FieldName.samples.text)\":[".utf8, at: 0)
            bytes.append(text: "]}\n")
        }
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
        case (.info, .openMetrics): "info"
        case (.gauge, _), (.info, _): "gauge"
        }
    }

    private mutating func putJSON(_ labels: [MetricLabel?], _ number: Double) {
        var json = JSONWriter()
        json.object { json in
            json.member(.name, name)
            json.key(FieldName.labels.text)
            json.object { json in
                for (name, label) in zip(labelNames, labels) {
                    switch label {
                    case nil: continue
                    case .number(let number): json.member(name, String(number))
                    case .text(let text): json.member(name, text)
                    }
                }
            }
            json.member(.value, number)
        }
        if count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes += json.bytes
    }

    private mutating func begin(_ labels: [MetricLabel?]) {
        if !header.isEmpty {
            bytes.append(contentsOf: header)
            header.removeAll(keepingCapacity: true)
        }
        bytes.append(text: name)
        var isFirst = true
        for (name, label) in zip(labelNames, labels) {
            guard let label else { continue }
            bytes.append(isFirst ? UInt8(ascii: "{") : UInt8(ascii: ","))
            isFirst = false
            bytes.append(text: name)
            bytes.append(text: "=\"")
            switch label {
            case .number(let number): bytes.append(decimal: number)
            case .text(let text): bytes.appendEscaped(text, quotes: true)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        if !isFirst { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
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
