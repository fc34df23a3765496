import CLinuxShims
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
    // Guarded by the mutex; both stay in place as the C library demands.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let wakeUp: UnsafeMutablePointer<pthread_cond_t>
    private var entries: [Entry] = []
    private var isFinished = false
    private var thread: pthread_t?

    init(name: String) {
        self.name = name
        unsafe mutex = .allocate(capacity: 1)
        unsafe wakeUp = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(wakeUp, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(wakeUp)
        unsafe pthread_mutex_destroy(mutex)
        unsafe wakeUp.deallocate()
        unsafe mutex.deallocate()
    }

    var isCurrentThread: Bool {
        locked { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    func append(_ entry: Entry) {
        locked { entries.append(entry) }
        unsafe pthread_cond_signal(wakeUp)
    }

    func finish() {
        locked { isFinished = true }
        unsafe pthread_cond_signal(wakeUp)
    }

    private func locked<R>(_ body: () -> R) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Returns 0 or an errno.
    func startThread() -> Int32 {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        // The thread's own hold on the queue.
        let context = unsafe Unmanaged.passRetained(self)
        let status = unsafe pthread_create(
            &thread, &attributes,
            { context in
                guard let context = unsafe context else { return nil }
                let queue = unsafe Unmanaged<JobQueue>.fromOpaque(context).takeRetainedValue()
                queue.run()
                return nil
            }, context.toOpaque())
        if status != 0 { unsafe context.release() }
        return status
    }

    private func run() {
        // Refused only where it is too long.
        unsafe numawatch_set_thread_name(String(decoding: name.utf8.prefix(15), as: UTF8.self))
        locked { thread = pthread_self() }
        while let batch = waitForJobs() {
            for entry in batch {
                unsafe entry.job.runSynchronously(on: entry.executor.asUnownedSerialExecutor())
            }
        }
    }

    /// Nil once there are none and will be none.
    private func waitForJobs() -> [Entry]? {
        locked {
            while entries.isEmpty {
                if isFinished { return nil }
                unsafe pthread_cond_wait(wakeUp, mutex)
            }
            let batch = entries
            entries = []
            return batch
        }
    }
}
