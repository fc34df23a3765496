package import LinuxSystem
package import Snapshots

/// Runs the engine round after round on a thread of its own: reading kernel text blocks, and must hold up nobody else.
package actor SamplerLoop {
    private let executor: ThreadExecutor
    private let store: SnapshotStore
    private let time: any TimeSource
    private var engine: SamplingEngine
    private var heap = HeapReturn()
    private let giveBack: @Sendable () -> Void

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }

    /// - Parameters:
    ///   - executor: The thread.
    ///   - store: Where each round's snapshot is published.
    ///   - engine: What reads.
    ///   - time: The engine's clock.
    ///   - giveBack: What gives free memory back.
    package init(
        executor: ThreadExecutor, store: SnapshotStore, engine: consuming SamplingEngine, time: any TimeSource,
        giveBack: @escaping @Sendable () -> Void = HostFacts.returnFreeMemory
    ) {
        self.giveBack = giveBack
        self.executor = executor
        self.store = store
        self.engine = engine
        self.time = time
    }

    /// Publishes rounds, and looks between them, until the task is cancelled. A round that has begun is finished.
    package func run() async {
        while !Task.isCancelled {
            if let snapshot = engine.advance() {
                store.publish(snapshot)
                if heap.isDue(threadCount: snapshot.processes.reduce(0) { $0 + $1.threads.count }) { giveBack() }
            }
            // Where rounds take longer than their interval, the sleep is over before it begins, and nobody else would get
            // the actor: not even the settings that are to end that.
            await Task.yield()
            do {
                try await time.sleep(untilMonotonicNanoseconds: engine.nextDueAtNanoseconds)
            } catch {
                return
            }
        }
    }

    /// Puts other settings in force at the next round, and tries the sources again.
    package func apply(_ settings: SamplingSettings) {
        engine.apply(settings)
        engine.retrySources()
    }

    /// Puts other names of pods, containers and jobs in force at the next round.
    package func name(_ names: GivenNames) {
        engine.name(names)
    }

    /// The sources as they are now, tried if need be.
    package func presentSources() -> [SourceStatus] { engine.presentSources() }
}
