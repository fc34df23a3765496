import BalancingModel
package import Tracing

/// All a replay found, ready to be printed.
package struct ReplayReport: Sendable {
    /// The trace's name, usually its path.
    package var name: String
    package var run: ReplayRun
    package var level: TraceLevel
    package var diagnostics: TraceDiagnostics
    package var lookAhead: LookAhead
    /// Why the trace could not be read to its end.
    package var readFailure: String?

    /// What a look ahead found out about ties between groups of equal size.
    package struct LookAhead: Sendable, Equatable {
        /// False where the trace can be read only once.
        package var wasPossible: Bool
        package var ties = 0
        /// Ties whose outcome could be another for all that was seen.
        package var doubtfulTies = 0
        package var contradictions = 0

        package init(wasPossible: Bool) { self.wasPossible = wasPossible }
    }

    package init(
        name: String, run: ReplayRun, level: TraceLevel, diagnostics: TraceDiagnostics, lookAhead: LookAhead,
        readFailure: String? = nil
    ) {
        self.name = name
        self.run = run
        self.level = level
        self.diagnostics = diagnostics
        self.lookAhead = lookAhead
        self.readFailure = readFailure
    }

    /// From the first to the last event; absent for a clock that does not count time.
    package var durationNanoseconds: UInt64? {
        guard let first = diagnostics.firstStamp, let last = diagnostics.lastStamp, !first.isCounter,
            last.nanoseconds >= first.nanoseconds
        else { return nil }
        return last.nanoseconds - first.nanoseconds
    }

    /// Reasons for which the figures may be less than what happened, in words.
    package var caveats: [String] {
        var result: [String] = []
        if let readFailure { result.append("the trace could not be read to its end: \(readFailure)") }
        if diagnostics.lossMarks > 0 {
            let count =
                diagnostics.lossMarksWithoutCount == 0
                ? "\(diagnostics.lostEvents)" : "at least \(diagnostics.lostEvents)"
            result.append(
                "\(count) events were lost at \(diagnostics.lossMarks) places; "
                    + "ledgers follow the kernel's again from each task's next mark")
        }
        if let held = diagnostics.entriesInBuffer, let written = diagnostics.entriesWritten, written > held {
            result.append(
                "the buffer was overwritten: \(written - held) events before the first one are missing; "
                    + "what rests on the time before the last CPU's first event is not judged")
        }
        if diagnostics.unusableLines > 0 {
            result.append("\(diagnostics.unusableLines) lines could not be used")
        }
        if diagnostics.firstStamp?.isCounter == true {
            result.append("the trace's clock counts events, not time: no durations")
        }
        let assumed = run.machine.facts.filter(\.isAssumed).map(\.name)
        if !assumed.isEmpty { result.append("assumed: \(assumed.joined(separator: ", "))") }
        if !lookAhead.wasPossible { result.append("no look ahead: the trace can be read only once") }
        return result
    }
}
