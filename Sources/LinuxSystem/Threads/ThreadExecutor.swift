import Glibc
import SystemPackage

/// A thread of its own for an actor whose work blocks.
///
/// Reading kernel text blocks, for milliseconds where it walks page tables, and must not hold up the shared pool. An
/// actor runs on this thread by naming it:
///
///     actor Sampler {
///         private let executor: ThreadExecutor
///         nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }
///     }
///
/// The thread ends once nobody holds the executor and its jobs are done.
package final class ThreadExecutor: SerialExecutor {
    private let queue: JobQueue

    /// Starts the thread.
    ///
    /// - Parameter name: As `ps -L` and `top -H` show it; the kernel keeps 15 bytes.
    /// - Throws: `EAGAIN` when the process may not have another thread.
    package init(name: String) throws(SystemFailure) {
        queue = JobQueue(name: name)
        let status = queue.startThread()
        guard status == 0 else { throw SystemFailure("start the thread", name, Errno(rawValue: status)) }
    }

    /// The executor as an actor names it. Safe because the actor holds the executor, and every job does too.
    @safe package var unowned: UnownedSerialExecutor { unsafe asUnownedSerialExecutor() }

    deinit {
        queue.finish()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.append(JobQueue.Entry(job: UnownedJob(job), executor: self))
    }

    package func isIsolatingCurrentContext() -> Bool? { queue.isCurrentThread }

    package func checkIsolated() {
        precondition(queue.isCurrentThread, "not on the thread \(queue.name)")
    }
}

/// The jobs that wait for one thread, and the thread that runs them.
@safe private final class JobQueue: @unchecked Sendable {
    struct Entry {
        let job: UnownedJob
        /// Keeps the executor until its job has run.
        let executor: ThreadExecutor
    }

    let name: String
    private let monitor = ThreadMonitor()
    // Guarded by the monitor.
    private var entries: [Entry] = []
    private var isFinished = false
    private var thread: pthread_t?

    init(name: String) {
        self.name = name
    }

    var isCurrentThread: Bool {
        monitor.locked { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    func append(_ entry: Entry) {
        monitor.locked { entries.append(entry) }
        monitor.announce()
    }

    func finish() {
        monitor.locked { isFinished = true }
        monitor.announce()
    }

    /// Returns 0 or an errno.
    func startThread() -> Int32 {
        // The thread's own hold on the queue.
        DetachedThread.start(name: name) { self.run() }
    }

    private func run() {
        monitor.locked { thread = pthread_self() }
        while let batch = waitForJobs() {
            for entry in batch {
                unsafe entry.job.runSynchronously(on: entry.executor.asUnownedSerialExecutor())
            }
        }
    }

    /// Nil once there are none and will be none.
    private func waitForJobs() -> [Entry]? {
        monitor.locked {
            while entries.isEmpty {
                if isFinished { return nil }
                monitor.wait()
            }
            let batch = entries
            entries = []
            return batch
        }
    }
}
