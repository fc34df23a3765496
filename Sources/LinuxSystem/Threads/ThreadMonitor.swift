import CLinuxShims
import Glibc

/// Mutual exclusion, and waiting for a change, as POSIX threads have them.
///
/// For threads that block: a `Mutex` cannot be waited on.
@safe final class ThreadMonitor: @unchecked Sendable {
    // Both stay in place, as the C library demands.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let change: UnsafeMutablePointer<pthread_cond_t>

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe change = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        // Deadlines are of a clock that nobody sets.
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(change, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(change)
        unsafe pthread_mutex_destroy(mutex)
        unsafe change.deallocate()
        unsafe mutex.deallocate()
    }

    func locked<R>(_ body: () -> R) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Lets others in until somebody tells of a change. Only within ``locked(_:)``; may return without a change.
    func wait() {
        unsafe pthread_cond_wait(change, mutex)
    }

    /// The same, until an instant of CLOCK_MONOTONIC at the latest.
    func wait(untilMonotonicNanoseconds deadline: UInt64) {
        var time = timespec()
        time.tv_sec = Int(deadline / 1_000_000_000)
        time.tv_nsec = Int(deadline % 1_000_000_000)
        unsafe pthread_cond_timedwait(change, mutex, &time)
    }

    /// Wakes all who wait.
    func announce() {
        unsafe pthread_cond_broadcast(change)
    }
}

/// Threads that nobody joins.
enum DetachedThread {
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Runs `body` on a new thread.
    ///
    /// - Parameter name: As `ps -L` and `top -H` show it; the kernel keeps 15 bytes.
    /// - Returns: 0, or an errno: `EAGAIN` when the process may not have another thread.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Int32 {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        let status = unsafe pthread_create(
            &thread, &attributes,
            { context in
                guard let context = unsafe context else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                // Refused only where it is too long.
                unsafe numawatch_set_thread_name(String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
                start.body()
                return nil
            }, context.toOpaque())
        if status != 0 { unsafe context.release() }
        return status
    }
}
