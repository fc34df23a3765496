package import BalancingModel
package import TextOutput
package import Tracing

/// Runs a whole replay: looks at the trace first, settles ties, replays, writes.
///
/// A trace that can be read again is read three times: ``TraceSurvey`` and ``TraceForesight`` (which events there are, what
/// machine, which groups survive), ``TieLookAhead`` (left out where nothing could settle a tie), then the replay. A trace
/// that can be read only once is replayed as it comes: all events are expected, and ties are guessed.
package enum ReplayDriver {
    /// Why a replay gave nothing, or its output could not be written.
    package enum Failure: Error, Sendable {
        case source(TraceSourceError)
        case sink(ByteSinkError)
        /// The trace can be read only once, and no root tells the machine.
        case machineUnknown
    }

    /// Replays a trace.
    ///
    /// - Parameters:
    ///   - source: The trace.
    ///   - machine: Where it was taken; nil to conclude it from the stream.
    ///   - drive: Shadow or blind.
    ///   - lines: What is written to `sink` while the replay runs.
    ///   - sink: Takes the lines, 64 KiB at a time.
    /// - Returns: The report.
    package static func run(
        _ source: some TraceSource, machine: ReplayMachine?, drive: ReplayDrive, lines: ReplayRun.Lines,
        sink: inout some ByteSink
    ) throws(Failure) -> ReplayReport {
        var survey = TraceSurvey()
        var foresight = TraceForesight()
        var gaps = TraceGaps()
        var records: [TraceRecord] = []
        var recorded = EventKinds()
        if source.canReopen {
            var reader = try open(source)
            recorded = reader.recordedKinds
            foresight = TraceForesight(kinds: recorded)
            while reader.next(into: &records) {
                for record in records {
                    survey.note(record.event)
                    foresight.note(record.event)
                    gaps.note(record.event)
                }
            }
            gaps.finish(wasOverwritten: reader.diagnostics.wasOverwritten)
        }
        guard let machine = machine ?? (source.canReopen ? ReplayMachine(observed: survey) : nil) else {
            throw .machineUnknown
        }
        var lookAhead = ReplayReport.LookAhead(wasPossible: source.canReopen)
        var oracle = TieOracle()
        let kinds = source.canReopen ? survey.kinds.union(recorded) : EventKinds.all
        if source.canReopen, !kinds.isDisjoint(with: [.marks, .taskMoves]), kinds.contains(.hintFault) {
            var pass = TieLookAhead(
                profile: machine.profile, layout: machine.layout, foresight: foresight,
                startsUnknown: survey.hasStartLedgers)
            var reader = try open(source)
            while reader.next(into: &records) {
                for record in records {
                    while let gap = gaps.next(through: record.event.timeNanoseconds) { pass.consume(gap) }
                    pass.consume(record.event)
                }
            }
            gaps.rewind()
            oracle = pass.oracle()
            lookAhead.ties = pass.tieCount
            lookAhead.doubtfulTies = oracle.doubtfulCount
            lookAhead.contradictions = pass.contradictionCount
        }
        var run = ReplayRun(
            machine: machine, drive: drive, kinds: kinds, oracle: oracle, startsUnknown: survey.hasStartLedgers,
            lines: lines)
        var reader = try open(source)
        var seen = EventKinds()
        while reader.next(into: &records) {
            for record in records {
                if !source.canReopen { seen.formUnion(EventKinds(of: record.event.payload)) }
                while let gap = gaps.next(through: record.event.timeNanoseconds) { run.consume(gap) }
                run.consume(record)
            }
            try drain(&run, into: &sink, keepingLessThan: 64 * 1024)
        }
        run.finish()
        try drain(&run, into: &sink, keepingLessThan: 1)
        return ReplayReport(
            name: source.name, run: run, level: TraceLevel(kinds: source.canReopen ? kinds : seen),
            diagnostics: reader.diagnostics, lookAhead: lookAhead, readFailure: reader.failure?.reason)
    }

    private static func open(_ source: some TraceSource) throws(Failure) -> TraceReader {
        do {
            return try TraceReader(source)
        } catch {
            throw .source(error)
        }
    }

    private static func drain(
        _ run: inout ReplayRun, into sink: inout some ByteSink, keepingLessThan limit: Int
    ) throws(Failure) {
        guard run.output.count >= limit else { return }
        do {
            try sink.write(run.output.span)
        } catch {
            throw .sink(error)
        }
        run.output.removeAll(keepingCapacity: true)
    }
}
