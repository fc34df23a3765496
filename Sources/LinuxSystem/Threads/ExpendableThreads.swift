import Glibc
import Synchronization
import SystemPackage

/// Threads for calls that may never return: whoever asked for one can leave the thread behind and go on.
///
/// What the kernel shows of a process's memory it reads under that process's `mmap_lock`, and any user can make a process
/// that never lets go of it: a page of a FUSE or NFS file whose server is silent is enough. Then read(2) of `numa_maps` waits
/// for as long as the process lives, and move_pages(2) cannot even be killed. A thread in such a call cannot be had back.
/// It is *abandoned*: it stays until the kernel lets it go, ends then, and gives its place back. At most ``limit`` of them
/// are; where so many are, no call is begun.
///
/// A call that ends costs handing it to a thread that waits for the next: some microseconds. There are as many threads as
/// there are calls at a time, and one is kept.
package final class ExpendableThreads: Sendable {
    /// How many may be abandoned at a time.
    package let limit: Int
    private let crew: ThreadCrew

    /// - Parameters:
    ///   - name: Of the threads, as `ps -L` shows them; the kernel keeps 15 bytes.
    ///   - limit: At least 1.
    package init(name: String, limit: Int) {
        self.limit = max(limit, 1)
        crew = ThreadCrew(name: name)
    }

    deinit {
        crew.dismiss()
    }

    /// The threads that are abandoned now.
    package var abandonedCount: Int { crew.abandonedCount }

    /// Whether so many are abandoned that no call is begun.
    package var isExhausted: Bool { abandonedCount >= limit }

    /// Begins a call.
    ///
    /// - Returns: Nil where no thread can be had for it.
    package func begin<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> ExpendableCall<Value>? {
        guard !isExhausted, let thread = crew.thread() else { return nil }
        let call = ExpendableCall<Value>(thread: thread, crew: crew)
        thread.run { [crew] in
            let value = body()
            // First: who has the value may begin the next call, for which the thread should be free.
            let stays = crew.takeBack(thread)
            call.finish(value)
            return stays
        }
        return call
    }
}

/// A call on a thread of ``ExpendableThreads``.
package final class ExpendableCall<Value: Sendable>: Sendable {
    private let ended = Latch()
    private let result = Mutex<Value?>(nil)
    private let thread: CrewThread
    private let crew: ThreadCrew
    /// Which of the thread's calls it is.
    private let number: UInt64

    fileprivate init(thread: CrewThread, crew: ThreadCrew) {
        self.thread = thread
        self.crew = crew
        number = thread.nextNumber
    }

    fileprivate func finish(_ value: Value) {
        result.withLock { $0 = value }
        ended.open()
    }

    /// What came of it, once it has ended; nil where it has not when the deadline comes. Blocks the calling thread until then.
    package func value(untilMonotonicNanoseconds deadline: UInt64, by time: any TimeSource) -> Value? {
        guard time.wait(for: ended, untilMonotonicNanoseconds: deadline) else { return nil }
        return result.withLock { $0 }
    }

    /// CPU time the call's thread has used, earlier calls included, nanoseconds; nil where it cannot be told. One that does
    /// not grow tells a call that waits from one that works.
    package var threadCPUNanoseconds: UInt64? { thread.cpuNanoseconds }

    /// Leaves the thread behind. What comes of the call is dropped.
    ///
    /// - Returns: Whether it was still under way; one that has ended is not abandoned.
    @discardableResult
    package func abandon() -> Bool { crew.abandon(thread, call: number) }
}

/// The threads, and which of them wait for work.
private final class ThreadCrew: Sendable {
    private struct State {
        /// The one that waits for a call.
        var idle: CrewThread?
        var abandoned = 0
        var isDismissed = false
    }

    private let name: String
    private let state = Mutex(State())

    init(name: String) {
        self.name = name
    }

    var abandonedCount: Int { state.withLock { $0.abandoned } }

    /// The one that waits, or else a new one; nil where the process may not have another.
    func thread() -> CrewThread? {
        let idle = state.withLock { state in
            defer { state.idle = nil }
            return state.idle
        }
        if let idle { return idle }
        let thread = CrewThread()
        return DetachedThread.start(name: name) { thread.work() } == 0 ? thread : nil
    }

    /// Takes a thread whose call has ended.
    ///
    /// - Returns: Whether it is to wait for another call.
    func takeBack(_ thread: CrewThread) -> Bool {
        state.withLock { state in
            if thread.end() {
                state.abandoned -= 1
                return false
            }
            guard state.idle == nil, !state.isDismissed else { return false }
            state.idle = thread
            return true
        }
    }

    func abandon(_ thread: CrewThread, call: UInt64) -> Bool {
        state.withLock { state in
            guard thread.abandon(call) else { return false }
            state.abandoned += 1
            return true
        }
    }

    /// The thread that waits ends, and so do the others once their calls have.
    func dismiss() {
        let idle = state.withLock { state in
            state.isDismissed = true
            defer { state.idle = nil }
            return state.idle
        }
        idle?.dismiss()
    }
}

/// One thread, and the call it has.
private final class CrewThread: Sendable {
    private struct State {
        /// Calls begun so far: the number of the last.
        var number: UInt64 = 0
        var isBusy = false
        var isAbandoned = false
        var isDismissed = false
        /// The call to be made; it tells whether to wait for another.
        var work: (@Sendable () -> Bool)?
        var clock: clockid_t?
    }

    private let monitor = ThreadMonitor()
    /// Changed under the monitor where the thread waits for it.
    private let state = Mutex(State())

    var cpuNanoseconds: UInt64? {
        // The clock of a thread that has ended answers EINVAL.
        state.withLock { $0.clock }.flatMap { SystemTime.nanoseconds(of: $0) }
    }

    /// The number of the call that is begun next.
    var nextNumber: UInt64 { state.withLock { $0.number + 1 } }

    func run(_ work: @escaping @Sendable () -> Bool) {
        monitor.locked {
            state.withLock { state in
                state.number += 1
                state.isBusy = true
                state.work = work
            }
        }
        monitor.announce()
    }

    func dismiss() {
        monitor.locked { state.withLock { $0.isDismissed = true } }
        monitor.announce()
    }

    /// - Returns: Whether it has that call.
    func abandon(_ call: UInt64) -> Bool {
        state.withLock { state in
            guard state.number == call, state.isBusy, !state.isAbandoned else { return false }
            state.isAbandoned = true
            return true
        }
    }

    /// The call has ended.
    ///
    /// - Returns: Whether it was abandoned.
    func end() -> Bool {
        state.withLock { state in
            state.isBusy = false
            return state.isAbandoned
        }
    }

    /// What the thread does all its life.
    func work() {
        var clock = clockid_t()
        if unsafe pthread_getcpuclockid(pthread_self(), &clock) == 0 {
            state.withLock { $0.clock = clock }
        }
        while let work = nextWork(), work() {}
    }

    private func nextWork() -> (@Sendable () -> Bool)? {
        monitor.locked {
            while true {
                let (work, isDismissed) = state.withLock { state in
                    defer { state.work = nil }
                    return (state.work, state.isDismissed)
                }
                if work != nil || isDismissed { return work }
                monitor.wait()
            }
        }
    }
}
