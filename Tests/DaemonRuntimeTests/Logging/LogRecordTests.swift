import Logging
import Synchronization
import Testing

@testable import DaemonRuntime

/// Keeps what is logged.
final class RecordingSink: LogSink {
    private let stored = Mutex<[LogRecord]>([])

    var records: [LogRecord] { stored.withLock { $0 } }

    func write(_ record: LogRecord) {
        stored.withLock { $0.append(record) }
    }
}

private struct Trouble: Error, CustomStringConvertible {
    let description = "no such thing"
}

@Suite("Log records")
struct LogRecordTests {
    private let sink = RecordingSink()

    private func logger(_ threshold: DaemonConfiguration.LogThreshold = .debug) -> (Logger, LogThresholdBox) {
        let box = LogThresholdBox(threshold)
        return (Logger(label: "t") { _ in RecordLogHandler(sink: sink, threshold: box) }, box)
    }

    @Test("an event reaches the journal with its identifier, priority, place and fields")
    func journalFields() throws {
        var (logger, _) = logger()
        logger[metadataKey: "round"] = "7"
        logger.log(
            .roundFailed, "Round failed, trying again", metadata: ["pid": "12", "cgroup-path": "/a=b"],
            error: Trouble(), file: "Module/File.swift", function: "f()", line: 3)
        let record = try #require(sink.records.first)
        let fields = Dictionary(
            uniqueKeysWithValues: record.journalFields(identifier: "numawatchd").map { ($0.name, $0.value) })
        #expect(
            fields == [
                "MESSAGE": "Round failed, trying again", "PRIORITY": "4", "SYSLOG_IDENTIFIER": "numawatchd",
                "CODE_FILE": "Module/File.swift", "CODE_LINE": "3", "CODE_FUNC": "f()",
                "MESSAGE_ID": DaemonEvent.roundFailed.messageID, "NUMAWATCH_EVENT": "round-failed",
                "NUMAWATCH_PID": "12", "NUMAWATCH_CGROUP_PATH": "/a=b", "NUMAWATCH_ROUND": "7",
                "NUMAWATCH_ERROR": "no such thing",
            ])
    }

    @Test("a plain message has no identifier, and its place is the caller's")
    func plainMessage() throws {
        let (logger, _) = logger()
        logger.info("hello")
        let record = try #require(sink.records.first)
        let fields = record.journalFields(identifier: "x")
        #expect(!fields.contains { $0.name == "MESSAGE_ID" })
        #expect(fields.contains { $0.name == "CODE_FILE" && $0.value.hasSuffix("LogRecordTests.swift") })
    }

    @Test(
        "field names keep to the journal's rules",
        arguments: [
            ("pid", "NUMAWATCH_PID"), ("sl-signal", "NUMAWATCH_SL_SIGNAL"), ("größe", "NUMAWATCH_GR__E"),
            (String(repeating: "a", count: 100), "NUMAWATCH_" + String(repeating: "A", count: 54)), ("", "NUMAWATCH_"),
        ])
    func fieldNames(_ key: String, _ expected: String) {
        #expect(LogRecord.journalName(key) == expected)
    }

    @Test(
        "levels become syslog's priorities",
        arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func priorities(_ level: Logger.Level, _ priority: Int) throws {
        let handler = RecordLogHandler(sink: sink, level: .trace)
        var logger = Logger(label: "t") { _ in handler }
        logger.logLevel = .trace
        logger.log(level: level, "m")
        #expect(try #require(sink.records.first).priority == priority)
    }

    @Test("a terminal gets one line, with control characters made visible")
    func lines() throws {
        let (logger, _) = logger()
        logger.warning("bad \u{1B}[31mname\n", metadata: ["b": "2", "a": "1"])
        logger.notice("fine")
        logger.log(.ready, "Ready", metadata: ["a": "1"])
        let records = sink.records
        #expect(records[0].line(identifier: "d") == "d: warning: bad \\u{1b}[31mname\\n (a=1, b=2)")
        #expect(records[0].prefixedLine(identifier: "d").hasPrefix("<4>d: warning: "))
        #expect(records[1].line(identifier: "d") == "d: fine")
        #expect(records[2].line(identifier: "d") == "d: Ready")
    }

    @Test("the journal and a terminal get names escaped alike: C1 controls and marks that turn the writing, too")
    func hostileNames() throws {
        let (logger, _) = logger()
        logger.warning("group “a\u{9b}31m\u{202e}b\u{2028}”", metadata: ["group": "x\ny\u{2066}"])
        let record = try #require(sink.records.first)
        let line = record.line(identifier: "d")
        #expect(line.contains("a\\u{9b}31m\\u{202e}b\\u{2028}") && line.contains("group=x\\ny\\u{2066}"))
        let fields = Dictionary(
            uniqueKeysWithValues: record.journalFields(identifier: "d").map { ($0.name, $0.value) })
        #expect(fields["MESSAGE"] == "group “a\\u{9b}31m\\u{202e}b\\u{2028}”")
        #expect(fields["NUMAWATCH_GROUP"] == "x\\ny\\u{2066}")
    }

    @Test("the threshold applies to all loggers at once and can be changed")
    func threshold() {
        let (logger, box) = logger(.warning)
        var copy = logger
        copy.logLevel = .trace
        logger.info("dropped")
        copy.info("dropped")
        box.set(.info)
        logger.info("kept")
        copy.debug("dropped")
        #expect(sink.records.map(\.message) == ["kept"])
    }

    @Test("what the journal does not take goes to standard error instead of nowhere")
    func fallback() {
        let (logger, _) = logger()
        logger.info("one")
        var journal = JournalSink(identifier: "d")
        let spare = RecordingSink()
        journal.fallback = spare
        journal.send = { _ in throw Trouble() }
        journal.write(sink.records[0])
        #expect(spare.records.map(\.message) == ["one"])
        journal.send = { _ in }
        journal.write(sink.records[0])
        #expect(spare.records.count == 1)
    }

    @Test("message identifiers are 128 bits in hexadecimal and differ")
    func messageIDs() {
        let identifiers = DaemonEvent.allCases.map(\.messageID)
        #expect(Set(identifiers).count == identifiers.count)
        for identifier in identifiers {
            #expect(identifier.count == 32)
            #expect(identifier.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        }
    }
}
