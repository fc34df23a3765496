import BalancingModel
package import Insight
package import LinuxSystem
import Tracing

/// The book of a recording: what a live trace would have written down of it.
package struct TraceExplanation: Sendable {
    package var book: StoryBook
    package var narrator: StoryNarrator

    /// Events a tie may hold back: 64 bytes each. There is time to wait, so more than live.
    private static let waitingEvents = 1 << 20

    /// Replays a recording and keeps its stories.
    ///
    /// - Parameters:
    ///   - path: The trace.
    ///   - root: Where it was taken; nil to look for `root/` beside it, and else to conclude it from the stream.
    /// - Throws: Where the trace cannot be opened twice, or the root does not tell the machine.
    package static func read(
        path: String, root: (any HostRoot)?
    ) throws(TraceReplay.Failure) -> TraceExplanation {
        guard path != "-", TraceReplay.isRegular(path) else { throw .machineUnknown }
        var options = TraceReplay.Options(path: path)
        options.root = root
        let source = FileTrace(path: path, isReopenable: true)
        var survey = TraceSurvey()
        var gaps = TraceGaps()
        var records: [TraceRecord] = []
        var reader = try open(source)
        while reader.next(into: &records) {
            for record in records {
                survey.note(record.event)
                gaps.note(record.event)
            }
        }
        gaps.finish(wasOverwritten: reader.diagnostics.wasOverwritten)
        let machine = try TraceReplay.machine(for: options) ?? ReplayMachine(observed: survey)
        var settings = LiveSettings()
        settings.tasksHavePast = survey.hasStartLedgers
        settings.adoptionQuietNanoseconds = survey.hasStartLedgers ? LedgerAgreement.markDelayNanoseconds : 0
        settings.reorderNanoseconds = 0
        settings.maximumLagNanoseconds = .max
        settings.maximumEvents = waitingEvents
        let kinds = survey.kinds.union(reader.recordedKinds)
        var model = LiveModel(machine: machine, kinds: kinds, settings: settings)
        var book = StoryBook()
        reader = try open(source)
        while reader.next(into: &records) {
            for record in records {
                while let gap = gaps.next(through: record.event.timeNanoseconds) { model.consume(gap) }
                model.consume(record.event)
            }
            if let last = records.last { model.advance(to: last.event.timeNanoseconds) }
            for entry in model.takeStories() { book.add(entry) }
        }
        model.finish()
        for entry in model.takeStories() { book.add(entry) }
        return TraceExplanation(
            book: book, narrator: StoryNarrator(layout: machine.layout, profile: machine.profile))
    }

    private static func open(_ source: FileTrace) throws(TraceReplay.Failure) -> TraceReader {
        do {
            return try TraceReader(source)
        } catch {
            throw .source(error)
        }
    }
}
