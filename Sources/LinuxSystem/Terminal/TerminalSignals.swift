import Glibc
import Synchronization
import SystemPackage

/// What the system tells a program that draws on a terminal, as values that its loop takes one by one instead of ends that come
/// from anywhere.
package enum TerminalSignal: Sendable, Hashable, CaseIterable {
    /// SIGWINCH: the terminal has another size.
    case resized
    /// SIGTSTP: Ctrl-Z.
    case stop
    /// SIGCONT, of a process that SIGSTOP had stopped.
    case resumed
    /// SIGINT, SIGQUIT, SIGTERM, SIGHUP.
    case interrupt, quit, terminate, hangup

    fileprivate var number: Int32 {
        switch self {
        case .resized: SIGWINCH
        case .stop: SIGTSTP
        case .resumed: SIGCONT
        case .interrupt: SIGINT
        case .quit: SIGQUIT
        case .terminate: SIGTERM
        case .hangup: SIGHUP
        }
    }
}

/// Signals, keys and messages of other threads, waited for together by one thread.
package enum TerminalEvents {
    private static let raised = Atomic<UInt64>(0)
    /// The end of a pipe that a signal handler and other threads write to; -1 before ``watch()``.
    private static let wakeDescriptor = Atomic<Int32>(-1)
    private static let waitDescriptor = Atomic<Int32>(-1)

    /// From here on signals are taken by ``take()``. For the whole process, and as long as it lives: called once.
    ///
    /// - Throws: `EMFILE` and the like.
    package static func watch() throws(SystemFailure) {
        var pair: [Int32] = [-1, -1]
        let status = unsafe pair.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
        guard status == 0 else { throw SystemFailure("make", "a pipe", Errno(rawValue: errno)) }
        for descriptor in pair {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
        waitDescriptor.store(pair[0], ordering: .releasing)
        wakeDescriptor.store(pair[1], ordering: .releasing)
        for signal in TerminalSignal.allCases { handle(signal.number) }
    }

    private static func handle(_ number: Int32) {
        _ = Glibc.signal(number) { number in
            let before = errno
            TerminalEvents.raised.bitwiseOr(1 << UInt64(number), ordering: .relaxed)
            TerminalEvents.wake()
            errno = before
        }
    }

    /// Has ``wait(untilMonotonicNanoseconds:)`` return. A full pipe is one that wakes.
    package static func wake() {
        let descriptor = wakeDescriptor.load(ordering: .acquiring)
        guard descriptor >= 0 else { return }
        var byte: UInt8 = 0
        _ = unsafe Glibc.write(descriptor, &byte, 1)
    }

    /// The signals that came since.
    package static func take() -> [TerminalSignal] {
        let numbers = raised.exchange(0, ordering: .acquiringAndReleasing)
        return TerminalSignal.allCases.filter { numbers >> UInt64($0.number) & 1 == 1 }
    }

    /// What ended a wait.
    package struct Readiness: Sendable, Equatable {
        /// Keys wait on standard input.
        package var hasInput = false
        /// Standard input has gone: its other end was closed.
        package var isGone = false
    }

    /// Blocks the calling thread until there are keys, signals or a message, or an instant of CLOCK_MONOTONIC has come.
    package static func wait(untilMonotonicNanoseconds deadline: UInt64) -> Readiness {
        let now = SystemTime.monotonicNow()
        let left = deadline > now ? deadline - now : 0
        let pipe = waitDescriptor.load(ordering: .acquiring)
        var waits = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: pipe, events: Int16(POLLIN), revents: 0),
        ]
        // Rounded up: a wait that ends too early is one more.
        let milliseconds = Int32(clamping: (left + 999_999) / 1_000_000)
        let count = unsafe waits.withUnsafeMutableBufferPointer {
            unsafe poll($0.baseAddress, nfds_t($0.count), milliseconds)
        }
        // Interrupted by a signal: that is in `raised`.
        guard count > 0 else { return Readiness() }
        if waits[1].revents != 0 {
            var bytes = [UInt8](repeating: 0, count: 256)
            while unsafe read(pipe, &bytes, bytes.count) == bytes.count {}
        }
        let input = Int32(waits[0].revents)
        return Readiness(hasInput: input & POLLIN != 0, isGone: input & (POLLHUP | POLLERR | POLLNVAL) != 0)
    }

    /// Stops this process as Ctrl-Z does, and returns once it goes on.
    package static func stop() {
        _ = Glibc.signal(SIGTSTP, SIG_DFL)
        raise(unblocked: SIGTSTP)
        handle(SIGTSTP)
        // That it goes on is known.
        raised.bitwiseAnd(~(1 << UInt64(SIGCONT)), ordering: .relaxed)
    }

    /// Ends the process as the signal does where nobody handles it, so that who started it sees that.
    package static func end(by signal: TerminalSignal) -> Never {
        _ = Glibc.signal(signal.number, SIG_DFL)
        raise(unblocked: signal.number)
        _exit(128 + signal.number)
    }

    /// Sends this thread a signal that takes effect before this returns. Threads of the shared pool, and those they start, have
    /// most signals blocked.
    private static func raise(unblocked number: Int32) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, number)
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        Glibc.raise(number)
    }
}
