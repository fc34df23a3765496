package import Exposition
import Server
import Snapshots

/// numawatch-api(7): the paths of the socket and the metrics, from their own tables.
package enum InterfaceManual {
    static func page(version: String) -> ManualPage {
        var page = ManualPage("numawatch-api", section: 7, "the socket of numawatchd, its documents and metrics")
        page.add(
            .section("SYNOPSIS"),
            .example("curl --unix-socket /run/numawatch/numawatch.sock http://localhost/v1/status"),
            .section("DESCRIPTION"),
            .paragraph(
                "numawatchd answers HTTP/1.1, methods GET and HEAD. Root and members of the group numawatch see everything; "
                    + "others see the totals of the host and what is theirs, where OthersMayRead= lets them in. What could "
                    + "not be read is absent, never zero. /openapi.json describes every member of every document."),
            .section("PATHS"))
        for endpoint in endpoints(version: version) {
            var text = endpoint.summary
            for parameter in endpoint.parameters { text += " \(parameter.name)=: \(parameter.description)" }
            text += " Content: \(endpoint.contents.map(\.contentType).joined(separator: ", "))."
            page.add(.term(endpoint.path, text))
        }
        page.add(
            .section("METRICS"),
            .paragraph("Each with its type, its unit and its labels; the provenance says where the figures come from."))
        for family in catalogue(version: version).families {
            // Behind the name they would make a word that is longer than a line.
            let labels = family.labels.isEmpty ? "" : ", by \(family.labels.joined(separator: ", "))"
            let unit = family.unit.map { ", in \($0.rawValue)" } ?? ""
            page.add(.term(family.name, "\(family.helpText) (\(family.kind)\(unit)\(labels))"))
        }
        page.seeAlso(ManualFiles.references)
        return page
    }

    /// All metrics of the daemon.
    package static func catalogue(version: String) -> MetricCatalogue {
        MetricCatalogue.standard(version: version, additions: ServerStatistics().metricFamilies)
    }

    private static func endpoints(version: String) -> [Endpoint] {
        let page = MetricsPage(renderer: MetricsRenderer(catalogue: catalogue(version: version)))
        let endpoints = StandardEndpoints(store: SnapshotStore(), events: EventLog(), metrics: page, version: version)
        return EndpointRegistry(endpoints.all, version: version).endpoints
    }
}
