import FixtureSupport
import Lab
import Testing

/// What the checks of an installed numawatch make of what a guest recorded.
@Suite struct InstalledCheckTests {
    /// The problems of a check whose steps ended well and left these files.
    private func problems(_ check: any LabCheck, _ files: [String: String]) async throws -> [String] {
        let directory = try TemporaryDirectory.make()
        let topology = LabTopology(name: "x")
        for step in check.steps(for: topology) {
            try await HostFiles.makeDirectory("\(directory)/steps/\(step.name)")
            try HostFiles.write(Array("0\n".utf8), to: "\(directory)/steps/\(step.name)/status")
        }
        try await HostFiles.makeDirectory("\(directory)/files/installed")
        for (name, text) in files { try HostFiles.write(Array(text.utf8), to: "\(directory)/files/installed/\(name)") }
        let verdict = try await check.judge(GuestResult(directory: directory), topology)
        try await HostFiles.remove(directory)
        return verdict.problems
    }

    private static let killed = [
        "killed-pids": "10 20\n", "killed-answer": "…", "killed-answer.status": "0\n",
        "killed-state": "active\nactive\n",
        "killed-state.status": "0\n",
    ]

    @Test("Killed, another process has to be there, and answer")
    func killed() async throws {
        #expect(try await problems(InstalledKillCheck(), Self.killed) == [])
        for (name, text) in [
            ("killed-pids", "10 10\n"), ("killed-pids", "10 0\n"), ("killed-answer.status", "69\n"),
            ("killed-state.status", "3\n"),
        ] {
            var files = Self.killed
            files[name] = text
            #expect(try await problems(InstalledKillCheck(), files).count == 1, "\(name)=\(text)")
        }
    }

    private static var refused: [String: String] {
        var files = [
            "refused-restart": "Job failed", "refused-restart.status": "1\n", "refused-socket": "active\n",
            "refused-socket.status": "0\n", "refused-check": "/etc/x/10-lab.conf:2:7: Level=loud: expected\n",
            "refused-check.status": "78\n", "refused-mended": "…", "refused-mended.status": "0\n",
            "refused-state": "active\n",
            "refused-state.status": "0\n",
            "journal-refused": String(repeating: "10-lab.conf:2:7: Level=loud\n", count: 5),
        ]
        for request in 1...12 {
            files["refused-request-\(request)"] = "“numawatchd --check-config” names what is wrong"
            files["refused-request-\(request).status"] = "69\n"
        }
        return files
    }

    @Test(
        "A refused configuration may neither lock out nor start the daemon for ever, and the client is told the remedy")
    func refused() async throws {
        #expect(try await problems(InstalledRefusalCheck(), Self.refused) == [])
        for (name, text) in [
            ("refused-restart.status", "0\n"), ("refused-request-7.status", "0\n"), ("refused-request-7", "no idea"),
            ("refused-socket.status", "3\n"), ("refused-check.status", "0\n"), ("refused-mended.status", "69\n"),
            ("journal-refused", String(repeating: "Level=loud\n", count: 50)),
            ("journal-refused", "Level=loud\nLevel=loud\nnumawatchd.service: Start request repeated too quickly.\n"),
        ] {
            var files = Self.refused
            files[name] = text
            #expect(try await problems(InstalledRefusalCheck(), files).count == 1, "\(name)=\(text)")
        }
    }

    @Test("Whatever is left after uninstalling is told")
    func removal() async throws {
        var files = [
            "left-files": "", "left-units": "", "left-processes": "", "left-instances": "other\n",
            "left-probes": "p:other/x y\n",
        ]
        for (name, status) in [("uninstall-running", 1), ("uninstall-stop", 0), ("uninstall", 0)] {
            files[name] = ""
            files["\(name).status"] = "\(status)\n"
        }
        #expect(try await problems(InstalledRemovalCheck(), files) == [])
        for name in ["left-files", "left-units", "left-processes", "left-instances", "left-probes"] {
            var left = files
            left[name] = "numawatch\n"
            #expect(try await problems(InstalledRemovalCheck(), left) == ["\(name): numawatch"])
        }
    }

    private static var packaged: [String: String] {
        var files = [
            "package-pids": "10 20\n", "package-version": "numawatch\t1.0+newer\n",
            "package-conf": "[Log]\nLevel=debug\n",
            "package-port": "HTTP/1.0 200 OK\r\n\r\n# TYPE x\nnumawatch_build_info{version=\"1\"} 1\n",
            "package-removed-state": "inactive\n", "package-kept": "numawatchd.conf\nnumawatchd.conf.d\n",
            "package-left-files": "", "package-left-accounts": "", "package-left-units": "",
            "package-left-processes": "",
        ]
        for name in ["upgrade", "upgraded", "enabled", "remove", "purge"] {
            files["package-\(name)"] = ""
            files["package-\(name).status"] = "0\n"
        }
        return files
    }

