import Exposition
import History
import HistoryFiles
import LinuxSystem
import Snapshots
import Synchronization

/// Keeps the history on a thread of its own: a disk that is slow, full or gone holds up nobody else.
///
/// Rounds and events wait in a queue of bounded length; what does not fit while the disk keeps the thread is missing, which the
/// history tells as a gap.
actor HistoryKeeper {
    private let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }
    private let life: HistoryLife
    private let reporter: EventReporter
    /// `$STATE_DIRECTORY`, as systemd sets it.
    private let stateDirectory: String?

    private var configuration: DaemonConfiguration.History
    private var recorder: HistoryRecorder?
    private let waiting = Mutex(Waiting())
    private let published = Mutex(HistoryStatistics?.none)

    private struct Waiting {
        var rounds: [HistoryRound] = []
        var events: [HistoryEvent] = []
        var isAwake = false
        var groupLimit = 0
    }

    /// Rounds that wait for a disk: ten minutes of them at the usual interval.
    private static let roundLimit = 120
    private static let eventLimit = 512

    init(
        configuration: DaemonConfiguration.History, stateDirectory: String?, life: HistoryLife, reporter: EventReporter
    ) throws(SystemFailure) {
        executor = try ThreadExecutor(name: "history")
        self.configuration = configuration
        self.stateDirectory = stateDirectory
        self.life = life
        self.reporter = reporter
        waiting.withLock { $0.groupLimit = configuration.maximumGroups }
    }

    /// How it goes; nil where none is kept.
    nonisolated var statistics: HistoryStatistics? { published.withLock { $0 } }

    // MARK: What comes

    /// Takes a round; returns at once.
    nonisolated func add(_ snapshot: HostSnapshot) {
        let round = HistoryRound(snapshot, groupLimit: waiting.withLock { $0.groupLimit })
        let wakes = waiting.withLock { waiting in
            waiting.rounds.append(round)
            waiting.rounds.removeFirst(max(0, waiting.rounds.count - Self.roundLimit))
            defer { waiting.isAwake = true }
            return !waiting.isAwake
        }
        if wakes { Task { await self.takeWaiting() } }
    }

    /// Takes an event, to be written with the rounds.
    nonisolated func add(_ event: ObservedEvent) {
        let kept = HistoryEvent(
            wallClockNanoseconds: event.wallClockNanoseconds, kind: event.kind, severity: event.severity.rawValue,
            message: event.message, group: event.fields.first { $0.name == "group" }?.value, uid: event.uid)
        waiting.withLock { waiting in
            waiting.events.append(kept)
            waiting.events.removeFirst(max(0, waiting.events.count - Self.eventLimit))
        }
    }

    private func takeWaiting() {
        let (rounds, events) = waiting.withLock { waiting in
            defer {
                waiting.rounds = []
                waiting.events = []
                waiting.isAwake = false
            }
            return (waiting.rounds, waiting.events)
        }
        guard let recorder = recorder ?? begin() else { return }
        for event in events { recorder.take(event) }
        for round in rounds { tell(recorder.take(round)) }
        published.withLock { $0 = recorder.statistics }
    }

    // MARK: Beginning and end

    /// Whether it was said that there is none.
    private var isOffTold = false

    private func begin() -> HistoryRecorder? {
        let directory = configuration.directory.isEmpty ? stateDirectory : configuration.directory
        guard configuration.isEnabled, let directory else {
            if !isOffTold {
                reporter.report(
                    .historyOff,
                    configuration.isEnabled
                        ? "No history is kept: neither Directory= in [History] nor $STATE_DIRECTORY says where"
                        : "No history is kept: Enabled=no in [History]")
            }
            isOffTold = true
            return nil
        }
        let new = HistoryRecorder(directory: directory, limits: configuration.limits, life: life)
        recorder = new
        return new
    }

    /// Puts another configuration in force.
    func apply(_ configuration: DaemonConfiguration.History) {
        guard configuration != self.configuration else { return }
        let isMoved =
            configuration.directory != self.configuration.directory
            || configuration.isEnabled != self.configuration.isEnabled
        self.configuration = configuration
        waiting.withLock { $0.groupLimit = configuration.maximumGroups }
        isOffTold = false
        if isMoved {
            if let recorder { tell(recorder.finish(isTurnedOff: !configuration.isEnabled)) }
            recorder = nil
            published.withLock { $0 = nil }
        } else {
            recorder?.apply(configuration.limits)
        }
    }

    /// Writes what there is, and closes the file.
    func finish() {
        takeWaiting()
        guard let recorder else { return }
        tell(recorder.finish())
        published.withLock { $0 = recorder.statistics }
    }

    /// Reads a range.
    func range(_ query: HistoryQuery, viewer: UInt32?) throws(EndpointError) -> HistoryAnswer {
        takeWaiting()
        guard let recorder else {
            throw EndpointError(
                status: 404, "No history is kept here.",
                remedy: "Set Enabled=yes and Directory= in [History] of numawatchd.conf.")
        }
        do throws(DatabaseFailure) {
            let (range, next) = try recorder.range(query, viewer: viewer, valueLimit: HistoryAnswer.valueLimit)
            return HistoryAnswer(range, nextSinceNanoseconds: next)
        } catch {
            throw EndpointError(
                status: 503, "The history cannot be read: \(error).",
                remedy: "The journal says what is wrong: journalctl -u numawatchd.", retryAfterSeconds: 60)
        }
    }

    // MARK: What is told

    private func tell(_ notices: [HistoryNotice]) {
        for notice in notices {
            switch notice {
            case .opened(let path, let since, let upgradedFrom):
                var message = "The history is in \(path)"
                if let since { message += ", since \(UTCTime.text(nanoseconds: since))" }
                if let upgradedFrom { message += "; it was brought up to date from version \(upgradedFrom)" }
                reporter.report(.historyOpened, message, fields: [ObservedEvent.Field("path", path)])
            case .failed(let failure):
                reporter.report(
                    .historyFailed, "The history is not written: \(failure)",
                    fields: [
                        ObservedEvent.Field("path", failure.path), ObservedEvent.Field("reason", failure.kind.rawValue),
                    ])
            case .resumed(let lost):
                reporter.report(
                    .historyResumed,
                    "The history is written again; \(lost) \(lost == 1 ? "minute is" : "minutes are") missing",
                    fields: [ObservedEvent.Field("lost_minutes", "\(lost)")])
            case .setAside(let failure, let newPath):
                reporter.report(
                    .historySetAside, "The history was put aside as \(newPath), and a new one begun: \(failure)",
                    fields: [
                        ObservedEvent.Field("path", newPath), ObservedEvent.Field("reason", failure.kind.rawValue),
                    ])
            case .clockSet(let seconds):
                let amount = Int(seconds.magnitude.rounded())
                reporter.report(
                    .clockSet,
                    seconds < 0
                        ? "The clock was set back by \(amount) s"
                        : "The clock was set forward by \(amount) s, or the machine slept so long",
                    fields: [ObservedEvent.Field("seconds", "\(Int(seconds.rounded()))")])
            }
        }
    }
}

extension DaemonConfiguration.History {
    /// What a history may hold.
    var limits: HistoryLimits {
        var limits = HistoryLimits()
        limits.roundAgeMilliseconds = Self.milliseconds(roundAge)
        limits.minuteAgeMilliseconds = Self.milliseconds(minuteAge)
        limits.sizeBytes = sizeBytes
        return limits
    }

    private static func milliseconds(_ duration: Duration) -> UInt64 {
        UInt64(clamping: duration.components.seconds * 1000)
    }
}
