import ArgumentParser
import Exposition
import LinuxSystem

/// `numawatch metrics`: what Prometheus scrapes.
struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "The metrics as Prometheus scrapes them.",
        discussion: """
            With --textfile they go into a file that the textfile collector of Prometheus' node exporter reads, for hosts
            where nothing may listen. A reader sees the old file or the new one, never a part. A unit that runs once a minute
            does:
              numawatch metrics --textfile /var/lib/prometheus/node-exporter/numawatch.prom
            """)

    @OptionGroup var source: SourceOptions

    @Flag(name: .customLong("openmetrics"), help: "OpenMetrics 1.0 instead of the Prometheus text format 0.0.4.")
    var isOpenMetrics = false

    @Option(
        name: .customLong("textfile"),
        help: ArgumentHelp(
            "Write them to this file, whose name ends in .prom, for node_exporter's textfile collector.",
            valueName: "path"))
    var textfile: String?

    func validate() throws {
        if source.isJSON, isOpenMetrics {
            throw ValidationError("Give --json or --openmetrics, not both.")
        }
        if let textfile {
            if source.isJSON || isOpenMetrics {
                throw ValidationError("--textfile is for the Prometheus text format: give no other.")
            }
            guard textfile.hasSuffix(".prom"), !textfile.hasSuffix("/.prom") else {
                throw ValidationError("--textfile: node_exporter reads files whose name ends in .prom.")
            }
        }
    }

    func run() async throws {
        let format: MetricsFormat = source.isJSON ? .json : isOpenMetrics ? .openMetrics : .prometheus
        let text = try await source.source().metrics(format)
        guard let textfile else { return try CommandOutput.standard().write(text) }
        do throws(SystemFailure) {
            // The exporter is another user.
            try Output.replaceFile(textfile, with: text, mode: 0o644)
        } catch {
            throw CommandFailure(.cannotWrite, "\(error)")
        }
    }
}
