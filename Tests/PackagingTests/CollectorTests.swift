import Foundation
import Testing

private let promtool = ProcessInfo.processInfo.environment["NUMAWATCH_PROMTOOL"]

/// What the example files give other collectors. Neither Telegraf nor the OpenTelemetry Collector with its receiver for
/// Prometheus is a package of Debian or of PyPI (`docs/fleet.md`). What can be had without them: what they send is
/// answered as they need it, and what the Collector takes over from Prometheus is what Prometheus takes.
@Suite("Other collectors")
struct CollectorTests {
    private static let examples = "\(repository)/packaging/examples"

    /// Of influxdata's plugin `inputs.prometheus`, and of the scraper of Prometheus that the Collector has in it.
    private static let requests = [
        (
            "Telegraf",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
                + "text/plain;version=0.0.4;q=0.3", "text/plain; version=0.0.4"
        ),
        (
            "the OpenTelemetry Collector",
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;"
                + "q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", "application/openmetrics-text; version=1.0.0"
        ),
    ]

    @Test("each is answered in a form that it asks for, from the address its example names", arguments: requests)
    func answers(_ collector: String, _ accept: String, _ type: String) throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.conf", "[Server]\nSocket=\(directory.path)/s\n")
        let daemon = try RunningDaemon(["--config", "\(directory.path)/a.conf"])
        #expect(daemon.waitFor("Ready: "), "\(daemon.lines)")
        let answer = try Command(
            try #require(Command.path(of: "curl")),
            [
                "--silent", "--include", "--max-time", "60", "--header", "Accept: \(accept)", "--unix-socket",
                "\(directory.path)/s", "http://localhost/metrics",
            ])
        let lines = answer.output.split(separator: "\r\n").map(String.init)
        #expect(lines.first == "HTTP/1.1 200 OK", "\(collector): \(lines.first ?? "no answer")")
        let types = lines.filter { $0.lowercased().hasPrefix("content-type: ") }
        #expect(types.count == 1 && types[0].lowercased().hasPrefix("content-type: \(type)"), "\(collector): \(types)")
        #expect(answer.output.contains("\nnumawatch_build_info{"))
        daemon.signal(SIGTERM)
        #expect(daemon.end() == 0)
    }

    @Test(
        "docs/fleet.md explains every mount and right of the example for Kubernetes, and the mounts but one are read-only"
    )
    func kubernetes() throws {
        let example = try text(of: "\(Self.examples)/kubernetes-daemonset.yaml").split(separator: "\n")
        let rows = try text(of: "\(repository)/docs/fleet.md").split(separator: "\n").filter { $0.hasPrefix("| ") }
        let mounts = example.filter { $0.contains("mountPath: ") }
        #expect(mounts.count == 3)
        for mount in mounts {
            let path: Substring = try #require(
                mount.split(separator: "mountPath: ").last?.prefix { $0 != "," && $0 != "}" })
            #expect(rows.contains { $0.hasPrefix("| `\(path)`") }, "\(mount)")
        }
        #expect(mounts.filter { !$0.contains("readOnly: true") }.map { $0.contains("/run/numawatch") } == [true])
        let rights = example.filter { $0.contains("add: [") }
        #expect(rights.map { $0.drop { $0 == " " } } == ["add: [SYS_PTRACE]"])
        for word in ["SYS_PTRACE", "hostPID: true", "AppArmor `Unconfined`", "seccomp `Unconfined`", "the proxy"] {
            #expect(rows.contains { $0.contains(word) }, "\(word)")
        }
        #expect(!example.contains { $0.contains("privileged: true") || $0.contains("hostNetwork: true") })
    }

    @Test("Telegraf's example names the socket that the shipped unit opens, by its own default path")
    func telegraf() throws {
        let socket = try text(of: "\(repository)/systemd/numawatch.socket").split(separator: "\n")
            .compactMap { $0.hasPrefix("ListenStream=") ? String($0.dropFirst("ListenStream=".count)) : nil }
        let lines = try text(of: "\(Self.examples)/telegraf.conf").split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(socket.count == 1)
        #expect(lines.contains { $0 == "[[inputs.prometheus]]" })
        #expect(lines.contains { $0 == "urls = [\"unix://\(socket[0])\"]" })
    }

    @Test(
        "what the Collector's example gives its receiver is a configuration of Prometheus, for the shipped unit's port",
        .enabled(if: promtool != nil, "NUMAWATCH_PROMTOOL names no promtool; “make test” fetches one and sets it"))
    func openTelemetry() throws {
        let example = try text(of: "\(Self.examples)/otelcol.yaml")
        let head = "receivers:\n  prometheus:\n    config:\n"
        let start = try #require(example.range(of: head)).upperBound
        let configuration = example[start...].split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { $0.hasPrefix("      ") }.map { String($0.dropFirst(6)) }
        let directory = try TemporaryDirectory()
        try directory.write("prometheus.yml", configuration.joined(separator: "\n") + "\n")
        let check = try Command(
            try #require(promtool), ["check", "config", "\(directory.path)/prometheus.yml"])
        #expect(check.status == 0, "\(check.output)")
        let port = try text(of: "\(repository)/systemd/numawatch-metrics.socket").split(separator: "\n")
            .compactMap { $0.hasPrefix("ListenStream=") ? String($0.dropFirst("ListenStream=".count)) : nil }
        #expect(configuration.contains { $0.contains("targets: [\"\(port.first ?? "")\"]") }, "\(configuration)")
        // Without an exporter and a pipeline it would be read by nobody.
        for part in ["\nexporters:\n", "\nservice:\n", "receivers: [prometheus]\n"] {
            #expect(example.contains(part), "\(part)")
        }
    }
}
