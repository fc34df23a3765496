import Snapshots
import TextOutput

/// One path of the socket: what it is called, what it takes, what it answers. The router and `/openapi.json` are both made
/// from this value; a part of the daemon that has something to show adds one and needs to change nothing else.
package struct Endpoint: Sendable {
    /// For example `/v1/processes/{pid}`; a segment in braces matches one whole number, 0 or more.
    package var path: String
    package var summary: String
    package var parameters: [QueryParameter]
    /// The kinds of content it answers with, the usual one first.
    package var contents: [Content]
    /// Statuses other than 200 it may answer with on its own (400 for a bad query goes without saying).
    package var otherStatuses: [Int]
    /// Whether an answer grows with the number of processes: refused to a client that leaves such answers unread.
    package var isLarge = false
    /// Makes the answer. Called on the server's event loop: it must not block, and copies what it needs from a snapshot.
    package var answer: @Sendable (EndpointRequest) throws(EndpointError) -> EndpointReply

    package struct Content: Sendable {
        package var contentType: String
        /// The document's shape, or each line's; absent for text that is not JSON.
        package var schema: Schema?

        package static func json(_ schema: Schema) -> Content {
            Content(contentType: ContentType.json, schema: schema)
        }
    }

    package init(
        _ path: String, _ summary: String, parameters: [QueryParameter] = [], contents: [Content],
        otherStatuses: [Int] = [],
        answer: @escaping @Sendable (EndpointRequest) throws(EndpointError) -> EndpointReply
    ) {
        self.path = path
        self.summary = summary
        self.parameters = parameters
        self.contents = contents
        self.otherStatuses = otherStatuses
        self.answer = answer
    }

    /// The names in braces, in order.
    package var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// The values of the path's parameters if `path` is this endpoint's.
    func match(_ path: Substring) -> [String: Int]? {
        let pattern = self.path.split(separator: "/", omittingEmptySubsequences: false)
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        guard pattern.count == segments.count else { return nil }
        var values: [String: Int] = [:]
        for (expected, given) in zip(pattern, segments) {
            if expected.hasPrefix("{") {
                guard given.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
                    let number = Int(given)
                else { return nil }
                values[String(expected.dropFirst().dropLast())] = number
            } else if expected != given {
                return nil
            }
        }
        return values
    }
}

package enum ContentType {
    package static let json = "application/json"
    package static let jsonLines = "application/x-ndjson"
    package static let text = "text/plain; charset=utf-8"
}

/// What an endpoint is asked.
package struct EndpointRequest: Sendable {
    package var viewer: Viewer
    package var pathValues: [String: Int]
    package var query: QueryValues
    /// The `Accept` header, as it came.
    package var accept: String?
    /// Monotonic time now, nanoseconds.
    package var nowNanoseconds: UInt64

    package init(
        viewer: Viewer, pathValues: [String: Int] = [:], query: QueryValues = QueryValues(), accept: String? = nil,
        nowNanoseconds: UInt64
    ) {
        self.viewer = viewer
        self.pathValues = pathValues
        self.query = query
        self.accept = accept
        self.nowNanoseconds = nowNanoseconds
    }
}

extension EndpointRequest {
    /// What a document is asked.
    var question: DocumentQuestion {
        DocumentQuestion(pathValues: pathValues, query: query, nowNanoseconds: nowNanoseconds)
    }
}

/// What an endpoint answers.
package struct EndpointReply: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Lines that come as things happen, each with its newline. The stream is made when it is read for the first time,
        /// and cancelled when the reader goes away.
        case lines(@Sendable () -> any AsyncSequence<[UInt8], Never> & Sendable)
        /// A document that waits for others than the event loop. It bounds its wait, and ends it when it is cancelled.
        case later(@Sendable () async throws(EndpointError) -> [UInt8])
    }

    package var status: Int
    package var contentType: String
    package var body: Body

    package init(status: Int = 200, contentType: String, body: Body) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// One JSON document, ended by a newline.
    package static func json<Record>(
        _ fields: Fields<Record>, _ record: Record, nowNanoseconds: UInt64
    ) -> EndpointReply {
        EndpointReply(
            contentType: ContentType.json,
            body: .bytes(fields.document(record, FieldContext(nowNanoseconds: nowNanoseconds))))
    }
}

extension PublishedDocument {
    /// The endpoint that answers with this document.
    func endpoint(_ store: SnapshotStore) -> Endpoint {
        var endpoint = Endpoint(
            path, summary, parameters: parameters, contents: [.json(fields.schema)], otherStatuses: otherStatuses
        ) { [self] request throws(EndpointError) in
            let snapshot = try store.current(visibleTo: request.viewer)
            let record = try make(snapshot, request.question)
            return .json(fields, record, nowNanoseconds: request.nowNanoseconds)
        }
        // What takes sort= and limit= lists processes or groups.
        endpoint.isLarge = !parameters.isEmpty
        return endpoint
    }
}
