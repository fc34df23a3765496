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

    var story: Story
    var narrator: StoryNarrator
    var subject: Subject
    /// Number of the newest entry of all.
    var last: UInt64

    static let entry = Schema.object([
        .required("sequence", .integer, "Counts everything recorded since tracing began."),
        .required("time", .string, "When it happened, UTC."),
        .required("trace_nanoseconds", .integer, "The same on the trace's clock."),
        .optional("tid", .integer, "The thread; absent for what concerns all."),
        .optional("pid", .integer, "Its process."),
        .required(
            "kind", .string, "fault, move, swap, stick, preferred, placement, group, exec, exit, resync or lost."),
        .required("what", .string, "What happened."),
        .optional("why", .string, "Which function and rule of the kernel's decided it, with the numbers."),
        .optional(
            "fault",
            .object([
                .required("address", .string, "The page, hexadecimal."),
                .required("rule", .string, "The rule that decided."),
                .required("kernel_function", .string, "The function that holds it."),
                .required(
                    "outcome", .choice(["stayed", "migrated", "failed", "unaccounted"]), "What became of the page."),
                .required("pages", .integer, "Base pages."),
                .required("predicted_target_node", .integer, "Where the model moves it; -1: it stays."),
                .optional("kernel_target_node", .integer, "Where the kernel moves it; -1: it stays."),
                .required("is_resynchronising", .boolean, "Whether not all of the task's past is known."),
                .required(
                    "quantities",
                    .array(
                        of: .object([
                            .required("name", .string, "The kernel's name."),
                            .required(
                                "value", .integer, "Its value; what the model assumes where its provenance is unknown."),
                            .required("provenance", .choice(["observed", "modelled", "unknown"]), "How it is known."),
                        ])), "The numbers that entered."),
            ]), "More of a fault."),
    ])

    static let schema = Schema.object([
        .required("id", .integer, "The process or thread asked for."),
        .required("pid", .integer, "Its process."),
        .optional("command", .string, "The process's command."),
        .optional("group", .string, "Its systemd unit, container or cgroup."),
        .optional("address", .string, "The page asked for."),
        .required("last_sequence", .integer, "Number of the newest entry of all."),
        .required("tids", .array(of: .integer), "The threads something is recorded of."),
        .required("told_count", .integer, "Things recorded of them, those no longer kept included."),
        .required(
            "judged_decision_count", .integer,
            "Decisions compared with the kernel's: those whose answer and whose task's past are known."),
        .required("wrong_decision_count", .integer, "Of these, those the kernel made otherwise than the model."),
        .required(
            "rules",
            .array(
                of: .object([
                    .required("rule", .string, "The rule."),
                    .required("kernel_function", .string, "The function that holds it."),
                    .required("meaning", .string, "What it says."),
                    .required("outcomes", .map(of: .integer), "Faults it decided, by what became of the page."),
                ])), "The rules that decided, the most frequent first."),
        .required("entries", .array(of: entry), "What is kept, oldest first."),
    ])

    func reply(_ request: EndpointRequest) -> EndpointReply {
        guard request.query[text: "format"] == "text" else {
            return .json { json in
                json.member("id", subject.id)
                json.member("pid", subject.process)
                json.member(ifPresent: "command", subject.command)
                json.member(ifPresent: "group", subject.group)
                if case .page(_, let address) = story.subject {
                    json.member("address", "0x" + String(address, radix: 16))
                }
                json.member("last_sequence", last)
                story.write(into: &json, narrator: narrator)
            }
        }
        var text: [UInt8] = []
        story.appendText(to: &text, title: title, narrator: narrator)
        return EndpointReply(contentType: ContentType.text, body: .bytes(text))
    }

    private var title: String {
        let name = (subject.command.map { " (\($0.terminalSafe))" } ?? "")
        let unit = subject.group.map { $0 == "-" ? "" : " of \($0.terminalSafe)" } ?? ""
        let owner = "process \(subject.process)\(name)\(unit)"
        switch story.subject {
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
                var json = JSONWriter()
                json.object { $0.member("skipped_count", skipped) }
                bytes += json.bytes + [UInt8(ascii: "\n")]
            }
        }

        private static func append(
            _ entry: StoryEntry, _ isText: Bool, _ narrator: StoryNarrator, to bytes: inout [UInt8]
        ) {
            if isText {
                entry.appendLines(to: &bytes, narrator: narrator)
            } else {
                var json = JSONWriter()
                json.object { entry.write(into: &$0, narrator: narrator) }
                bytes += json.bytes + [UInt8(ascii: "\n")]
            }
        }
    }
}
