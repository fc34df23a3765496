import ArgumentParser

/// `numawatch metrics`: what Prometheus scrapes.
struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "The metrics as Prometheus scrapes them.")

    @OptionGroup var source: SourceOptions

    @Flag(name: .customLong("openmetrics"), help: "OpenMetrics 1.0 instead of the Prometheus text format 0.0.4.")
    var isOpenMetrics = false

    func validate() throws {
        if source.isJSON, isOpenMetrics {
            throw ValidationError("Give --json or --openmetrics, not both.")
        }
    }

    func run() async throws {
        let accept = isOpenMetrics ? "application/openmetrics-text; version=1.0.0" : "text/plain; version=0.0.4"
        let text = try await source.source().get("/metrics", accept: accept)
        try CommandOutput.standard().write(source.isJSON ? MetricsJSON.document(of: text) : text)
    }
}
