import Exposition
import LinuxSystem
import NUMATopology
import Sampling
import Snapshots
import Synchronization
import TextOutput

/// The daemon's documents made in this process: from this host, or from a captured root.
///
/// Each request is answered from one snapshot. ``advance()`` takes the next one; rates and changes need two.
final class LocalSource: DocumentSource {
    private let store = SnapshotStore()
    private let registry: EndpointRegistry
    private let time = SystemTime()
    // The engine is a value that is not copied; the box is what a lock can hold.
    private let engine: Mutex<EngineBox>

    private struct EngineBox: ~Copyable {
        var engine: SamplingEngine

        init(_ root: any HostRoot) {
            engine = SamplingEngine(
                root: root, settings: SamplingSettings(), seed: UInt64.random(in: .min ... .max),
                threads: HostRoots.expendableThreads)
            engine.name(NamesReader(root).names)
        }
    }

    init(root: any HostRoot) {
        let renderer = MetricsRenderer(catalogue: .standard(version: NumawatchCommand.version))
        registry = EndpointRegistry(
            StandardEndpoints(
                store: store, events: EventLog(), metrics: MetricsPage(renderer: renderer),
                version: NumawatchCommand.version
            ).all, version: NumawatchCommand.version)
        engine = Mutex(EngineBox(root))
    }

    func advance() {
        let snapshot = engine.withLock { $0.engine.collectOnce() }
        let stuck = snapshot.processes.filter { $0.placementGap == .stuck }
        let known = Set((store.current?.processes ?? []).lazy.filter { $0.placementGap == .stuck }.map(\.identity))
        for process in stuck where !known.contains(process.identity) {
            let name = "process \(process.identity.pid) (\(process.command.terminalSafe))"
            CommandOutput.complain("\(name) keeps its memory locked: where its memory is cannot be read")
        }
        if snapshot.cost.abandonedThreads >= snapshot.cost.abandonedThreadLimit {
            CommandOutput.complain("too many processes keep their memory locked: others may not have been tried")
        }
        store.publish(snapshot)
    }

    /// - Throws: ``CommandFailure`` where the root shows nothing of a host: every table of it would be an empty one.
    private func requireHost() throws(CommandFailure) {
        guard let snapshot = store.current, snapshot.machine.nodes.isEmpty, snapshot.machine.onlineCPUs.isEmpty,
            snapshot.processes.isEmpty, snapshot.host.vmstat == nil
        else { return }
        throw CommandFailure(
            .noInput, "Nothing of a host can be read here: no CPU, no node, no process and no /proc/vmstat.",
            remedy: "A root is a directory or an archive that holds a host's /proc and /sys.")
    }

    func get(_ target: String, accept: String?) async throws -> [UInt8] {
        if store.current == nil {
            advance()
        }
        try requireHost()
        let reply: EndpointReply
        do throws(EndpointError) {
            reply = try registry.answer(
                method: "GET", target: target, viewer: .all, accept: accept,
                nowNanoseconds: time.monotonicNanoseconds)
        } catch {
            throw DaemonRefusal.failure(status: error.status, target: target, body: error.body)
        }
        guard case .bytes(let bytes) = reply.body else {
            throw CommandFailure(.usage, "\(target) is a stream, which only the daemon has.")
        }
        return bytes
    }
}
