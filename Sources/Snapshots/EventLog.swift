import Synchronization

/// Something that happened and is worth a line in the journal and on the event stream.
package struct ObservedEvent: Sendable, Equatable {
    package enum Severity: Int, Sendable, Comparable {
        case notice = 5
        case warning = 4
        case error = 3

        package static func < (left: Severity, right: Severity) -> Bool {
            left.rawValue > right.rawValue
        }
    }

    /// Counts events from 1.
    package var sequence: UInt64
    /// Nanoseconds since 1970.
    package var wallClockNanoseconds: UInt64
    /// A stable name in lower-case-with-dashes: `configuration-reloaded`, `balancing-mode-changed`…
    package var kind: String
    package var severity: Severity
    /// One sentence for the administrator.
    package var message: String
    /// Further facts, in order. Names are lower_case.
    package var fields: [Field]
    /// The user whose process it is about; absent for events of the host, which everyone may see.
    package var uid: UInt32?

    package init(
        sequence: UInt64, wallClockNanoseconds: UInt64, kind: String, severity: Severity, message: String,
        fields: [Field], uid: UInt32? = nil
    ) {
        self.sequence = sequence
        self.wallClockNanoseconds = wallClockNanoseconds
        self.kind = kind
        self.severity = severity
        self.message = message
        self.fields = fields
        self.uid = uid
    }

    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// The last events, and a stream of those to come. Bounded: the oldest are dropped, and a slow reader loses the oldest.
package final class EventLog: Sendable {
    /// What is kept for readers that come later.
    package static let capacity = 1024
    /// What waits for one slow reader; more is dropped for that reader alone.
    package static let backlog = 256

    private struct State {
        var events: [ObservedEvent] = []
        var nextSequence: UInt64 = 1
        var readers: [UInt64: AsyncStream<ObservedEvent>.Continuation] = [:]
        var nextReader: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Adds an event.
    ///
    /// - Returns: The event with its number.
    @discardableResult
    package func post(
        kind: String, severity: ObservedEvent.Severity = .notice, message: String,
        fields: [ObservedEvent.Field] = [], uid: UInt32? = nil, wallClockNanoseconds: UInt64
    ) -> ObservedEvent {
        let (event, readers) = state.withLock { state in
            let event = ObservedEvent(
                sequence: state.nextSequence, wallClockNanoseconds: wallClockNanoseconds, kind: kind,
                severity: severity, message: message, fields: fields, uid: uid)
            state.nextSequence += 1
            if state.events.count == Self.capacity {
                state.events.removeFirst(Self.capacity / 4)
            }
            state.events.append(event)
            return (event, Array(state.readers.values))
        }
        for reader in readers {
            reader.yield(event)
        }
        return event
    }

    /// The events kept, oldest first, from a sequence number on.
    package func events(after sequence: UInt64 = 0) -> [ObservedEvent] {
        state.withLock { $0.events.filter { $0.sequence > sequence } }
    }

    /// Every event from now on.
    package func stream() -> AsyncStream<ObservedEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ObservedEvent.self, bufferingPolicy: .bufferingNewest(Self.backlog))
        let id = state.withLock { state in
            let id = state.nextReader
            state.nextReader += 1
            state.readers[id] = continuation
            return id
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                _ = state.readers.removeValue(forKey: id)
            }
        }
        return stream
    }
}
