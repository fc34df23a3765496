package import Exposition
import Snapshots
import Synchronization

/// What the server has done so far, and the metrics that say so. Made before the server: its metrics are part of what the
/// server serves.
package final class ServerStatistics: Sendable {
    enum Incident: String, CaseIterable {
        case refused, evicted, denied, malformed, revoked, starved
        case requestTimeout = "request-timeout"
        case writeTimeout = "write-timeout"
    }

    private struct State {
        /// By server.
        var connections: [ObjectIdentifier: Int] = [:]
        var requests: [Int: UInt64] = [:]
        var incidents: [Incident: UInt64] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    func count(_ incident: Incident) {
        state.withLock { $0.incidents[incident, default: 0] += 1 }
    }

    func countAnswer(status: Int) {
        state.withLock { $0.requests[status / 100, default: 0] += 1 }
    }

    func set(connections: Int, of server: Connections) {
        state.withLock { $0.connections[ObjectIdentifier(server)] = connections }
    }

    func incidentCount(_ incident: Incident) -> UInt64 {
        state.withLock { $0.incidents[incident] ?? 0 }
    }

    /// Answers begun so far.
    var answerCount: UInt64 {
        state.withLock { $0.requests.values.reduce(0, +) }
    }

    /// For the catalogue of metrics.
    package var metricFamilies: [MetricFamily] {
        [
            MetricFamily(
                "numawatch_socket_connections", .gauge, "Connections to the socket and to the port for metrics.",
                provenance: .reconstructed,
                from: .host { [self] _, samples in samples.put(state.withLock { $0.connections.values.reduce(0, +) }) }),
            MetricFamily(
                "numawatch_socket_answers_total", .counter, "Answers sent, by class of status.",
                provenance: .reconstructed, labels: ["class"],
                from: .host { [self] _, samples in
                    let requests = state.withLock(\.requests)
                    for (hundreds, count) in requests.sorted(by: { $0.key < $1.key }) {
                        samples.put(count, .text("\(hundreds)xx"))
                    }
                }),
            MetricFamily(
                "numawatch_socket_incidents_total", .counter,
                "Connections refused for want of room, evicted for newcomers, denied by the access rules, malformed, "
                    + "closed because the access rules had changed (revoked) or because a request or the reading of an "
                    + "answer took too long; and pauses in accepting for want of descriptors or memory (starved).",
                provenance: .reconstructed, labels: ["kind"],
                from: .host { [self] _, samples in
                    let incidents = state.withLock(\.incidents)
                    for incident in Incident.allCases {
                        samples.put(incidents[incident] ?? 0, .text(incident.rawValue))
                    }
                }),
        ]
    }
}
