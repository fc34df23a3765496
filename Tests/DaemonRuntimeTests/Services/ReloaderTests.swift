import LinuxSystem
import Snapshots
import Synchronization
import Testing

@testable import DaemonRuntime

@Suite("Reloading the configuration")
struct ReloaderTests {
    private let probe = ReporterProbe()
    private let sent = SentStates()

    /// A configuration file that a test changes.
    private final class File: Sendable {
        let text = Mutex("")
        func write(_ new: String) { text.withLock { $0 = new } }
    }

    private final class Applied: Sendable {
        let configurations = Mutex<[DaemonConfiguration]>([])
        var all: [DaemonConfiguration] { configurations.withLock { $0 } }
    }

    private func reloader(_ file: File, _ applied: Applied) -> Reloader {
        let link = ManagerLink(logger: probe.reporter.logger) { [sent] in sent.append($0) }
        link.tell { $0.listening() }
        link.tell { $0.published(snapshot()) }
        return Reloader(
            running: DaemonConfiguration(), manager: link, reporter: probe.reporter, time: probe.time,
            load: { () throws(ConfigurationError) in
                try load(file.text.withLock { $0 })
            },
            apply: { configuration in applied.configurations.withLock { $0.append(configuration) } })
    }

    @Test("a changed configuration is put in force, and what changed is told")
    func takes() async {
        let file = File()
        let applied = Applied()
        let reloader = reloader(file, applied)
        file.write("[Sampling]\nHostInterval=7s\n[Log]\nLevel=debug")
        await reloader.reload()
        #expect(applied.all.map(\.sampling.hostInterval) == [.seconds(7)])
        #expect(reloader.current.log.level == .debug)
        #expect(probe.kinds == [.configurationReloaded])
        #expect(probe.sink.records[0].message.hasSuffix("HostInterval=7s (was 5s), Level=debug (was info)"))
        let told = sent.states.suffix(3)
        #expect(told.first == .reloading(monotonicNanoseconds: probe.time.monotonicNanoseconds))
        #expect(told.dropFirst().first == .ready)
    }

    @Test("a refused configuration changes nothing; every problem is an event, and the status names the first")
    func refuses() async {
        let file = File()
        let applied = Applied()
        let reloader = reloader(file, applied)
        file.write("[Log]\nLevel=debug\n[Sampling]\nHostInterval=never\nX=1")
        await reloader.reload()
        #expect(applied.all == [])
        #expect(reloader.current == DaemonConfiguration())
        #expect(probe.kinds == [.configurationRefused, .configurationRefused])
        let fields = Dictionary(
            uniqueKeysWithValues: probe.sink.records[0].fields.map { ($0.name, $0.value) })
        #expect(fields == ["config_file": "a.conf", "config_line": "4", "config_column": "14"])
        guard case .status(let text) = sent.states.last else {
            Issue.record("no status was sent")
            return
        }
        #expect(text.hasPrefix("Reload refused, the running configuration stays: a.conf:4:14: "))
        #expect(text.contains("(and 1 more)"))
        #expect(sent.states.dropLast().last == .ready)
        #expect(probe.log.events().map(\.kind) == ["configuration-refused", "configuration-refused"])
    }

    @Test("keys that count only at start keep their running values, which is told")
    func restartOnly() async {
        let file = File()
        let applied = Applied()
        let reloader = reloader(file, applied)
        file.write("[Server]\nSocketMode=0600\nOthersMayRead=yes")
        await reloader.reload()
        #expect(applied.all.map(\.server.socketMode) == [0o660])
        #expect(applied.all.map(\.server.othersMayRead) == [true])
        #expect(probe.kinds == [.restartNeeded, .configurationReloaded])
        // The next reload finds the same difference again: the running values are what counts.
        await reloader.reload()
        #expect(probe.kinds.filter { $0 == .restartNeeded }.count == 2)
    }

    @Test("a reload without changes is told as such")
    func unchanged() async {
        let applied = Applied()
        await reloader(File(), applied).reload()
        #expect(probe.sink.records.map(\.message) == ["Configuration read again; nothing changed"])
    }
}
