import Logging
import TextOutput

/// One message on its way out: what the journal and the terminal are both rendered from.
struct LogRecord: Sendable {
    var level: Logger.Level
    var message: String
    /// The kind of event, where it is one of the known kinds.
    var event: DaemonEvent?
    /// Fields in the order of their names, without the event.
    var fields: [(name: String, value: String)]
    var file: String
    var function: String
    var line: UInt

    /// Puts a swift-log event together with the metadata of its logger; the event's own values win.
    init(_ logged: LogEvent, metadata: Logger.Metadata) {
        var merged = metadata
        if let own = logged.metadata { merged.merge(own) { _, new in new } }
        if let error = logged.error { merged["error"] = .string(String(describing: error)) }
        level = logged.level
        message = logged.message.description
        event = merged.removeValue(forKey: DaemonEvent.metadataKey).flatMap { DaemonEvent(rawValue: $0.description) }
        fields = merged.map { ($0.key, $0.value.description) }.sorted { $0.name < $1.name }
        file = logged.file
        function = logged.function
        line = logged.line
    }

    /// syslog's priority: 2 critical to 7 debug.
    var priority: Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

// MARK: - The journal

extension LogRecord {
    /// The journal's fields, by the names of `systemd.journal-fields(7)`; ours start with `NUMAWATCH_`. Control characters
    /// are escaped as on a terminal: journalctl shows a message with one in it as `[42B blob data]`.
    func journalFields(identifier: String) -> [(name: String, value: String)] {
        var journal: [(name: String, value: String)] = [
            ("MESSAGE", message.terminalSafe),
            ("PRIORITY", String(priority)),
            ("SYSLOG_IDENTIFIER", identifier),
            ("CODE_FILE", file),
            ("CODE_LINE", String(line)),
            ("CODE_FUNC", function),
        ]
        if let event {
            journal.append(("MESSAGE_ID", event.messageID))
            journal.append(("NUMAWATCH_EVENT", event.rawValue))
        }
        for field in fields { journal.append((Self.journalName(field.name), field.value.terminalSafe)) }
        return journal
    }

    /// A metadata key as a journal field name: upper case, anything but letters and digits as an underscore, at most
    /// 64 characters, which is the journal's limit.
    static func journalName(_ key: String) -> String {
        var name = "NUMAWATCH_"
        for scalar in key.unicodeScalars.prefix(54) {
            switch scalar {
            case "A"..."Z", "0"..."9": name.unicodeScalars.append(scalar)
            case "a"..."z": name += String(scalar).uppercased()
            default: name += "_"
            }
        }
        return name
    }
}

// MARK: - The terminal

extension LogRecord {
    /// One line for a person: `numawatchd: warning: message (key=value)`; the message of an event is a whole sentence and
    /// says what its fields say. Control characters are escaped: what a client
    /// or a process name brings along must not reach the terminal.
    func line(identifier: String) -> String {
        var text = "\(identifier): "
        if level >= .warning { text += "\(level.rawValue): " }
        text += message
        if event == nil, !fields.isEmpty {
            text += " (" + fields.map { "\($0.name)=\($0.value)" }.joined(separator: ", ") + ")"
        }
        return text.terminalSafe
    }

    /// The same line behind the priority that systemd's log capture understands, `<4>…` of sd-daemon(3).
    func prefixedLine(identifier: String) -> String {
        "<\(priority)>\(line(identifier: identifier))"
    }
}
