import ArgumentParser
import FixtureSupport
import LinuxSystem
import Sampling
import Testing

@testable import Commands
@testable import DaemonRuntime

/// What an administrator or a client writes is taken, or refused with a reason: no number in it ends the program.
@Suite struct ConfigurationTests {
    private static let units = ["", "d", "min", "ns", "K", "T", "%", ".9", ".999999999d"]

    @Test func `no value of a key traps where it is read, written or used`() {
        var accepted = 0
        var used: Set<String> = []
        for key in ConfigurationTable.keys {
            for value in Extremes.numbers.flatMap({ number in Self.units.map { number + $0 } }) + Extremes.texts {
                let text = "[\(key.section)]\n\(key.name)=\(value)\n"
                let source = ConfigurationSource(file: "a.conf", bytes: Array(text.utf8))
                guard let configuration = try? ConfigurationLoader.load([source]) else { continue }
                accepted += 1
                guard used.insert(ConfigurationTable.file(of: configuration, onlyChanged: true)).inserted else {
                    continue
                }
                _ = ConfigurationTable.file(of: configuration, onlyChanged: false)
                _ = (configuration.serverLimits, configuration.tracingSettings.tracer)
                var engine = SamplingEngine(
                    root: ExtremeHost.root, settings: configuration.samplingSettings,
                    time: ManualTime(monotonicNanoseconds: .max / 2), seed: 1)
                _ = engine.round()
                engine.apply(configuration.samplingSettings)
                _ = engine.nextDueAtNanoseconds
            }
        }
        #expect(accepted > ConfigurationTable.keys.count)
    }

    @Test func `no query of a client traps`() throws {
        try Exercise.queries()
    }

    @Test func `no argument of a command traps`() {
        let texts = Extremes.numbers + Extremes.texts + ["0x7fffffffffffffffff", "1e400", "nan", "-inf", "0-1023"]
        let commands = [
            ["ps", "--limit"], ["ps", "--sort"], ["ps", "--filter"], ["show"], ["explain"], ["explain", "--page", "1"],
            ["watch", "--interval"], ["watch", "--count"], ["domains", "--cpu"], ["domains", "--interval"],
            ["record", "-o", "x", "--duration"], ["record", "-o", "x", "--buffer"], ["record", "-o", "x", "--ledgers"],
            ["status", "--socket"], ["replay"], ["numastat", "-p"],
        ]
        for text in texts {
            for words in commands { _ = try? NumawatchCommand.parseAsRoot(words + [text]) }
            _ = try? NumastatArguments(parsing: ["-s" + text])
            _ = try? DaemonArguments(["--socket", text, "--root", text])
        }
    }
}
