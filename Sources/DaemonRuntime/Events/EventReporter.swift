import LinuxSystem
import Logging
import Snapshots

/// Tells of an event wherever events are told: in the log, and to whoever reads `/v1/events`.
struct EventReporter: Sendable {
    let logger: Logger
    let log: EventLog
    let time: any TimeSource

    /// - Parameter fields: In order; names are lower_case.
    func report(
        _ event: DaemonEvent, _ message: String, fields: [ObservedEvent.Field] = [], uid: UInt32? = nil,
        error: (any Error)? = nil, file: String = #fileID, function: String = #function, line: UInt = #line
    ) {
        var metadata: Logger.Metadata = [:]
        for field in fields { metadata[field.name] = .string(field.value) }
        logger.log(
            event, "\(message)", metadata: metadata, error: error, file: file, function: function, line: line)
        guard let severity = event.severity else { return }
        log.post(
            kind: event.rawValue, severity: severity, message: message,
            fields: fields + (error.map { [ObservedEvent.Field("error", "\($0)")] } ?? []),
            uid: uid, wallClockNanoseconds: time.realtimeNanoseconds)
    }

    func report(_ change: SnapshotChange) {
        report(change.event, change.message, fields: change.fields, uid: change.uid)
    }
}

extension DaemonEvent {
    /// Its severity on the event stream; nil for what concerns only the journal.
    fileprivate var severity: ObservedEvent.Severity? {
        switch level {
        case .trace, .debug, .info: nil
        case .notice: .notice
        case .warning: .warning
        case .error, .critical: .error
        }
    }
}
