import Server
import ServiceLifecycle

/// The port for metrics. Where it cannot be had, that is told, and the daemon goes on without: who asks by the socket is
/// answered all the same.
struct MetricsPort: Service {
    let server: SocketServer
    let reporter: EventReporter

    func run() async throws {
        do {
            try await server.run()
        } catch {
            reporter.report(.portUnavailable, "No port for metrics: \(error)", error: error)
            // Throws when cancelled, which is as good a reason to stop.
            try? await gracefulShutdown()
        }
    }
}
