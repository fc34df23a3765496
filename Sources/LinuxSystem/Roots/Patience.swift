import Synchronization
package import SystemPackage

/// How long calls are waited for that wait for a process, which may be for ever.
///
/// Once one has not come to an end, the next are waited for less: many processes that let nobody in must not add up.
package final class Patience: Sendable {
    private let threads: ExpendableThreads
    private let time: any TimeSource
    private let first: UInt64
    private let later: UInt64
    private let hasRunOut = Atomic(false)

    /// - Parameters:
    ///   - threads: Where the calls are made.
    ///   - first: How long one is waited for.
    ///   - later: The same once one has not come to an end.
    package init(
        threads: ExpendableThreads, time: any TimeSource = SystemTime(), firstNanoseconds first: UInt64,
        laterNanoseconds later: UInt64
    ) {
        self.threads = threads
        self.time = time
        self.first = first
        self.later = later
    }

    /// Makes a call where it can be left behind.
    ///
    /// - Throws: `ETIMEDOUT` where it has not come to an end, `EAGAIN` where too many before it have not: then it is not made.
    package func value<Value: Sendable>(of body: @escaping @Sendable () -> Value) throws(Errno) -> Value {
        let wait = hasRunOut.load(ordering: .relaxed) ? later : first
        let (deadline, overflow) = time.monotonicNanoseconds.addingReportingOverflow(wait)
        guard let call = threads.begin(body) else { throw .resourceTemporarilyUnavailable }
        if let value = call.value(untilMonotonicNanoseconds: overflow ? .max : deadline, by: time) { return value }
        hasRunOut.store(true, ordering: .relaxed)
        call.abandon()
        throw .timedOut
    }
}