    @Test("Of a package its upgrade and its end are judged, and whatever a purge leaves is told")
    func package() async throws {
        #expect(try await problems(InstalledPackageCheck(), Self.packaged) == [])
        for (name, text) in [
            ("package-upgrade.status", "1\n"), ("package-pids", "10 10\n"), ("package-conf", "# shipped\n"),
            ("package-version", "numawatch\t1.0\n"), ("package-port", "HTTP/1.0 503\r\n"),
            ("package-enabled.status", "1\n"), ("package-removed-state", "active\n"), ("package-kept", ""),
            ("package-left-files", "/etc/numawatch\n"), ("package-left-accounts", "numawatch:x:998:\n"),
            ("package-left-units", "numawatch.socket failed\n"), ("package-left-processes", "numawatchd\n"),
        ] {
            var files = Self.packaged
            files[name] = text
            #expect(try await !problems(InstalledPackageCheck(), files).isEmpty, "\(name)=\(text)")
        }
    }

    @Test("An event without an explanation, and a catalogue that lacks one, are told")
    func journal() async throws {
        let explained = "░░ Subject: It has started\n░░ Documentation: man:numawatch-events(7)\n"
        let files = [
            "catalogue": String(repeating: "id numawatch: x\n", count: 30) + "id systemd: y\n",
            "documented-events": String(repeating: "| `x` |\n", count: 30), "events": "started\nready\nx\n",
            "event-started": explained, "event-ready": explained, "event-x": explained,
        ]
        #expect(try await problems(InstalledJournalCheck(), files) == [])
        for (name, text) in [
            ("catalogue", "id numawatch: x\n"), ("events", "started\nx\n"), ("event-x", "It is so.\n"),
            ("documented-events", ""),
        ] {
            var wrong = files
            wrong[name] = text
            #expect(try await !problems(InstalledJournalCheck(), wrong).isEmpty, "\(name)=\(text)")
        }
    }

    private static var scraped: [String: String] {
        let page = "HTTP/1.0 200 OK\r\n\r\n# TYPE x\nnumawatch_build_info{version=\"1\"} 1\n"
        let nothing = #"{"status":"success","data":{"resultType":"vector","result":[]}}"#
        return [
            "port": "", "port.status": "0\n", "port-metrics": page, "port-other-path": "HTTP/1.0 404 Not Found\r\n",
            "scraped": #"{"metric":{"__name__":"up","instance":"127.0.0.1:9786","job":"numawatch"}}"#,
            "rules": String(repeating: #"{"name":"x","health":"ok"}"#, count: 30),
            "recorded": #"{"numa_node":"0"},{"numa_node":"1"}"#, "alert-before": nothing, "alert-after": nothing,
            "filled": "", "filled.status": "0\n",
            "alert":
                #"{"metric":{"alertname":"NumawatchNodeFull","alertstate":"firing","numa_node":"1"}}"#,
        ]
    }

    @Test("An alert has to fire for the node that was filled, while it is, and every rule has to be evaluated")
    func prometheus() async throws {
        #expect(try await problems(InstalledPrometheusCheck(), Self.scraped) == [])
        for (name, text) in [
            ("port.status", "1\n"), ("port-metrics", ""), ("port-other-path", "HTTP/1.0 200 OK\r\n"),
            ("scraped", #"{"result":[]}"#), ("rules", #""health":"ok""#),
            ("rules", String(repeating: #""health":"ok""#, count: 30) + #""health":"err""#),
            ("recorded", #""numa_node":"0""#), ("filled.status", "1\n"), ("alert", #""result":[]"#),
            ("alert-before", "\(Self.scraped["alert"] ?? "")"), ("alert-after", ""),
            ("alert", "\(Self.scraped["alert"] ?? "")" + #""numa_node":"0""#),
        ] {
            var files = Self.scraped
            files[name] = text
            #expect(try await !problems(InstalledPrometheusCheck(), files).isEmpty, "\(name)=\(text)")
        }
    }

    @Test("A step that did not run, or a file that is missing, is no success")
    func missing() async throws {
        var files = Self.killed
        files["killed-pids"] = nil
        await #expect(throws: LabFailure.self) { try await problems(InstalledKillCheck(), files) }
        #expect(throws: LabFailure.self) {
            try InstalledKillCheck().judge(GuestResult(directory: "/nonexistent"), LabTopology(name: "x"))
        }
    }
}
