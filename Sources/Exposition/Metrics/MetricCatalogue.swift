import Snapshots

/// All metrics, each declared once.
package struct MetricCatalogue: Sendable {
    /// In the order in which they are published.
    package let families: [MetricFamily]
    /// The series the renderer itself adds.
    let renderingFamilyCount: Int

    /// - Parameter families: With names that differ; twice the same name is a mistake in our own code and traps.
    package init(_ families: [MetricFamily]) {
        var names: Set<String> = []
        for family in families {
            precondition(names.insert(family.openMetricsName).inserted, "metric \(family.name) is declared twice")
        }
        self.families = families
        self.renderingFamilyCount =
            families.count { family in
                if case .rendering = family.source { true } else { false }
            }
    }

    /// Everything that follows from a ``HostSnapshot``.
    ///
    /// - Parameters:
    ///   - version: Of the daemon.
    ///   - additions: Further families, from parts of the daemon that keep their own state.
    package static func standard(version: String, additions: [MetricFamily] = []) -> MetricCatalogue {
        MetricCatalogue(
            hostFamilies(version: version) + kernelCounterFamilies + nodeFamilies + trafficFamilies + deviceFamilies
                + domainFamilies
                + modelFamilies
                + tracingFamilies
                + verdictFamilies
                + groupFamilies
                + localityFamilies
                + scanFamilies
                + costFamilies
                + additions + renderingFamilies)
    }

    private static let renderingFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_series", .gauge, "Series in this text.", provenance: .reconstructed,
            from: .rendering { facts, samples in samples.put(facts.seriesCount) }),
        MetricFamily(
            "numawatch_series_dropped_total", .counter,
            "Series left out because of the configured limit, smallest groups first, summed over snapshots.",
            provenance: .reconstructed,
            from: .rendering { facts, samples in samples.put(facts.droppedTotal) }),
    ]
}
