import LinuxSystem
import Logging
import SystemPackage

/// Where the log goes, decided once at start from how the process was started.
package enum LogDestination: String, Sendable {
    /// The journal's own protocol, with structured fields.
    case journal
    /// Lines on standard error for a person.
    case lines

    /// The journal where standard error is the very stream systemd connected to it (`JOURNAL_STREAM`); else lines.
    package static var ofThisProcess: Self {
        Journal.isStandardError && Journal.isPresent ? .journal : .lines
    }

    /// A handler that writes there.
    ///
    /// - Parameter identifier: The program's name, `SYSLOG_IDENTIFIER` in the journal.
    package func handler(identifier: String, threshold: LogThresholdBox) -> RecordLogHandler {
        switch self {
        case .journal: RecordLogHandler(sink: JournalSink(identifier: identifier), threshold: threshold)
        case .lines:
            RecordLogHandler(
                sink: StandardErrorSink(identifier: identifier, isPrefixed: false), threshold: threshold)
        }
    }
}

/// Entries in the journal, with fields.
struct JournalSink: LogSink {
    let identifier: String
    /// How an entry is sent; a test puts its own here.
    var send: @Sendable ([(name: String, value: String)]) throws -> Void = { fields in
        // Without its socket, libsystemd drops the entry and reports success.
        guard Journal.isPresent else { throw SystemFailure("write to", "the journal", .noSuchFileOrDirectory) }
        try Journal.send(fields)
    }
    /// What takes a record that the journal did not: lines with a priority, which systemd captures.
    var fallback: any LogSink

    init(identifier: String) {
        self.identifier = identifier
        fallback = StandardErrorSink(identifier: identifier, isPrefixed: true)
    }

    func write(_ record: LogRecord) {
        do {
            try send(record.journalFields(identifier: identifier))
        } catch {
            fallback.write(record)
        }
    }
}

/// Lines on standard error.
struct StandardErrorSink: LogSink {
    let identifier: String
    /// With `<N>` in front, which systemd's capture of standard error turns into a priority.
    let isPrefixed: Bool

    func write(_ record: LogRecord) {
        let line = isPrefixed ? record.prefixedLine(identifier: identifier) : record.line(identifier: identifier)
        // A line in one write(2) is not mixed with others. Nobody is left to tell when standard error is gone.
        _ = try? FileDescriptor.standardError.writeAll(Array("\(line)\n".utf8))
    }
}
