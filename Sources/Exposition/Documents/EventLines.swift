package import Snapshots
import TextOutput

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

    static let schema = Schema.object([
        .required("type", .choice(["event", "round", "dropped"]), "What the line is."),
        .optional("sequence", .integer, "The number of the event, or of the round."),
        .optional("time", .string, "When it happened, RFC 3339, UTC."),
        .optional("kind", .string, "The kind of event."),
        .optional("severity", .choice(["notice", "warning", "error"]), "How serious the event is."),
        .optional("message", .string, "One sentence."),
        .optional("uid", .integer, "The user whose process it is about."),
        .optional("fields", .map(of: .string), "Further facts."),
        .optional("dropped_count", .integer, "Events missing here."),
        .optional("process_count", .integer, "Of the round: user processes."),
        .optional("thread_count", .integer, "Of the round: their threads."),
        .optional("cpu_ratio", .number, "Of the round: the daemon's share of one CPU."),
        .optional("vmstat_rates_per_second", .map(of: .number), "Of the round: increase of the kernel's counters."),
    ])

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
                    case .round(let snapshot): return Writer.line(snapshot)
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
                var json = JSONWriter()
                json.object { json in
                    json.member("type", "dropped")
                    json.member("dropped_count", event.sequence - lastSequence - 1)
                }
                bytes = json.bytes + [UInt8(ascii: "\n")]
            }
            lastSequence = event.sequence
            if event.uid == nil || viewer.maySee(uid: event.uid) {
                bytes += Self.line(event)
            }
            return bytes.isEmpty ? nil : bytes
        }

        private static func line(_ event: ObservedEvent) -> [UInt8] {
            var json = JSONWriter()
            json.object { json in
                json.member("type", "event")
                json.member("sequence", event.sequence)
                json.member("time", UTCTime.text(nanoseconds: event.wallClockNanoseconds))
                json.member("kind", event.kind)
                json.member("severity", name(of: event.severity))
                json.member("message", event.message)
                json.member(ifPresent: "uid", event.uid)
                json.object("fields") { json in
                    for field in event.fields { json.member(field.name, field.value) }
                }
            }
            return json.bytes + [UInt8(ascii: "\n")]
        }

        static func line(_ snapshot: HostSnapshot) -> [UInt8] {
            var json = JSONWriter()
            json.object { json in
                json.member("type", "round")
                json.member("sequence", snapshot.sequence)
                json.member("time", UTCTime.text(nanoseconds: snapshot.wallClockNanoseconds))
                json.member(ifPresent: "process_count", snapshot.host.processCount)
                json.member(ifPresent: "thread_count", snapshot.host.threadCount)
                json.member("cpu_ratio", snapshot.cost.cpuShare)
                json.object("vmstat_rates_per_second") { json in
                    for rate in snapshot.host.vmstatRates { json.member(rate.name, rate.perSecond) }
                }
            }
            return json.bytes + [UInt8(ascii: "\n")]
        }

        private static func name(of severity: ObservedEvent.Severity) -> String {
            switch severity {
            case .notice: "notice"
            case .warning: "warning"
            case .error: "error"
            }
        }
    }
}
