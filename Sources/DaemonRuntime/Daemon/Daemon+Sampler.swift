import HostReading
import LinuxSystem
import Sampling
import ServiceLifecycle
import Snapshots
import Verdicts

extension Daemon {
    /// The daemon with the sampler of this host, or of the root it was given.
    ///
    /// - Throws: ``DaemonExit/unavailable`` when the sampler cannot have a thread of its own; the log says so.
    package init(start: DaemonStart) throws(DaemonExit) {
        let ownership = ProcessOwnership(start.root)
        let store = SnapshotStore(stillOwns: { ownership.stillOwns(pid: $0, uid: $1) })
        let time = SystemTime()
        let executor: ThreadExecutor
        do throws(SystemFailure) {
            executor = try ThreadExecutor(name: "sampler")
        } catch {
            start.logger.log(.failed, "The sampler cannot start: \(error)")
            throw .unavailable
        }
        let exchange = TracingExchange()
        // Another host's memory cannot be worked on.
        let work = start.root.isLive ? PageWork.measure(nodes: NUMALibrary.allowedMemoryNodes()) : nil
        let costs =
            work.map {
                CostModel.calibrated(
                    entry: $0.entryNanoseconds, fault: $0.faultNanoseconds, move: $0.moveNanoseconds)
            } ?? .assumed
        let loop = SamplerLoop(
            executor: executor, store: store,
            engine: SamplingEngine(
                root: start.root, settings: start.configuration.samplingSettings, time: time,
                // Two daemons on one fleet must not sample the same addresses in step.
                seed: UInt64.random(in: .min ... .max), tracing: exchange, costs: costs),
            time: time)
        try self.init(
            start: start, store: store,
            sampler: Sampler(
                service: SamplerService(loop: loop), apply: { await loop.apply($0.samplingSettings) },
                name: { await loop.name($0) },
                presentSources: { await loop.presentSources() }),
            backend: .live(root: start.root), exchange: exchange, time: time)
    }
}

/// Runs the sampler's rounds until shutdown; a round under way is finished first.
private struct SamplerService: Service {
    let loop: SamplerLoop

    func run() async throws {
        await cancelWhenGracefulShutdown { [loop] in await loop.run() }
    }
}
