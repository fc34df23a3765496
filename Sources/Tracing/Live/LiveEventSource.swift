package import BalancingModel

/// Events of the hint-fault path while they happen: a trace session, or in tests a recording that is played back.
///
/// A source belongs to one thread: it is not `Sendable`, and `poll` blocks. The order of calls is any number of `poll`,
/// `setFilter` and `add`, then one `stop`.
///
/// ```
/// let source = try TraceSession(configuration)
/// var batch: [BalancingEvent] = []
/// while isWanted {
///     try source.poll(timeoutNanoseconds: 200_000_000, into: &batch)
///     for event in batch { model.consume(event) }
/// }
/// source.stop()
/// ```
package protocol LiveEventSource: AnyObject {
    /// What the source sees of the hint-fault path, and what is missing for which reason.
    var capability: TraceCapability { get }

    /// What was read and lost since the start, as of the last `poll`.
    var statistics: TraceStatistics { get }

    /// Waits until the buffers are filled to the wake-up watermark or time is up, and hands over what is complete.
    ///
    /// The events of all calls together are in the order of their times, except for the ones `statistics` counts as
    /// late. What happened just before the call may come with the next: an event is complete once every CPU was read
    /// past its time. Where a CPU's events are missing, `.lostEvents` stands twice: with count 0 at the time up to
    /// which they are complete, and with the count at the time of that CPU's next one.
    ///
    /// - Parameters:
    ///   - timeoutNanoseconds: 0 takes what is there without waiting.
    ///   - batch: Its contents are replaced and its capacity is kept; it may come back empty.
    /// - Throws: Where the source is of no more use; `stop` must still be called.
    func poll(timeoutNanoseconds: UInt64, into batch: inout [BalancingEvent]) throws(TraceSessionError)

    /// Chooses what the kernel writes to the buffers, from now on; what is in them already still comes.
    ///
    /// - Throws: Where the kernel refuses it; the filter before then stays.
    func setFilter(_ filter: TraceFilter) throws(TraceSessionError)

    /// Adds processes to a filter that names some, from now on, and whatever they bring into being; the others are not
    /// disturbed. Ones that have ended are passed over.
    ///
    /// - Throws: Where the kernel refuses it.
    func add(_ processes: Set<Int32>) throws(TraceSessionError)

    /// Ends the trace and removes all that was set up for it. More calls do nothing.
    ///
    /// - Returns: What could not be removed.
    @discardableResult
    func stop() -> [TraceSessionError]
}
