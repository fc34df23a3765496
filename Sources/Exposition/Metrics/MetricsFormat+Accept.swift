extension MetricsFormat {
    /// The format an `Accept` header asks for: OpenMetrics if it is named with a higher weight than plain text (at equal
    /// weight the one named first), Prometheus text otherwise.
    ///
    /// Prometheus itself sends `application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1`.
    /// Anything else that is accepted gets the older format, which every scraper reads.
    package init(accept: String?) {
        var best: (format: MetricsFormat, weight: Double)?
        for entry in (accept ?? "").split(separator: ",") {
            let parts = entry.split(separator: ";").map { $0.trimmingSpaces().lowercased() }
            let format: MetricsFormat
            switch parts.first {
            case "application/openmetrics-text":
                // Version 0.0.1 is what older Prometheus servers ask for beside 1.0.0; we speak 1.0.0 only.
                guard !parts.contains("version=0.0.1") else { continue }
                format = .openMetrics
            case "text/plain": format = .prometheus
            case Self.jsonType: format = .json
            default: continue
            }
            let weight = parts.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > (best?.weight ?? 0) { best = (format, weight) }
        }
        self = best?.format ?? .prometheus
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var result = drop { $0 == " " || $0 == "\t" }
        while let last = result.last, last == " " || last == "\t" { result.removeLast() }
        return result
    }
}
