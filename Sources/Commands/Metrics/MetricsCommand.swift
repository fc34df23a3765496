import ArgumentParser
import Exposition

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
        let format: MetricsFormat = source.isJSON ? .json : isOpenMetrics ? .openMetrics : .prometheus
        try CommandOutput.standard().write(await source.source().metrics(format))
    }
}
