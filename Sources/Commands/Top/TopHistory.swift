import Exposition
import History
import HistoryFiles
import LinuxSystem
import LiveView
import Snapshots

/// Finds parts of the history for `numawatch top`, as samples that are drawn as live ones are.
struct TopHistory: Sendable {
    let source: any HistorySource

    private static let minute: UInt64 = 60_000_000_000
    /// What is taken at once: ten minutes, of which most hosts have 120 rounds.
    private static let part: UInt64 = 10 * minute
    /// How far changes of verdicts and events are looked for, and gaps are crossed.
    private static let reach: UInt64 = 31 * 24 * 60 * minute

    /// - Parameter now: Nanoseconds since 1970.
    /// - Returns: What the model takes: the part, or why there is none.
    func find(_ recall: TopModel.Recall, now: UInt64) async -> TopModel.Input {
        do {
            return try await found(recall, now: now)
        } catch let failure as CommandFailure {
            return .note(failure.message)
        } catch let failure as DatabaseFailure {
            return .note("\(failure)")
        } catch {
            return .note("\(error)")
        }
    }

    private func found(_ recall: TopModel.Recall, now: UInt64) async throws -> TopModel.Input {
        switch recall {
        case .at(let instant):
            let samples = try await samples(
                since: instant - min(instant, Self.part / 2), until: instant + Self.part / 2)
            if samples.contains(where: { $0.wallClockNanoseconds <= instant }) {
                return .recalled(samples, instant: instant)
            }
            return try await before(instant, now: now)
        case .before(let instant): return try await before(instant, now: now)
        case .after(let instant):
            let samples = try await samples(since: instant, until: instant + Self.part)
            if let first = samples.first { return .recalled(samples, instant: first.wallClockNanoseconds) }
            guard let next = try await firstTime(after: instant, now: now) else {
                return .note("There is nothing newer in the history.")
            }
            return .recalled(try await self.samples(since: next - 1, until: next + Self.part), instant: next)
        case .verdict(let instant):
            guard let time = try await verdictChange(after: instant, now: now) else {
                return .note("No verdict changes after this sample.")
            }
            return try await found(.at(time), now: now)
        case .event(let instant):
            let range = try await source.range(
                HistoryQuery(
                    sinceNanoseconds: instant, untilNanoseconds: now, stepNanoseconds: 24 * 60 * Self.minute,
                    scopes: .host, figures: [.processCount]))
            guard let event = range.events.first(where: { $0.wallClockNanoseconds > instant + 5_000_000_000 }) else {
                return .note("No event came after this sample.")
            }
            // The round that ended after it.
            return try await found(.at(event.wallClockNanoseconds + 5_000_000_000), now: now)
        }
    }

    private func before(_ instant: UInt64, now: UInt64) async throws -> TopModel.Input {
        let end = instant - min(instant, 1)
        let samples = try await samples(since: end - min(end, Self.part), until: end)
        if !samples.isEmpty { return .recalled(samples, instant: end) }
        // Beyond a gap.
        let days = try await source.range(
            HistoryQuery(
                sinceNanoseconds: end - min(end, Self.reach), untilNanoseconds: end, stepNanoseconds: 10 * Self.minute,
                scopes: .host, figures: [.processCount]))
        guard let last = days.times.last else { return .note("There is nothing older in the history.") }
        let until = min(last, end)
        return .recalled(try await self.samples(since: until - Self.part, until: until), instant: end)
    }

    private func firstTime(after instant: UInt64, now: UInt64) async throws -> UInt64? {
        let range = try await source.range(
            HistoryQuery(
                sinceNanoseconds: instant, untilNanoseconds: now, stepNanoseconds: 10 * Self.minute, scopes: .host,
                figures: [.processCount]))
        // The end of a step; what is in it lies before.
        return range.times.first.map { max(instant, $0 - min($0, 10 * Self.minute)) }
    }

    private func verdictChange(after instant: UInt64, now: UInt64) async throws -> UInt64? {
        // A day at a time: all groups by the minute.
        var since = instant
        while since < now {
            let until = min(now, since + 24 * 60 * Self.minute)
            let range = try await source.range(
                HistoryQuery(
                    sinceNanoseconds: since, untilNanoseconds: until, stepNanoseconds: Self.minute, scopes: .all,
                    figures: [.verdict]))
            let changes = range.series.compactMap { series in
                range.verdicts(of: series).dropFirst().first { $0.sinceNanoseconds > instant + Self.minute }?
                    .sinceNanoseconds
            }
            if let first = changes.min() { return first }
            since = until
        }
        return nil
    }

    // MARK: Samples

    /// The rounds of a span, with a row for each gap.
    private func samples(since: UInt64, until: UInt64) async throws -> [LiveSample] {
        guard since < until else { return [] }
        let range = try await source.range(
            HistoryQuery(sinceNanoseconds: since, untilNanoseconds: until, stepNanoseconds: nil, scopes: .all))
        return try Self.samples(range)
    }

    static func samples(_ range: HistoryRange) throws -> [LiveSample] {
        var samples: [LiveSample] = []
        let events = range.events.enumerated().map { place, event in
            ObservedEvent(
                sequence: UInt64(place + 1), wallClockNanoseconds: event.wallClockNanoseconds, kind: event.kind,
                severity: ObservedEvent.Severity(rawValue: event.severity) ?? .notice, message: event.message,
                fields: [])
        }
        for place in range.times.indices {
            let time = range.times[place]
            if place > 0 {
                let before = range.times[place - 1]
                for gap in range.gaps where gap.sinceNanoseconds >= before && gap.sinceNanoseconds < time {
                    if var row = samples.last {
                        row.gap = HistoryTable.text(gap).drop { $0 == " " }.description
                        // Between the samples, so that steps come to it.
                        row.status.round.wallClockNanoseconds = before + 1
                        samples.append(row)
                    }
                }
            }
            var sample = try sample(range, at: place)
            sample.events = events.filter { $0.wallClockNanoseconds <= time }.suffix(50)
            samples.append(sample)
        }
        return samples
    }

    private static func sample(_ range: HistoryRange, at place: Int) throws -> LiveSample {
        let snapshot = range.snapshot(at: place)
        let now = snapshot.monotonicNanoseconds
        let question = DocumentQuestion(nowNanoseconds: now)
        var sample = LiveSample(
            status: StatusAnswer(snapshot, version: NumawatchCommand.version, nowNanoseconds: now),
            nodes: NodesAnswer(snapshot, nowNanoseconds: now), groups: snapshot.groups)
        sample.isPast = true
        // Not judged, or not modelled then: as with a daemon that says so.
        sample.model = try? PublishedDocument<ModelAnswer>.model.make(snapshot, question)
        sample.verdicts = (try? PublishedDocument<VerdictAnswer>.verdict.make(snapshot, question)).map(Verdicts.init)
        return sample
    }
}
