import Exposition
import LinuxSystem
import Logging
import NUMATopology
import ServiceLifecycle
import Snapshots

/// Answers the manager's watchdog for as long as rounds keep coming.
///
/// Whether they do is decided by the same rule as `/healthz`. A sampler that hangs in the kernel cannot be unhung from
/// inside: not answering makes systemd abort the daemon and start it anew.
struct WatchdogService: Service {
    let store: SnapshotStore
    let manager: ManagerLink
    let reporter: EventReporter
    let time: any TimeSource
    /// How often the manager wants an answer, nanoseconds; nil when it does not watch: then a stall is only reported.
    let periodNanoseconds: UInt64?
    var health = HealthPolicy()

    /// How often a stall is looked for where nobody asks.
    static let unwatchedPeriodNanoseconds: UInt64 = 60_000_000_000

    func run() async throws {
        // A third: one answer may be late without the manager acting.
        let step = max((periodNanoseconds ?? Self.unwatchedPeriodNanoseconds) / 3, 1_000_000)
        await cancelWhenGracefulShutdown {
            var isStalled = false
            var deadline = time.monotonicNanoseconds
            while !Task.isCancelled {
                check(isStalled: &isStalled)
                deadline = max(deadline, time.monotonicNanoseconds).addingSaturated(step)
                do {
                    try await time.sleep(untilMonotonicNanoseconds: deadline)
                } catch {
                    return
                }
            }
        }
    }

    /// Answers, or tells once that rounds have ceased.
    func check(isStalled: inout Bool) {
        let isHealthy =
            store.current == nil
            // Before the first round the manager's start timeout watches.
            || health.reply(store.current, nowNanoseconds: time.monotonicNanoseconds).status == 200
        if isHealthy {
            if periodNanoseconds != nil { manager.answerWatchdog() }
        } else if !isStalled {
            reporter.report(
                .samplerStalled,
                periodNanoseconds == nil
                    ? "No round has ended for too long; the figures served are old"
                    : "No round has ended for too long; the watchdog is left unanswered, so that systemd restarts us")
        }
        isStalled = !isHealthy
    }
}
