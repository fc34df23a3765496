import Exposition
import LinuxSystem
import NUMATopology
import Sampling
import Snapshots
import Synchronization
import TextOutput

/// The daemon's records made in this process: from this host, or from a captured root.
///
/// Each question is answered from one snapshot. ``advance()`` takes the next one; rates and changes need two.
final class LocalSource: DocumentSource {
    private let store = SnapshotStore()
    private let page: MetricsPage
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
        page = MetricsPage(renderer: MetricsRenderer(catalogue: .standard(version: NumawatchCommand.version)))
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

    func answer<Record>(
        _ document: PublishedDocument<Record>, _ request: DocumentRequest
    ) async throws -> Answer<Record> {
        let snapshot = try snapshot()
        let now = time.monotonicNanoseconds
        do throws(EndpointError) {
            let query = try QueryValues(request.query, for: document.parameters)
            let question = DocumentQuestion(pathValues: request.pathValues, query: query, nowNanoseconds: now)
            return Answer(document, try document.make(snapshot, question), nowNanoseconds: now)
        } catch {
            throw DaemonRefusal.failure(error)
        }
    }

    func metrics(_ format: MetricsFormat) async throws -> [UInt8] {
        page.text(of: try snapshot(), format: format, viewer: .all)
    }

    /// The newest snapshot.
    ///
    /// - Throws: ``CommandFailure`` where the root shows nothing of a host: every table of it would be an empty one.
    private func snapshot() throws(CommandFailure) -> HostSnapshot {
        if store.current == nil { advance() }
        guard let snapshot = store.current else {
            throw CommandFailure(.software, "The first round of sampling has not ended.")
        }
        guard
            !snapshot.machine.nodes.isEmpty || !snapshot.machine.onlineCPUs.isEmpty || !snapshot.processes.isEmpty
                || snapshot.host.vmstat != nil
        else {
            throw CommandFailure(
                .noInput, "Nothing of a host can be read here: no CPU, no node, no process and no /proc/vmstat.",
                remedy: "A root is a directory or an archive that holds a host's /proc and /sys.")
        }
        return snapshot
    }
}
