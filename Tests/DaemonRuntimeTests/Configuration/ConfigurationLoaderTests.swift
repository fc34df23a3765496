import Testing

@testable import DaemonRuntime

/// Loads one file given as text.
func load(_ text: String, file: String = "a.conf") throws(ConfigurationError) -> DaemonConfiguration {
    try ConfigurationLoader.load([ConfigurationSource(file: file, bytes: Array(text.utf8))])
}

/// The problems of one file, printed.
func problems(_ text: String) -> [String] {
    do {
        _ = try load(text)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// Longer than any name can be: one is a path at most.
private let longName = String(repeating: "b", count: 4096)

@Suite("Configuration files")
struct ConfigurationLoaderTests {
    @Test("no file at all gives the defaults")
    func defaults() throws {
        #expect(try ConfigurationLoader.load([]) == DaemonConfiguration())
        #expect(try load("") == DaemonConfiguration())
    }

    @Test("values of every type are read into their fields")
    func values() throws {
        let configuration = try load(
            """
            # a comment
              ; another
            [Sampling]
            HostInterval = 1min 30s
            CPULimit=0.5%
            MaxThreadsPerRound=10

            [Server]
            SocketMode=0600
            OthersMayRead=yes
            Socket=/tmp/x y.sock
            [Placement]
            MinimumRSS=1.5G
            IncludeUnits=a.service b@*.service
            [Log]
            Level=Warning
            """)
        #expect(configuration.sampling.hostInterval == .seconds(90))
        #expect(configuration.sampling.cpuLimitPercent == 0.5)
        #expect(configuration.sampling.maximumThreadsPerRound == 10)
        #expect(configuration.server.socketMode == 0o600)
        #expect(configuration.server.othersMayRead)
        #expect(configuration.server.socketPath == "/tmp/x y.sock")
        #expect(configuration.placement.minimumRSSBytes == 3 << 29)
        #expect(configuration.placement.includedUnits == ["a.service", "b@*.service"])
        #expect(configuration.log.level == .warning)
        #expect(configuration.placement.samplePages == DaemonConfiguration().placement.samplePages)
    }

    @Test("the later of two assignments wins, in one file and over several")
    func laterWins() throws {
        #expect(try load("[Log]\nLevel=debug\nLevel=error").log.level == .error)
        let configuration = try ConfigurationLoader.load([
            ConfigurationSource(file: "a", bytes: Array("[Log]\nLevel=debug\n[Sampling]\nHostInterval=2s".utf8)),
            ConfigurationSource(file: "b", bytes: Array("[Log]\nLevel=error".utf8)),
        ])
        #expect(configuration.log.level == .error)
        #expect(configuration.sampling.hostInterval == .seconds(2))
    }

    @Test("an empty assignment puts a key back to its default and clears a list")
    func emptyResets() throws {
        let configuration = try load(
            "[Log]\nLevel=debug\nLevel=\n[Placement]\nExcludeUnits=a b\nExcludeUnits= \nExcludeUnits=c")
        #expect(configuration.log.level == .info)
        #expect(configuration.placement.excludedUnits == ["c"])
    }

    @Test("assignments to a list add to it, each name once")
    func listsGrow() throws {
        let configuration = try load("[Placement]\nIncludeUnits=a b\nIncludeUnits=b c")
        #expect(configuration.placement.includedUnits == ["a", "b", "c"])
    }

    @Test("a backslash continues a value over comments and blank space")
    func continuation() throws {
        let configuration = try load(
            "[Placement]\nIncludeUnits=a \\\n# between\n; and this\n   b\\\n\tc\nReadBuffer=1K\\")
        #expect(configuration.placement.includedUnits == ["a", "b", "c"])
        #expect(configuration.placement.readBufferBytes == 1024)
    }

    @Test("carriage returns and a byte order mark are tolerated")
    func windowsFile() throws {
        #expect(try load("\u{FEFF}[Log]\r\nLevel=error\r\n").log.level == .error)
    }

    @Test(
        "a problem is named with its place and remedy",
        arguments: [
            // Sections.
            ("[Sampling", "a.conf:1:1: a section is written [Name] on a line of its own; complete or remove this line"),
            ("[Samplign]\nHostInterval=5s", "a.conf:1:2: unknown section [Samplign]; did you mean [Sampling]?"),
            (
                "[Whatever]",
                "a.conf:1:2: unknown section [Whatever]; known sections: "
                    + "[Sampling] [Placement] [Domains] [Verdict] [Tracing] [History] [Server] [Metrics] [Log]"
            ),
            ("Level=info", "a.conf:1:1: Level= stands in front of the first section; put it below [Log]"),
            // Lines.
            (
                "[Log]\n  Level info",
                "a.conf:2:3: expected Key=value, found “Level info”; add the =, or start the line with # "
                    + "to make it a comment"
            ),
            ("[Log]\n =info", "a.conf:2:2: there is no key in front of the =; write Key=value"),
            ("[Log]\nLe\u{0}vel=info", "a.conf:2:3: control character U+0 is not allowed; remove it"),
            // Keys.
            ("[Log]\nLevle=info", "a.conf:2:1: unknown key Levle= in section [Log]; did you mean Level=?"),
            (
                "[Server]\nMaxHold=5ms",
                "a.conf:2:1: unknown key MaxHold= in section [Server]; MaxHold= belongs in [Placement]"
            ),
            ("[Log]\nColour=yes", "a.conf:2:1: unknown key Colour= in section [Log]; known keys: Level="),
            // Values.
            (
                "[Log]\nLevel = warn",
                "a.conf:2:9: Level=warn: expected one of debug, info, notice, warning, error"
            ),
            (
                "[Log]\nLevel=warnin",
                "a.conf:2:7: Level=warnin: expected one of debug, info, notice, warning, error; did you "
                    + "mean warning?"
            ),
            (
                "[Sampling]\nHostInterval=1s 5 parsecs",
                "a.conf:2:19: HostInterval=1s 5 parsecs: unknown unit “parsecs”; use one of ns, us, ms, "
                    + "s, min, h, d"
            ),
            ("[Sampling]\nHostInterval=1ms", "a.conf:2:14: HostInterval=1ms: out of range; allowed: 500ms to 1h"),
            (
                "[Sampling]\nHostInterval=-1s",
                "a.conf:2:14: HostInterval=-1s: expected a time span such as 10ms, 5s or 1min 30s"
            ),
            (
                "[Sampling]\nHostInterval=99999999999999999999",
                "a.conf:2:14: HostInterval=99999999999999999999: the number is too large to represent; "
                    + "use a smaller one"
            ),
            ("[Sampling]\nCPULimit=101%", "a.conf:2:10: CPULimit=101%: out of range; allowed: 0.01% to 100%"),
            ("[Sampling]\nCPULimit=1", "a.conf:2:11: CPULimit=1: expected a percentage such as 1% or 0.5%"),
            ("[Sampling]\nMaxThreadsPerRound=1.5", "a.conf:2:20: MaxThreadsPerRound=1.5: expected a whole number"),
            ("[Placement]\nReadBuffer=1X", "a.conf:2:13: ReadBuffer=1X: unknown unit “X”; use one of B, K, M, G, T"),
            (
                "[Placement]\nIncludeUnits=a \\\n  \(longName)",
                "a.conf:3:3: IncludeUnits=a \(longName): expected unit names or patterns such as postgresql@*.service"
            ),
            ("[Server]\nOthersMayRead=maybe", "a.conf:2:15: OthersMayRead=maybe: expected yes or no"),
            (
                "[Server]\nSocketMode=0060",
                "a.conf:2:12: SocketMode=0060: out of range; allowed: 0600 to 0666, with the bits of 0600 set"
            ),
            ("[Server]\nSocketMode=8", "a.conf:2:12: SocketMode=8: expected an octal file mode such as 0660"),
            (
                "[Server]\nSocket=run/x",
                "a.conf:2:8: Socket=run/x: expected an absolute path such as /run/numawatch/numawatch.sock"
            ),
            (
                "[Server]\nSocketGroup=a b",
                "a.conf:2:14: SocketGroup=a b: expected a group name: letters, digits, - and _, such as "
                    + "numawatch"
            ),
        ])
    func located(_ text: String, _ expected: String) {
        #expect(problems(text) == [expected])
    }

    @Test("all problems of all files are reported, each file from top to bottom")
    func allProblems() {
        let first = "[Log]\nLevel=loud\nnonsense\n[Server]\nMaxConnections=0"
        let second = "[Sampling]\nX=1"
        var places: [String] = []
        do {
            _ = try ConfigurationLoader.load([
                ConfigurationSource(file: "a", bytes: Array(first.utf8)),
                ConfigurationSource(file: "b", bytes: Array(second.utf8)),
            ])
        } catch {
            places = error.problems.map { "\($0.file):\($0.position?.line ?? 0)" }
            #expect(error.description.split(separator: "\n").count == 4)
        }
        #expect(places == ["a:2", "a:3", "a:5", "b:2"])
    }

    @Test("an unknown section is one problem, not one per key")
    func unknownSectionOnce() {
        #expect(problems("[Nothing]\nA=1\nB=2\n[Log]\nLevel=info").count == 1)
        #expect(problems("[Nothing\nA=1\nB=2\n[Log]\nLevel=info").count == 1)
    }

    @Test("bytes that are not UTF-8 are refused at their place")
    func invalidUTF8() {
        do {
            _ = try ConfigurationLoader.load([ConfigurationSource(file: "a", bytes: Array("[Log]\nLé".utf8) + [0xFF])])
            Issue.record("accepted")
        } catch {
            #expect(
                error.problems == [
                    ConfigurationProblem(
                        file: "a", position: ConfigurationPosition(line: 2, column: 3), kind: .notUTF8)
                ])
        }
    }

    @Test("a file that is too large is refused as a whole")
    func tooLarge() {
        let bytes = [UInt8](repeating: 0x0A, count: ConfigurationLoader.maximumFileBytes + 1)
        #expect(throws: ConfigurationError.self) {
            try ConfigurationLoader.load([ConfigurationSource(file: "a", bytes: bytes)])
        }
    }

    @Test("values that contradict one another are refused, wherever they were set")
    func contradiction() throws {
        let found = problems("[Sampling]\nPlacementInterval=5s\nLedgerInterval=6s")
        #expect(found.count == 1)
        #expect(found.first?.contains("raise PlacementInterval=") == true)
    }

    @Test("a contradiction is told with file, line and column of the assignment that brought it about")
    func contradictionPlace() throws {
        func first(_ texts: [String]) -> String? {
            do throws(ConfigurationError) {
                _ = try ConfigurationLoader.load(
                    texts.enumerated().map { ConfigurationSource(file: "f\($0)", bytes: Array($1.utf8)) })
                return nil
            } catch {
                return error.problems.first.map { String("\($0)".prefix { $0 != " " }) }
            }
        }
        #expect(first(["[Sampling]\nPlacementInterval=5s\nLedgerInterval=6s\nHostInterval=1s"]) == "f0:3:16:")
        #expect(first(["[Sampling]\nLedgerInterval=6s\nPlacementInterval = 5s"]) == "f0:3:21:")
        // Across files: the later one, though the other was right before.
        #expect(first(["[Sampling]\nPlacementInterval=5s", "# drop-in\n[Sampling]\nLedgerInterval=6s"]) == "f1:3:16:")
        #expect(
            first(["[Sampling]\nLedgerInterval=6s", "[Log]\nLevel=debug\n[Sampling]\nPlacementInterval=5s"])
                == "f1:4:19:")
    }

    @Test("every truncation of a file gives a value or problems")
    func truncations() {
        let bytes = Array(ConfigurationTable.file(of: DaemonConfiguration(), onlyChanged: false).utf8)
        for length in 0...bytes.count {
            do throws(ConfigurationError) {
                _ = try ConfigurationLoader.load([ConfigurationSource(file: "a", bytes: Array(bytes[..<length]))])
            } catch {
                #expect(!error.problems.isEmpty)
            }
        }
    }

    @Test("random bytes give a value or problems", arguments: 0..<200)
    func randomBytes(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        // Pieces of the syntax, so that more than the first line is reached, and plain bytes.
        let pieces = ["[", "]", "Log", "[Sampling]\n", "HostInterval=", "1.5", "min", " ", "\\\n", "\n", "#", "=", "%"]
        var bytes: [UInt8] = []
        for _ in 0..<120 {
            if next(3) == 0 {
                bytes.append(UInt8(next(256)))
            } else {
                bytes += Array(pieces[Int(next(UInt64(pieces.count)))].utf8)
            }
        }
        do throws(ConfigurationError) {
            _ = try ConfigurationLoader.load([ConfigurationSource(file: "a", bytes: bytes)])
        } catch {
            #expect(!error.problems.isEmpty)
            for problem in error.problems { #expect(problem.description.hasPrefix("a")) }
        }
    }
}
