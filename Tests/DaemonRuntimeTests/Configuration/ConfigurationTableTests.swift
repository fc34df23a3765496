import Testing

@testable import DaemonRuntime

@Suite("The table of configuration keys")
struct ConfigurationTableTests {
    @Test("every key is described in whole sentences and appears once")
    func described() {
        for key in ConfigurationTable.keys {
            #expect(key.summary.hasSuffix("."), "\(key.name)")
            #expect(key.summary.count > 30, "\(key.name)")
            #expect(!key.range.isEmpty, "\(key.name)")
        }
        #expect(Set(ConfigurationTable.keys.map { "\($0.section).\($0.name)" }).count == ConfigurationTable.keys.count)
    }

    @Test("a configuration written to a file and read again is the same")
    func roundTrip() throws {
        var configuration = DaemonConfiguration()
        configuration.sampling.hostInterval = .milliseconds(90_500)
        configuration.sampling.cpuLimitPercent = 0.25
        configuration.placement.minimumRSSBytes = 1_000_000
        configuration.placement.excludedUnits = ["a.service", "b?.service"]
        configuration.server.socketMode = 0o666
        configuration.log.level = .debug
        for onlyChanged in [true, false] {
            let text = ConfigurationTable.file(of: configuration, onlyChanged: onlyChanged)
            #expect(try load(text) == configuration)
        }
        #expect(ConfigurationTable.file(of: DaemonConfiguration(), onlyChanged: true) == "")
    }

    @Test("each key reads and writes a field of its own")
    func distinctFields() throws {
        // A value other than the default for every key, in the syntax of the file.
        let values = [
            "HostInterval": "7s", "LedgerInterval": "8s", "FollowInterval": "300ms", "PlacementInterval": "3min",
            "CPULimit": "2%",
            "MaxThreadsPerRound": "77", "MaxHold": "11ms", "ReadBuffer": "1K", "SamplePages": "128",
            "MinimumRSS": "5M", "IncludeUnits": "a", "ExcludeUnits": "b", "Socket": "/tmp/s", "SocketGroup": "wheel",
            "SocketMode": "0600", "MaxConnections": "9", "RequestTimeout": "3s", "MaxSeries": "500",
            "OthersMayRead": "yes", "Interval": "7min", "Level": "error", "Enabled": "yes", "Processes": "7 8",
            "Units": "c", "BufferSize": "1M", "WakeUpPercent": "20", "MaxEventRate": "5000", "MaxLag": "7s",
            "MaxWaitingEvents": "2048", "ListenLoopback": "[::1]:9786", "Window": "20min",
            "History.Enabled": "no", "Directory": "/srv/history", "RoundAge": "2h", "MinuteAge": "7d", "Size": "8M",
            "MaxGroups": "40",
        ]
        for key in ConfigurationTable.keys {
            let value = try #require(
                values["\(key.section).\(key.name)"] ?? values[key.name], "no test value for \(key.name)=")
            let changed = try load("[\(key.section)]\n\(key.name)=\(value)")
            #expect(DaemonConfiguration().changedKeys(to: changed).map(\.name) == [key.name])
            #expect(key.render(changed) == value)
        }
    }

    @Test("the shipped file, uncommented, sets every key to its default")
    func shippedFileIsTheDefaults() throws {
        let text = ConfigurationTable.shippedFile
        #expect(try load(text) == DaemonConfiguration())
        // The keys are the comments without a space behind the #.
        let lines = text.split(separator: "\n").map { line in
            line.hasPrefix("#") && !line.hasPrefix("# ") && line != "#" ? String(line.dropFirst()) : String(line)
        }
        #expect(try load(lines.joined(separator: "\n")) == DaemonConfiguration())
        #expect(lines.count { $0.contains("=") && !$0.hasPrefix("#") } == ConfigurationTable.keys.count)
    }

    @Test(
        "a mistyped name finds its neighbour, a strange one finds none",
        arguments: [
            ("hostinterval", "HostInterval"), ("HostIntervall", "HostInterval"), ("CPU_Limit", "CPULimit"),
            ("Zebra", nil), ("", nil),
        ] as [(String, String?)])
    func nearest(_ name: String, _ expected: String?) {
        #expect(NearestName.of(name, among: ["HostInterval", "LedgerInterval", "CPULimit"]) == expected)
    }
}
