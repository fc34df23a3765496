import Exposition
import LiveView
import Snapshots
import TextOutput

/// What `numawatch top` asks beside documents.
protocol LiveSource: DocumentSource {
    /// The events that are kept and have a higher number, oldest first; none where nobody keeps any.
    func events(after sequence: UInt64) async throws -> [ObservedEvent]

    /// What was recorded of a process or thread, or why there is nothing.
    func story(of id: Int32) async throws -> [String]
}

extension DaemonClient: LiveSource {
    func events(after sequence: UInt64) async throws -> [ObservedEvent] {
        let bytes = try await get("/v1/events?after=\(sequence)&follow=false")
        return try bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            try EventText.event(JSONValue(parsing: Array(line)))
        }
    }

    func story(of id: Int32) async throws -> [String] {
        do {
            let text = String(decoding: try await get("/v1/explain/\(id)?format=text"), as: UTF8.self)
            return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        } catch let failure as CommandFailure where failure.status == .negative {
            return [failure.message] + (failure.remedy.map { [$0] } ?? [])
        }
    }
}

extension LocalSource: LiveSource {
    func events(after sequence: UInt64) async throws -> [ObservedEvent] { [] }

    func story(of id: Int32) async throws -> [String] {
        ["Nothing is recorded without a daemon.", "A daemon that traces tells the story of \(id)."]
    }
}

/// The lines of `/v1/events`.
enum EventText {
    /// An event; nil for lines of another type.
    static func event(_ line: JSONValue) throws -> ObservedEvent? {
        guard line["type"]?.text == "event", let time = line[FieldName.time.text] else { return nil }
        let severities: [String: ObservedEvent.Severity] = ["notice": .notice, "warning": .warning, "error": .error]
        return ObservedEvent(
            sequence: line[FieldName.sequence.text]?.number.map { UInt64(max(0, $0)) } ?? 0,
            wallClockNanoseconds: try UTCTime(reading: time).nanoseconds,
            kind: line[FieldName.kind.text]?.text ?? "",
            severity: line["severity"]?.text.flatMap { severities[$0] } ?? .notice,
            message: line[FieldName.message.text]?.text ?? "", fields: [])
    }
}
