package import Snapshots

/// Makes the text of `/metrics` from a snapshot, within a limit of series.
///
/// The limit protects the store that scrapes us: a host may have thousands of cgroups, and each has a few dozen series. When
/// everything together is over the limit, whole groups are left out, the smallest (by resident memory, then by name)
/// first, so that what is published of a group is complete. What was left out is counted in
/// `numawatch_series_dropped_total`.
///
/// Example: limit 100; the host's own series are 40 and the renderer's two; groups A, B, C of 30 MiB, 20 MiB, 10 MiB have
/// 25 series each. A and B fit (40 + 2 + 50 = 92), C does not: 92 series, 25 dropped.
package struct MetricsRenderer: Sendable {
    package let catalogue: MetricCatalogue
    /// The most series of one text.
    package let seriesLimit: Int

    /// The limit's default: about 1.2 MB of text, and the order of magnitude Prometheus' own guidance gives one target.
    package static let defaultSeriesLimit = 10_000

    package init(catalogue: MetricCatalogue, seriesLimit: Int = defaultSeriesLimit) {
        self.catalogue = catalogue
        self.seriesLimit = seriesLimit
    }

    /// A finished text.
    package struct Output: Sendable {
        package var bytes: [UInt8]
        package var seriesCount: Int
        /// Series left out of this text.
        package var droppedCount: Int
    }

    /// Renders all families.
    ///
    /// - Parameters:
    ///   - snapshot: What to publish, already narrowed to what the reader may see.
    ///   - droppedBefore: Series left out of earlier snapshots, for the counter.
    /// - Complexity: O(series); over the limit about three times that, and O(groups log groups).
    package func render(
        _ snapshot: HostSnapshot, format: MetricsFormat, droppedBefore: UInt64 = 0, reservedBytes: Int = 0
    ) -> Output {
        let limit = max(0, seriesLimit - catalogue.renderingFamilyCount)
        var samples = MetricSamples(format: format, limit: limit, reservedBytes: reservedBytes)
        collect(snapshot, groups: snapshot.groups, into: &samples)
        var dropped = samples.dropped
        if dropped > 0 {
            let total = samples.count + samples.dropped
            samples.reset()
            let chosen = groupsThatFit(snapshot, limit: limit, scratch: &samples)
            samples.reset()
            samples.limit = limit
            collect(snapshot, groups: chosen, into: &samples)
            dropped = total - samples.count
        }
        samples.limit = seriesLimit
        let facts = MetricsRendering(
            seriesCount: samples.count + catalogue.renderingFamilyCount,
            droppedTotal: droppedBefore &+ UInt64(dropped))
        for family in catalogue.families {
            guard case .rendering(let put) = family.source else { continue }
            samples.start(family)
            put(facts, &samples)
        }
        samples.finish()
        return Output(bytes: samples.bytes, seriesCount: samples.count, droppedCount: dropped)
    }

    private func collect(_ snapshot: HostSnapshot, groups: [GroupRecord], into samples: inout MetricSamples) {
        for family in catalogue.families {
            switch family.source {
            case .host(let put):
                samples.start(family)
                put(snapshot, &samples)
            case .group(let put):
                samples.start(family)
                for group in groups {
                    put(group, &samples)
                }
            case .scopes(let host, let put):
                samples.start(family)
                host(snapshot, &samples)
                for group in groups {
                    put(group, &samples)
                }
            case .rendering: break
            }
        }
    }

    /// The groups that fit beside the host's series, in the snapshot's order.
    private func groupsThatFit(
        _ snapshot: HostSnapshot, limit: Int, scratch samples: inout MetricSamples
    ) -> [GroupRecord] {
        samples.limit = .max
        collect(snapshot, groups: [], into: &samples)
        var room = limit - samples.count
        let bySize = snapshot.groups.indices.sorted { left, right in
            let (a, b) = (snapshot.groups[left], snapshot.groups[right])
            return a.residentBytes != b.residentBytes ? a.residentBytes > b.residentBytes : a.name < b.name
        }
        var chosen: Set<Int> = []
        for index in bySize {
            samples.reset()
            for family in catalogue.families {
                guard let put = family.groupPart else { continue }
                samples.start(family)
                put(snapshot.groups[index], &samples)
            }
            guard samples.count <= room else { break }
            room -= samples.count
            chosen.insert(index)
        }
        return snapshot.groups.indices.filter(chosen.contains).map { snapshot.groups[$0] }
    }
}
