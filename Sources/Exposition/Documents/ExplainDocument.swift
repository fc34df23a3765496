import Insight
import TextOutput

/// The answer of `/v1/explain/…`.
struct ExplainDocument: Sendable {
    /// Whom it is about.
    struct Subject: Sendable {
        /// As it was asked for.
        var id: Int32
        var process: Int32
        var command: String?
        var group: String?
    }

    var told: NarratedStory
    var subject: Subject
    /// Number of the newest entry of all.
    var last: UInt64

    static let fields = Fields<ExplainDocument>() {
        Field(.id, derived: { $0.subject.id }, "The process or thread asked for.")
        Field(.pid, derived: { $0.subject.process }, "Its process.")
        Field(.command, derived: { $0.subject.command }, "The process's command.")
        Field(.group, derived: { $0.subject.group }, "Its systemd unit, container or cgroup.")
        Field(.address, derived: { $0.address }, "The page asked for.")
        Field("last_sequence", derived: { $0.last }, "Number of the newest entry of all.")
        NarratedStory.fields.lifted(\.told)
    }

    private var address: String? {
        if case .page(_, let address) = told.story.subject { "0x" + String(address, radix: 16) } else { nil }
    }

    func reply(_ request: EndpointRequest) -> EndpointReply {
        guard request.query[text: "format"] == "text" else {
            return .json(Self.fields, self, nowNanoseconds: request.nowNanoseconds)
        }
        var text: [UInt8] = []
        told.story.appendText(to: &text, title: title, narrator: told.narrator)
        return EndpointReply(contentType: ContentType.text, body: .bytes(text))
    }

    private var title: String {
        let name = (subject.command.map { " (\($0.terminalSafe))" } ?? "")
        let unit = subject.group.map { $0 == "-" ? "" : " of \($0.terminalSafe)" } ?? ""
        let owner = "process \(subject.process)\(name)\(unit)"
        switch told.story.subject {
        case .process: return owner.prefix(1).uppercased() + owner.dropFirst()
        case .task(let tid): return tid == subject.process ? "Process \(tid)\(name)" : "Thread \(tid) of \(owner)"
        case .page(_, let address): return "Page 0x\(String(address, radix: 16)) of \(owner)"
        }
    }
}

/// The entries of a story as lines, as they are written down.
///
/// The book is looked at a few times a second; what was pushed out of a ring between two looks is told as a number.
struct StoryLines: AsyncSequence, Sendable {
    let stories: StoryStore
    let id: Int32
    let after: UInt64
    /// Entries recorded of it before.
    let told: UInt64
    let isText: Bool
    /// Whether the reader may still be told: asked before each line.
    let mayGoOn: @Sendable () -> Bool

    private static let interval = Duration.milliseconds(200)

    func makeAsyncIterator() -> Iterator { Iterator(lines: self, after: after, told: told) }

    struct Iterator: AsyncIteratorProtocol {
        let lines: StoryLines
        var after: UInt64
        var told: UInt64

        mutating func next() async -> [UInt8]? { await next(isolation: nil) }

        mutating func next(isolation: isolated (any Actor)?) async -> [UInt8]? {
            while true {
                let (id, after, told, isText) = (lines.id, after, told, lines.isText)
                let found = lines.stories.read { book, narrator -> (bytes: [UInt8], last: UInt64, told: UInt64) in
                    let story = book.story(of: id, after: after) ?? Story(subject: .task(id))
                    var bytes: [UInt8] = []
                    let shown = UInt64(story.entries.count { $0.tid > 0 })
                    // Less than before: it was forgotten for want of room, and begins anew.
                    let skipped = story.told > told ? story.told - told : shown
                    if skipped > shown { Self.append(skipped: skipped - shown, isText, to: &bytes) }
                    for entry in story.entries { Self.append(entry, isText, narrator, to: &bytes) }
                    return (bytes, book.lastSequence, story.told)
                }
                // Tracing has ended, or the process has become another user's.
                guard let found, lines.mayGoOn() else { return nil }
                self.after = found.last
                self.told = found.told
                if !found.bytes.isEmpty { return found.bytes }
                do {
                    try await Task.sleep(for: StoryLines.interval)
                } catch {
                    return nil
                }
            }
        }

        private static func append(skipped: UInt64, _ isText: Bool, to bytes: inout [UInt8]) {
            if isText {
                bytes.append(text: "(\(skipped) more came too fast to be shown)\n")
            } else {
                bytes += SkippedEntries.fields.document(SkippedEntries(count: skipped), .timeless)
            }
        }

        private static func append(
            _ entry: StoryEntry, _ isText: Bool, _ narrator: StoryNarrator, to bytes: inout [UInt8]
        ) {
            if isText {
                entry.appendLines(to: &bytes, narrator: narrator)
            } else {
                bytes += NarratedEntry.fields.document(NarratedEntry(entry, narrator: narrator), .timeless)
            }
        }
    }
}

/// A line in place of entries that came too fast.
private struct SkippedEntries: Sendable {
    var count: UInt64

    static let fields = Fields<SkippedEntries>() {
        Field("skipped_count", derived: { $0.count }, "Entries that are missing here.")
    }
}
