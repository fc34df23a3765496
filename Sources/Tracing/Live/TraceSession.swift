package import BalancingModel
package import LinuxSystem
import NUMATopology

/// A live trace of the hint-fault path in a tracefs instance of its own.
///
/// Every CPU writes to a ring buffer of its own; pages are read as the kernel wrote them. The trace clock is `mono`, the
/// `CLOCK_MONOTONIC` of user space. That makes the order of the CPUs simple: whatever is read before a CPU's buffer is
/// empty at time T was written before T, so once every CPU has been read empty, all events before the moment the reading
/// began are there. A writer may have taken its time stamp but not yet finished; that takes less than
/// `settleNanoseconds` unless a virtual CPU is stopped in between, and such an event is delivered late and counted.
///
/// Example: the reading began at 9.999 s, CPU 0 is read empty at 10.000 s, CPU 1 at 10.001 s. Events up to 9.997 s are
/// handed over; the rest waits for the next `poll`. Where a CPU writes faster than it is read, the others wait for it, as
/// long as no more than `largestBacklog` events do.
package final class TraceSession: LiveEventSource {
    package let capability: TraceCapability
    package private(set) var statistics = TraceStatistics()

    private let configuration: TraceSessionConfiguration
    private let time: any TimeSource
    private let cpus: [Int]
    private let hasMonotonicClock: Bool
    private var trace: OpenTrace?
    private var pages: SubbufferDecoder
    private var decoder: RecordDecoder
    private var merge: EventMerge

    // Reused by every page.
    private var page: [UInt8] = []
    private var records: [TraceRecordPlace] = []
    private var nextStatistics: UInt64 = 0
    /// Up to when the events of each CPU are known to be read.
    private var readThrough: [UInt64]
    private let missedBefore: UInt64

    /// How long a writer may take from time stamp to commit.
    private static let settleNanoseconds: UInt64 = 2_000_000
    /// The kernel's own counts are read at most this often.
    private static let statisticsNanoseconds: UInt64 = 1_000_000_000
    /// Pages taken from one CPU in one `poll`: 1 MiB, so that one busy CPU does not keep the rest waiting.
    private static let pagesPerPoll = 256

    /// Sets everything up and starts tracing.
    ///
    /// - Parameters:
    ///   - configuration: See there.
    ///   - mechanisms: How probes may be made, best first.
    ///   - time: `CLOCK_MONOTONIC`.
    /// - Throws: Where there is no tracing or none of its events; nothing is left behind then.
    package init(
        _ configuration: TraceSessionConfiguration,
        mechanisms: [TraceCapability.Mechanism] = [.kprobes, .fprobes], time: any TimeSource = SystemTime()
    ) throws(TraceSessionError) {
        var trace = try OpenTrace(configuration, mechanisms: mechanisms)
        do throws(TraceSessionError) {
            pages = try SubbufferDecoder.make(trace.pageFormat)
            missedBefore = trace.missedHits()
            try trace.start(configuration.filter)
        } catch {
            _ = trace.close()
            throw error
        }
        self.configuration = configuration
        self.time = time
        capability = trace.setup.capability
        cpus = trace.cpus
        hasMonotonicClock = trace.clock == "mono"
        decoder = RecordDecoder(trace.setup.layouts)
        merge = EventMerge(queueCount: trace.cpus.count)
        readThrough = Array(repeating: 0, count: trace.cpus.count)
        self.trace = consume trace
    }

    deinit { stop() }

    package func setFilter(_ filter: TraceFilter) throws(TraceSessionError) {
        guard trace != nil else { throw Self.stopped }
        try trace?.setFilter(filter)
    }

    package func add(_ processes: Set<Int32>) throws(TraceSessionError) {
        guard trace != nil else { throw Self.stopped }
        try trace?.add(processes)
    }

    @discardableResult
    package func stop() -> [TraceSessionError] {
        trace.take()?.close() ?? []
    }

    package func poll(
        timeoutNanoseconds: UInt64, into batch: inout [BalancingEvent]
    ) throws(TraceSessionError) {
        batch.removeAll(keepingCapacity: true)
        guard trace != nil else { throw Self.stopped }
        // What did not fit the last batch is not waited for.
        if merge.pending < configuration.largestBatch {
            try trace?.wait(timeoutMilliseconds: Int(clamping: (timeoutNanoseconds + 999_999) / 1_000_000))
        }
        let began = time.monotonicNanoseconds
        let settled = hasMonotonicClock ? began - min(began, Self.settleNanoseconds) : 0
        var complete = settled
        for index in cpus.indices {
            if try readCPU(index) {
                readThrough[index] = max(readThrough[index], settled)
            } else {
                // Not read empty: later events of this CPU are still to come.
                complete = min(complete, merge.lastTime(of: index) ?? 0)
            }
        }
        if merge.pending > configuration.largestBacklog {
            complete = max(complete, began - min(began, configuration.longestDelayNanoseconds))
        }
        if !hasMonotonicClock { complete = .max }
        deliver(through: complete, into: &batch)
        noteKernelCounts(began)
    }

    private static var stopped: TraceSessionError {
        TraceSessionError(.stopped, "read", "the trace session", reason: "it was stopped")
    }

    // MARK: Reading

    /// Reads a CPU's pages.
    ///
    /// - Returns: Whether it was read empty.
    private func readCPU(_ index: Int) throws(TraceSessionError) -> Bool {
        for _ in 0..<Self.pagesPerPoll {
            guard try trace?.read(index, into: &page) ?? false else { return true }
            statistics.readPages += 1
            statistics.readBytes += UInt64(page.count)
            records.removeAll(keepingCapacity: true)
            let summary: TracePageSummary
            do throws(TracePageError) {
                summary = try pages.decode(page.span, into: &records)
            } catch {
                throw TraceSessionError(
                    .malformed, "read", "a page of CPU \(cpus[index])", reason: "\(error)")
            }
            statistics.readEvents += UInt64(records.count)
            let cpu = Int32(cpus[index])
            var events = merge.open(index)
            if let lost = Self.loss(summary, records.first, cpu) {
                // The gap begins earlier; what other CPUs tell meanwhile is a part only.
                let begin = min(readThrough[index], lost.timeNanoseconds)
                events.append(
                    BalancingEvent(timeNanoseconds: begin, tid: 0, cpu: cpu, payload: .lostEvents(count: 0)))
                events.append(lost)
            }
            decoder.decode(page.span, records, cpu: cpu, into: &events)
            readThrough[index] = max(readThrough[index], events.last?.timeNanoseconds ?? 0)
            merge.close(index, events)
            switch summary.loss {
            case .none: break
            case .counted(let count): statistics.lostEvents = statistics.lostEvents.addingSaturated(count)
            case .unknown: statistics.lossesWithoutCount += 1
            }
        }
        return false
    }

    /// The loss a page reports, at the time of what follows it.
    static func loss(
        _ summary: TracePageSummary, _ next: TraceRecordPlace?, _ cpu: Int32
    ) -> BalancingEvent? {
        let count: UInt64?
        switch summary.loss {
        case .none: return nil
        case .counted(let lost): count = lost
        case .unknown: count = nil
        }
        return BalancingEvent(
            timeNanoseconds: next?.timeNanoseconds ?? summary.timeNanoseconds, tid: 0, cpu: cpu,
            payload: .lostEvents(count: count))
    }

    private func deliver(through time: UInt64, into batch: inout [BalancingEvent]) {
        merge.take(through: time, atMost: configuration.largestBatch, into: &batch)
        var losses: UInt64 = 0
        var newest = statistics.newestNanoseconds ?? 0
        for event in batch {
            if event.timeNanoseconds < newest { statistics.lateEvents += 1 } else { newest = event.timeNanoseconds }
            if case .lostEvents = event.payload { losses += 1 }
        }
        statistics.deliveredEvents += UInt64(batch.count) - losses
        if !batch.isEmpty { statistics.newestNanoseconds = newest }
        statistics.pendingEvents = merge.pending
        statistics.unusableEvents = decoder.unknownRecords + decoder.malformedRecords + decoder.foreignMarks
        // With a full batch the rest is as old as the last event handed over.
        let reached = batch.count == configuration.largestBatch ? newest : min(time, self.time.monotonicNanoseconds)
        let now = self.time.monotonicNanoseconds
        statistics.lagNanoseconds = hasMonotonicClock ? now - min(now, reached) : 0
    }

    private func noteKernelCounts(_ now: UInt64) {
        guard now >= nextStatistics else { return }
        nextStatistics = now + Self.statisticsNanoseconds
        statistics.countedAtNanoseconds = now
        statistics.cpus = trace?.cpuStatistics() ?? []
        let missed = trace?.missedHits() ?? missedBefore
        statistics.missedProbeHits = missed - min(missed, missedBefore)
    }
}

extension SubbufferDecoder {
    static func make(_ format: TracePageFormat) throws(TraceSessionError) -> SubbufferDecoder {
        do throws(SystemFailure) {
            return try SubbufferDecoder(format)
        } catch {
            throw TraceSessionError(.refused, error)
        }
    }
}
