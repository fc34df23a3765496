import BalancingModel
import Insight
import Snapshots
import TextOutput

/// `/v1/explain/…`: what was recorded of a task, a process or a page, and which rule of the kernel's decided it.
///
/// As text for people and as JSON. Who may not see a process is answered as if it were not there.
struct ExplainEndpoints: Sendable {
    let store: SnapshotStore
    let stories: StoryStore

    var all: [Endpoint] { [task, page, follow] }

    private static let format = QueryParameter(
        "format", .choice(["json", "text"]), "A JSON document (default), or text for a terminal.")

    private static let after = QueryParameter(
        "after", .integer(0...Int.max), "Only what was recorded after the entry of this number (default 0: all kept).")

    private static let contents = [
        Endpoint.Content.json(ExplainDocument.fields.schema),
        Endpoint.Content(contentType: ContentType.text, schema: nil),
    ]

    private var task: Endpoint {
        Endpoint(
            "/v1/explain/{id}",
            "Recent faults, migrations and moves of a process or thread, and the rules behind them.",
            parameters: [Self.after, Self.format], contents: Self.contents, otherStatuses: [404, 503]
        ) { request throws(EndpointError) in
            let subject = try self.subject(request)
            let after = UInt64(request.query[integer: "after"] ?? 0)
            let answer = self.stories.read { book, narrator in
                let story = book.story(of: subject.id, after: after) ?? Story(subject: .task(subject.id))
                return ExplainDocument(
                    told: NarratedStory(story, narrator: narrator), subject: subject, last: book.lastSequence)
            }
            guard let answer else { throw Self.notTraced }
            return answer.reply(request)
        }
    }

    private var page: Endpoint {
        Endpoint(
            "/v1/explain/{id}/page", "What happened to one page of a process's memory.",
            parameters: [
                QueryParameter(
                    FieldName.address.text, .text(maximumBytes: 18),
                    "Any address in the page, as 0x and hexadecimal digits."),
                Self.format,
            ], contents: Self.contents, otherStatuses: [404, 503]
        ) { request throws(EndpointError) in
            let subject = try self.subject(request)
            guard let text = request.query[text: FieldName.address.text], let address = Self.address(text) else {
                throw EndpointError(
                    status: 400, "The query parameter address is missing or no address.",
                    remedy: "It must be 0x and up to 16 hexadecimal digits.")
            }
            let answer = self.stories.read { book, narrator in
                ExplainDocument(
                    told: NarratedStory(
                        book.story(ofPage: address, process: subject.process, pageShift: narrator.profile.pageShift),
                        narrator: narrator), subject: subject, last: book.lastSequence)
            }
            guard let answer else { throw Self.notTraced }
            return answer.reply(request)
        }
    }

    private var follow: Endpoint {
        Endpoint(
            "/v1/explain/{id}/follow", "The same as lines, as it happens.", parameters: [Self.format],
            contents: [
                Endpoint.Content(contentType: ContentType.jsonLines, schema: NarratedEntry.fields.schema),
                Endpoint.Content(contentType: ContentType.text, schema: nil),
            ], otherStatuses: [404, 503]
        ) { request throws(EndpointError) in
            let subject = try self.subject(request)
            let start = self.stories.read { book, _ in
                (sequence: book.lastSequence, told: book.story(of: subject.id)?.told ?? 0)
            }
            guard let start else { throw Self.notTraced }
            let isText = request.query[text: "format"] == "text"
            let (stories, stillOwns) = (self.stories, self.store.stillOwns)
            let mayGoOn: @Sendable () -> Bool =
                switch request.viewer {
                case .all: { true }
                case .limited(let uid): { stillOwns?(subject.process, uid) ?? true }
                }
            return EndpointReply(
                contentType: isText ? ContentType.text : ContentType.jsonLines,
                body: .lines {
                    StoryLines(
                        stories: stories, id: subject.id, after: start.sequence, told: start.told, isText: isText,
                        mayGoOn: mayGoOn)
                })
        }
    }

    /// Whom a request asks for.
    private func subject(_ request: EndpointRequest) throws(EndpointError) -> ExplainDocument.Subject {
        let snapshot = try store.current(visibleTo: request.viewer)
        guard let number = request.pathValues[FieldName.id.text], let id = Int32(exactly: number) else {
            throw Self.unknown
        }
        if let process = snapshot.process(pid: id) {
            return ExplainDocument.Subject(id: id, process: id, command: process.command, group: process.groupName)
        }
        if let process = snapshot.processes.first(where: { $0.threads.contains { $0.tid == id } }) {
            return ExplainDocument.Subject(
                id: id, process: process.identity.pid, command: process.command, group: process.groupName)
        }
        // Gone since, or not listed yet: whose it was is not known, so only those who may see everything are told.
        guard request.viewer == .all, stories.read({ book, _ in book.knows(id) }) == true else { throw Self.unknown }
        return ExplainDocument.Subject(id: id, process: id, command: nil, group: nil)
    }

    private static func address(_ text: String) -> UInt64? {
        guard text.hasPrefix("0x") || text.hasPrefix("0X") else { return nil }
        let digits = text.dropFirst(2)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else {
            return nil
        }
        return UInt64(digits, radix: 16)
    }

    private static let unknown = EndpointError(
        status: 404, "No such process or thread is known.", remedy: "GET /v1/processes lists the processes.")

    private static let notTraced = EndpointError(
        status: 404, "Nothing is traced, so there is nothing to explain.",
        remedy: "Set Enabled=yes in [Tracing] of numawatchd.conf; GET /v1/sources says what is in the way.")
}
