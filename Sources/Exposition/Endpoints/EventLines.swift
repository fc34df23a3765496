package import Snapshots
package import TextOutput

/// The lines of `/v1/events`: one JSON object each, as things happen.
///
/// `type` says what a line is: `event`, `round` (only if asked for), or `dropped`: this reader was too slow for the log,
/// and so many events are missing here.
package struct EventLines: Sendable {
    /// What to send.
    package struct Options: Sendable {
        /// Send the kept events with a higher number first; without it, only what happens from now on.
        package var after: UInt64?
        /// Go on with what happens from now on.
        package var isFollowing = true
        /// A line per round of sampling, too.
        package var includesRounds = false

        package init() {}
    }

    private let log: EventLog
    private let store: SnapshotStore

    package init(log: EventLog, store: SnapshotStore) {
        self.log = log
        self.store = store
    }

    /// The line of one event, with its newline.
    package static func bytes(of event: ObservedEvent) -> [UInt8] { EventLine.event(event).bytes }

    /// The members of the same, into an open object.
    package static func write(_ event: ObservedEvent, into json: inout JSONWriter) {
        EventLine.fields.write(.event(event), .timeless, into: &json)
    }

    fileprivate enum Item: Sendable {
        case event(ObservedEvent)
        case round(HostSnapshot)
    }

    /// The lines for one reader. What it does not read in time is dropped, oldest first, and counted in the stream.
    package func stream(_ options: Options, viewer: Viewer) -> Lines {
        // The log's stream is opened before the kept events are taken, so that none falls between; numbers sort out
        // doubles.
        let live = log.stream()
        let events = log.events(after: options.after ?? 0)
        let writer = Writer(viewer: viewer, lastSequence: options.after ?? events.last?.sequence ?? 0)
        let (items, continuation) = AsyncStream.makeStream(
            of: Item.self, bufferingPolicy: .bufferingNewest(EventLog.capacity))
        if options.after != nil {
            for event in events { continuation.yield(.event(event)) }
        }
        guard options.isFollowing else {
            continuation.finish()
            return Lines(items: items, writer: writer)
        }
        let eventPump = Task {
            for await event in live { continuation.yield(.event(event)) }
        }
        let updates = options.includesRounds ? store.updates() : nil
        let roundPump = Task {
            guard let updates else { return }
            for await snapshot in updates { continuation.yield(.round(snapshot)) }
        }
        continuation.onTermination = { _ in
            eventPump.cancel()
            roundPump.cancel()
        }
        return Lines(items: items, writer: writer)
    }

    /// The lines, made as they are read. For one reader.
    package struct Lines: AsyncSequence, Sendable {
        fileprivate let items: AsyncStream<Item>
        fileprivate let writer: Writer

        package func makeAsyncIterator() -> Iterator {
            Iterator(items: items.makeAsyncIterator(), writer: writer)
        }

        package struct Iterator: AsyncIteratorProtocol {
            fileprivate var items: AsyncStream<Item>.AsyncIterator
            fileprivate var writer: Writer

            package mutating func next() async -> [UInt8]? {
                await next(isolation: nil)
            }

            package mutating func next(isolation: isolated (any Actor)?) async -> [UInt8]? {
                while let item = await items.next(isolation: isolation) {
                    switch item {
                    case .round(let snapshot): return EventLine.round(snapshot).bytes
                    case .event(let event):
                        if let line = writer.line(event) { return line }
                    }
                }
                return nil
            }
        }
    }

    /// Knows what this reader has had.
    fileprivate struct Writer: Sendable {
        let viewer: Viewer
        /// The number of the last event that was looked at.
        var lastSequence: UInt64

        /// The line (after one about a gap, where there is one), or nothing for an event seen already or not to be shown.
        mutating func line(_ event: ObservedEvent) -> [UInt8]? {
            var bytes: [UInt8] = []
            guard event.sequence > lastSequence else { return nil }
            if event.sequence - lastSequence > 1 {
                bytes = EventLine.dropped(event.sequence - lastSequence - 1).bytes
            }
            lastSequence = event.sequence
            if event.uid == nil || viewer.maySee(uid: event.uid) {
                bytes += EventLine.event(event).bytes
            }
            return bytes.isEmpty ? nil : bytes
        }
    }
}

/// One line.
enum EventLine: Sendable {
    case event(ObservedEvent)
    case round(HostSnapshot)
    /// So many events are missing here.
    case dropped(UInt64)

    static let fields = Fields<EventLine>() {
        Field("type", derived: { $0.type }, "What the line is.")
        Field(.sequence, derived: { $0.sequence }, "The number of the event, or of the round.")
        Field(
            .time, derived: { $0.wallClockNanoseconds.map(UTCTime.init(nanoseconds:)) },
            "When it happened, RFC 3339, UTC.")
        Field(.kind, derived: { $0.event?.kind }, "The kind of event.")
        Field("severity", derived: { $0.event?.severity }, "How serious the event is.")
        Field(.message, derived: { $0.event?.message }, "One sentence.")
        Field(.uid, derived: { $0.event?.uid }, "The user whose process it is about.")
        Field(
            "fields", derived: { $0.event.map { NamedValues($0.fields.map { ($0.name, $0.value) }) } },
            "Further facts.")
        Field("dropped_count", derived: { $0.droppedCount }, "Events missing here.")
        Field(.processCount, derived: { $0.snapshot?.host.processCount }, "Of the round: user processes.")
        Field(.threadCount, derived: { $0.snapshot?.host.threadCount }, "Of the round: their threads.")
        Field(.cpuRatio, derived: { $0.snapshot?.cost.cpuShare }, "Of the round: the daemon's share of one CPU.")
        Field(
            "vmstat_rates_per_second", derived: { $0.snapshot.map { NamedValues(rates: $0.host.vmstatRates) } },
            "Of the round: increase of the kernel's counters.")
    }

    /// The line, with its newline.
    var bytes: [UInt8] { Self.fields.document(self, .timeless) }

    private enum TypeName: String, FieldChoice {
        case event, round, dropped
    }

    private var type: TypeName {
        switch self {
        case .event: .event
        case .round: .round
        case .dropped: .dropped
        }
    }

    private var event: ObservedEvent? { if case .event(let event) = self { event } else { nil } }
    private var snapshot: HostSnapshot? { if case .round(let snapshot) = self { snapshot } else { nil } }
    private var droppedCount: UInt64? { if case .dropped(let count) = self { count } else { nil } }
    private var sequence: UInt64? { event?.sequence ?? snapshot?.sequence }
    private var wallClockNanoseconds: UInt64? { event?.wallClockNanoseconds ?? snapshot?.wallClockNanoseconds }
}

extension ObservedEvent.Severity: FieldChoice {
    package static let allCases: [ObservedEvent.Severity] = [.notice, .warning, .error]

    package var fieldName: String {
        switch self {
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        }
    }
}
