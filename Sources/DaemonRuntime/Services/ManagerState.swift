import LinuxSystem
import NUMATopology
import Snapshots

/// What the service manager has to be told, as a state machine: each method takes what happened and returns what to
/// send. Sending happens elsewhere.
///
/// Ready means that the socket answers *and* that there is something to answer with: a monitor started behind us finds
/// figures, not a 503.
struct ManagerState: Sendable {
    private var isListening = false
    private var hasSnapshot = false
    private var isReloading = false
    private var isStopping = false
    /// Whether readiness has been announced.
    private(set) var isReady = false
    /// The figures of the last round, in words.
    private var summary = "Starting: waiting for the first round"
    /// Something the administrator should see until it is mended: a refused reload.
    private var complaint: String?

    /// The socket answers.
    mutating func listening() -> [ServiceState] {
        isListening = true
        return announceIfReady()
    }

    /// A round has ended.
    mutating func published(_ snapshot: HostSnapshot) -> [ServiceState] {
        hasSnapshot = true
        summary = Self.summary(of: snapshot)
        return announceIfReady() + status
    }

    /// A reload begins.
    mutating func reloadBegan(monotonicNanoseconds: UInt64) -> [ServiceState] {
        guard !isStopping else { return [] }
        isReloading = true
        return [.reloading(monotonicNanoseconds: monotonicNanoseconds)]
    }

    /// A reload has ended.
    ///
    /// - Parameter complaint: Why the new configuration was refused; nil when it is in force.
    mutating func reloadEnded(complaint: String?) -> [ServiceState] {
        guard isReloading, !isStopping else { return [] }
        isReloading = false
        self.complaint = complaint
        return (isReady ? [.ready] : []) + status
    }

    /// Stopping begins; nothing else is said after this.
    mutating func stopping() -> [ServiceState] {
        guard !isStopping else { return [] }
        isStopping = true
        return [.stopping, .status("Stopping")]
    }

    private mutating func announceIfReady() -> [ServiceState] {
        guard isListening, hasSnapshot, !isReady, !isStopping else { return [] }
        isReady = true
        // While it reloads, the end of the reload says so.
        return isReloading ? [] : [.ready]
    }

    private var status: [ServiceState] {
        guard !isStopping else { return [] }
        return [.status(complaint.map { "\($0). \(summary)" } ?? summary)]
    }

    /// One line for `systemctl status`: `2 nodes, 143 processes, 803 threads; balancing on; 0.31 % of one CPU`.
    static func summary(of snapshot: HostSnapshot) -> String {
        func counted(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
        var parts = [counted(snapshot.machine.nodes.count, "node", "nodes")]
        if let processes = snapshot.host.processCount { parts.append(counted(processes, "process", "processes")) }
        if let threads = snapshot.host.threadCount { parts.append(counted(threads, "thread", "threads")) }
        var text = parts.joined(separator: ", ")
        switch snapshot.host.balancingMode {
        case nil: text += "; balancing unknown"
        case 0: text += "; balancing off"
        case let mode?: text += mode & 1 != 0 ? "; balancing on" : "; balancing by memory tier only"
        }
        let hundredths = max(0, min(snapshot.cost.cpuShare * 10_000, 1e9)).rounded()
        let percent = Int(hundredths)
        let decimals = percent % 100 < 10 ? "0\(percent % 100)" : "\(percent % 100)"
        return text + "; \(percent / 100).\(decimals) % of one CPU"
    }
}
