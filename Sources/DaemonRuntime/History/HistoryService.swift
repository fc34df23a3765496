import HistoryFiles
import LinuxSystem
import ServiceLifecycle
import Snapshots

/// Feeds the history with rounds and events until the daemon ends, and closes it then.
struct HistoryService: Service {
    let store: SnapshotStore
    let events: EventLog
    let keeper: HistoryKeeper

    func run() async throws {
        // Taken before the current one is looked at, so that none falls between.
        let updates = store.updates()
        let stream = events.stream()
        let pump = Task { [keeper] in
            for await event in stream { keeper.add(event) }
        }
        var last: UInt64 = 0
        if let current = store.current {
            last = current.sequence
            keeper.add(current)
        }
        for await snapshot in updates.cancelOnGracefulShutdown() where snapshot.sequence != last {
            last = snapshot.sequence
            keeper.add(snapshot)
        }
        pump.cancel()
        await keeper.finish()
    }
}

extension HistoryLife {
    /// That of this process on this host.
    static func current(_ root: DirectoryRoot) -> HistoryLife {
        let bootID = try? root.readBytes("/proc/sys/kernel/random/boot_id", limitBytes: 128)
        let hostName = try? root.readBytes("/proc/sys/kernel/hostname", limitBytes: 1024)
        func text(_ bytes: [UInt8]?) -> String? {
            bytes.map { String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) }
        }
        return HistoryLife(
            bootID: text(bootID), version: DaemonVersion.current, hostName: text(hostName))
    }
}
