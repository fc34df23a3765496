import Exposition
import LinuxSystem
import Logging
import ServiceLifecycle
import Snapshots

/// Follows the rounds: tells the manager how things stand, and tells of what changed from one round to the next.
struct RoundFollower: Service {
    let store: SnapshotStore
    let manager: ManagerLink
    let reporter: EventReporter
    let patterns: UnusedPatterns
    /// Called with the first snapshot with which the daemon is ready.
    var whenReady: @Sendable (HostSnapshot) -> Void = { _ in }

    func run() async throws {
        var previous: HostSnapshot?
        // Taken before the current one is looked at, so that none falls between.
        let updates = store.updates()
        if let current = store.current { follow(current, previous: &previous) }
        for await snapshot in updates.cancelOnGracefulShutdown() {
            guard snapshot.sequence != previous?.sequence else { continue }
            follow(snapshot, previous: &previous)
        }
    }

    private func follow(_ snapshot: HostSnapshot, previous: inout HostSnapshot?) {
        for change in SnapshotChange.all(from: previous, to: snapshot) { reporter.report(change) }
        for change in patterns.changes(in: snapshot) { reporter.report(change) }
        previous = snapshot
        if manager.tell({ $0.published(snapshot) }) { whenReady(snapshot) }
    }
}
