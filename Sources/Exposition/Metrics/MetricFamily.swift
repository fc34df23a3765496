package import Snapshots

/// One metric: what it is called, what it means, and how its series follow from a snapshot. Declared once, here and
/// nowhere else; both text formats, the series limit and the tests work from this value.
package struct MetricFamily: Sendable {
    package enum Kind: Sendable {
        case gauge
        /// Only ever grows while the daemon runs; the name ends in `_total`.
        case counter
        /// The value is always 1, the facts are in the labels; the name ends in `_info`.
        case info
    }

    /// The unit the name ends in (before `_total`).
    package enum Unit: String, Sendable, CaseIterable {
        case seconds, bytes, ratio, pages
    }

    /// Where the series come from.
    package enum Source: Sendable {
        /// From the host's part of the snapshot; as many series as the machine has nodes, sources, tiers.
        case host(@Sendable (HostSnapshot, inout MetricSamples) -> Void)
        /// From one group; called for each that is published.
        case group(@Sendable (GroupRecord, inout MetricSamples) -> Void)
        /// From the host's part of the snapshot, and from each group that is published.
        case scopes(
            host: @Sendable (HostSnapshot, inout MetricSamples) -> Void,
            group: @Sendable (GroupRecord, inout MetricSamples) -> Void)
        /// From the rendering itself.
        case rendering(@Sendable (MetricsRendering, inout MetricSamples) -> Void)
    }

    /// What comes from one group; nil where nothing does.
    var groupPart: (@Sendable (GroupRecord, inout MetricSamples) -> Void)? {
        switch source {
        case .group(let put), .scopes(_, let put): put
        case .host, .rendering: nil
        }
    }

    /// The full name, as the Prometheus text format shows it.
    package let name: String
    package let kind: Kind
    package let unit: Unit?
    /// One sentence; ``helpText`` adds where the figures come from.
    package let help: String
    package let provenance: Provenance
    /// The names of the labels, in the order in which values are given.
    package let labels: [String]
    package let source: Source

    package init(
        _ name: String, _ kind: Kind, unit: Unit? = nil, _ help: String, provenance: Provenance = .kernel,
        labels: [String] = [], from source: Source
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
        self.provenance = provenance
        self.labels = labels
        self.source = source
    }

    /// The help as published: the sentence, then where the figures come from.
    package var helpText: String {
        help + " Provenance: \(provenance)."
    }

    /// The name of the family in OpenMetrics, where the endings `_total` and `_info` belong to the sample alone.
    package var openMetricsName: String {
        switch kind {
        case .gauge: name
        case .counter: name.hasSuffix("_total") ? String(name.dropLast("_total".utf8.count)) : name
        case .info: name.hasSuffix("_info") ? String(name.dropLast("_info".utf8.count)) : name
        }
    }
}

/// What a rendering tells about itself.
package struct MetricsRendering: Sendable {
    /// Series in this text, these included.
    package var seriesCount: Int
    /// Series left out because of the limit, summed over all snapshots since the daemon started.
    package var droppedTotal: UInt64
}
