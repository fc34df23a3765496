import ServiceLifecycle
import UnixSignals

/// Reloads on SIGHUP.
struct ReloadService: Service {
    let reloader: Reloader
    /// The signals as they arrive; trapped before the daemon says that it is ready, so that none is deadly.
    let signals: UnixSignalsSequence

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() { await reloader.reload() }
    }
}
