import LinuxSystem
import Snapshots
import Synchronization
import Testing

@testable import DaemonRuntime

@Suite("What the service manager is told")
struct ManagerStateTests {
    private var status: ServiceState { .status("2 nodes; balancing on; 0.00 % of one CPU") }

    @Test("ready is said once, when the socket answers and there is a snapshot, in whatever order")
    func ready() {
        var state = ManagerState()
        #expect(state.listening() == [])
        #expect(!state.isReady)
        #expect(state.published(snapshot()) == [.ready, status])
        #expect(state.isReady)
        #expect(state.published(snapshot(2)) == [status])

        state = ManagerState()
        #expect(state.published(snapshot()) == [status])
        #expect(state.listening() == [.ready])
    }

    @Test("a reload is framed by reloading and ready")
    func reload() {
        var state = ManagerState()
        _ = state.listening()
        _ = state.published(snapshot())
        #expect(state.reloadBegan(monotonicNanoseconds: 7) == [.reloading(monotonicNanoseconds: 7)])
        #expect(state.reloadEnded(complaint: nil) == [.ready, status])
        #expect(state.reloadEnded(complaint: nil) == [])
    }

    @Test("a refused reload stays in the status until one succeeds")
    func refusedReload() {
        var state = ManagerState()
        _ = state.listening()
        _ = state.published(snapshot())
        _ = state.reloadBegan(monotonicNanoseconds: 7)
        let complaint = ServiceState.status("Refused. 2 nodes; balancing on; 0.00 % of one CPU")
        #expect(state.reloadEnded(complaint: "Refused") == [.ready, complaint])
        #expect(state.published(snapshot(2)) == [complaint])
        _ = state.reloadBegan(monotonicNanoseconds: 8)
        #expect(state.reloadEnded(complaint: nil) == [.ready, status])
    }

    @Test("becoming ready during a reload is said when the reload ends")
    func readyDuringReload() {
        var state = ManagerState()
        _ = state.listening()
        _ = state.reloadBegan(monotonicNanoseconds: 1)
        #expect(state.published(snapshot()) == [status])
        #expect(state.reloadEnded(complaint: nil) == [.ready, status])
    }

    @Test("a reload that ends before the daemon is ready does not make it ready")
    func reloadBeforeReady() {
        var state = ManagerState()
        _ = state.reloadBegan(monotonicNanoseconds: 1)
        #expect(state.reloadEnded(complaint: nil) == [.status("Starting: waiting for the first round")])
        #expect(!state.isReady)
    }

    @Test("nothing is said once stopping was said")
    func stopping() {
        var state = ManagerState()
        _ = state.listening()
        #expect(state.stopping() == [.stopping, .status("Stopping")])
        #expect(state.stopping() == [])
        #expect(state.published(snapshot()) == [])
        #expect(state.reloadBegan(monotonicNanoseconds: 1) == [])
        #expect(state.reloadEnded(complaint: "x") == [])
    }

    @Test(
        "the status says how balancing stands",
        arguments: [(nil, "unknown"), (0, "off"), (1, "on"), (2, "by memory tier only"), (3, "on")] as [(Int?, String)])
    func balancing(_ mode: Int?, _ word: String) {
        var snapshot = snapshot(nodes: 1)
        snapshot.host.balancingMode = mode
        snapshot.host.processCount = 1
        snapshot.host.threadCount = 12
        snapshot.cost.cpuShare = 0.003149
        #expect(
            ManagerState.summary(of: snapshot)
                == "1 node, 1 process, 12 threads; balancing \(word); 0.31 % of one CPU")
    }

    @Test("a manager that cannot be told is mentioned once, and the daemon goes on")
    func deliveryFails() {
        let probe = ReporterProbe()
        let link = ManagerLink(logger: probe.reporter.logger) { _ in throw DaemonExit.failure }
        #expect(link.tell { $0.listening() } == false)
        #expect(link.tell { $0.published(snapshot()) } == true)
        link.answerWatchdog()
        #expect(probe.sink.records.count == 1)
        #expect(link.isReady)
    }
}

@Suite("The watchdog")
struct WatchdogServiceTests {
    private let probe = ReporterProbe()
    private let store = SnapshotStore()
    private let sent = SentStates()

    private func watchdog(period: UInt64?) -> WatchdogService {
        let link = ManagerLink(logger: probe.reporter.logger) { [sent] in sent.append($0) }
        return WatchdogService(
            store: store, manager: link, reporter: probe.reporter, time: probe.time, periodNanoseconds: period)
    }

    @Test("it is answered while rounds keep coming, and left unanswered when they cease, which is told once")
    func stall() {
        let watchdog = watchdog(period: 30_000_000_000)
        var isStalled = false
        watchdog.check(isStalled: &isStalled)
        #expect(sent.states == [.watchdog], "before the first round")

        store.publish(snapshot(atNanoseconds: probe.time.monotonicNanoseconds))
        probe.time.advance(byNanoseconds: 6_000_000_000)
        watchdog.check(isStalled: &isStalled)
        #expect(sent.states == [.watchdog, .watchdog])

        probe.time.advance(byNanoseconds: 3_600_000_000_000)
        watchdog.check(isStalled: &isStalled)
        watchdog.check(isStalled: &isStalled)
        #expect(sent.states == [.watchdog, .watchdog])
        #expect(probe.kinds == [.samplerStalled])

        store.publish(snapshot(2, atNanoseconds: probe.time.monotonicNanoseconds))
        watchdog.check(isStalled: &isStalled)
        #expect(sent.states.count == 3)
        #expect(!isStalled)
    }

    @Test("where nobody watches nothing is sent, but a stall is told")
    func unwatched() {
        let watchdog = watchdog(period: nil)
        var isStalled = false
        store.publish(snapshot(atNanoseconds: 0))
        watchdog.check(isStalled: &isStalled)
        probe.time.advance(byNanoseconds: 3_600_000_000_000)
        watchdog.check(isStalled: &isStalled)
        #expect(sent.states == [])
        #expect(probe.kinds == [.samplerStalled])
    }
}

/// Keeps what the manager was told.
final class SentStates: Sendable {
    private let stored = Mutex<[ServiceState]>([])

    var states: [ServiceState] { stored.withLock { $0 } }

    func append(_ states: [ServiceState]) { stored.withLock { $0 += states } }
}
