import Foundation
import Testing

private let promtool = ProcessInfo.processInfo.environment["NUMAWATCH_PROMTOOL"]

/// A daemon whose limit is so low that it has to read more rarely than it is told to, with a port for metrics.
private struct CrampedDaemon {
    let daemon: RunningDaemon
    let socket: String
    let port: Int
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        socket = "\(directory.path)/s"
        // Below the ports that the kernel gives out by itself.
        port = Int.random(in: 20_000..<32_000)
        try directory.write(
            "a.conf",
            """
            [Sampling]
            HostInterval=500ms
            LedgerInterval=500ms
            CPULimit=0.01%
            [Server]
            Socket=\(socket)
            [Metrics]
            ListenLoopback=\(port)

            """)
        daemon = try RunningDaemon(["--config", "\(directory.path)/a.conf"])
        #expect(daemon.waitFor("Ready: "), "\(daemon.lines)")
        #expect(daemon.lines.contains { $0.contains("Metrics for anyone on this host at 127.0.0.1:\(port)") })
    }

    /// What a path of the port is answered with: the status, and the text.
    func get(_ path: String, _ options: String...) throws -> (status: String, text: String) {
        let words = ["--silent", "--write-out", "\n%{http_code}"] + options + ["http://127.0.0.1:\(port)\(path)"]
        let output = try Command(try #require(Command.path(of: "curl")), words).output
        let end = try #require(output.lastIndex(of: "\n"))
        return (String(output[end...].dropFirst()), String(output[..<end]))
    }

    func stop() {
        daemon.signal(SIGTERM)
        #expect(daemon.end() == 0)
    }
}

/// Debian's Prometheus, unpacked and not installed, with the shipped rules. It ends with the test.
private final class RunningPrometheus {
    private let process = Process()
    private let directory: TemporaryDirectory
    private let port: Int

    /// - Parameter target: The port that is scraped.
    init(target: Int) throws {
        directory = try TemporaryDirectory()
        port = Int.random(in: 20_000..<32_000)
        // As shipped, but for the time that something has to last: nobody waits half an hour.
        let rules = try text(of: "\(repository)/monitoring/prometheus/numawatch.rules.yml")
            .split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("        for: ") }
            .map { $0.hasPrefix("    interval: ") ? "    interval: 1s" : $0 }
        try directory.write("numawatch.rules.yml", rules.joined(separator: "\n"))
        try directory.write(
            "prometheus.yml",
            """
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: [numawatch.rules.yml]
            scrape_configs:
              - job_name: numawatch
                static_configs:
                  - targets: ["127.0.0.1:\(target)"]

            """)
        let program = URL(fileURLWithPath: try #require(promtool)).deletingLastPathComponent()
        process.executableURL = program.appendingPathComponent("prometheus")
        process.arguments = [
            "--config.file=\(directory.path)/prometheus.yml", "--storage.tsdb.path=\(directory.path)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--log.level=error",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        if process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
    }

    /// Asks the API until an answer is right.
    ///
    /// - Returns: The last answer, right or not.
    func ask(_ query: String, until isRight: ([[String: Any]]) -> Bool) throws -> [[String: Any]] {
        let curl = try #require(Command.path(of: "curl"))
        var results: [[String: Any]] = []
        for _ in 0..<300 where process.isRunning {
            let answer = try Command(
                curl,
                [
                    "--silent", "--get", "--data-urlencode", "query=\(query)",
                    "http://127.0.0.1:\(port)/api/v1/query",
                ])
            let document = try? JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
            results = (document?["data"] as? [String: Any])?["result"] as? [[String: Any]] ?? []
            if isRight(results) { return results }
            Thread.sleep(forTimeInterval: 0.2)
        }
        return results
    }
}

@Suite(
    "Prometheus and the daemon", .serialized, .timeLimit(.minutes(3)),
    .enabled(if: promtool != nil, "NUMAWATCH_PROMTOOL names no promtool; “make test” fetches one and sets it"))
struct PrometheusScrapeTests {
    @Test("it scrapes the port, evaluates the rules, and an alert fires for a daemon that cannot keep its intervals")
    func scrape() throws {
        let cramped = try CrampedDaemon()
        let prometheus = try RunningPrometheus(target: cramped.port)
        let up = try prometheus.ask("up{job=\"numawatch\"} == 1") { $0.count == 1 }
        #expect(up.count == 1, "it is not scraped")
        let alerts = try prometheus.ask("ALERTS{alertname=\"NumawatchIntervalsLengthened\",alertstate=\"firing\"}") {
            !$0.isEmpty
        }
        let tiers = alerts.compactMap { ($0["metric"] as? [String: String])?["tier"] }
        #expect(tiers.contains("ledger") || tiers.contains("host"), "\(alerts)")
        // Recorded: from two scrapes on.
        #expect(try !prometheus.ask("instance:numawatch_hint_faults:rate5m") { !$0.isEmpty }.isEmpty)
        #expect(try !prometheus.ask("instance_node:numawatch_node_memory_available:ratio") { !$0.isEmpty }.isEmpty)
        // None of them fails.
        let failed = try prometheus.ask("sum(prometheus_rule_evaluation_failures_total) > 0") { _ in true }
        #expect(failed.isEmpty)
        cramped.stop()
    }

    @Test("the port serves /metrics, and nothing else, to anyone")
    func port() throws {
        let cramped = try CrampedDaemon()
        let metrics = try cramped.get("/metrics")
        #expect(metrics.status == "200" && metrics.text.contains("\nnumawatch_build_info{"))
        for path in ["/", "/v1/status", "/v1/processes", "/openapi.json", "/healthz", "/metrics/"] {
            let answer = try cramped.get(path)
            #expect(answer.status == "404" && answer.text.contains("There is: /metrics."), "\(path)")
        }
        #expect(try cramped.get("/metrics", "--request", "POST").status == "405")
        // The socket has all of it.
        let status = try Command(
            try #require(Command.path(of: "curl")),
            ["--silent", "--fail", "--unix-socket", cramped.socket, "http://numawatch/v1/status"])
        #expect(status.status == 0)
        cramped.stop()
    }

    @Test("a port that is taken is told of, and the socket answers all the same")
    func takenPort() throws {
        let first = try CrampedDaemon()
        let directory = try TemporaryDirectory()
        try directory.write(
            "b.conf", "[Server]\nSocket=\(directory.path)/s\n[Metrics]\nListenLoopback=\(first.port)\n")
        let second = try RunningDaemon(["--config", "\(directory.path)/b.conf"])
        #expect(second.waitFor("No port for metrics: "), "\(second.lines)")
        #expect(second.lines.last?.contains("choose another port") == true, "\(second.lines)")
        let status = try Command(
            "\(RunningDaemon.directory)/numawatch", ["status", "--socket", "\(directory.path)/s", "--timeout", "30"])
        #expect(status.status == 0, "\(status.output)")
        second.signal(SIGTERM)
        #expect(second.end() == 0)
        first.stop()
    }

    @Test("metrics go into a file whole, readable for the exporter, in a form that promtool takes")
    func textfile() throws {
        let directory = try TemporaryDirectory()
        let file = "\(directory.path)/numawatch.prom"
        let written = try Command("\(RunningDaemon.directory)/numawatch", ["metrics", "--local", "--textfile", file])
        #expect(written.status == 0 && written.output == "", "\(written.output)")
        #expect(try directory.files == ["numawatch.prom"])
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode.map { $0 & 0o444 } == 0o444)
        let check = try Command("/bin/sh", ["-c", "\"$0\" check metrics <\"$1\"", try #require(promtool), file])
        #expect(check.status == 0, "\(check.output)")
        for (words, status) in [
            (["--textfile", "\(directory.path)/x.txt"], 64), (["--json", "--textfile", file], 64),
        ] {
            #expect(
                try Command("\(RunningDaemon.directory)/numawatch", ["metrics", "--local"] + words).status == status)
        }
    }
}
