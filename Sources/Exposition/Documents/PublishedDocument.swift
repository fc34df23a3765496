package import Snapshots
import TextOutput

/// A document of the socket: where it is, what it takes, what it says, and how that follows from a snapshot.
///
/// The daemon answers with the bytes of the record; a command that reads the host itself takes the record as it is; one that
/// asks the daemon reads the same record from the bytes.
package struct PublishedDocument<Record: Sendable>: Sendable {
    /// As in ``Endpoint/path``.
    package let path: String
    package let summary: String
    package let parameters: [QueryParameter]
    /// As in ``Endpoint/otherStatuses``.
    package let otherStatuses: [Int]
    package let fields: Fields<Record>
    /// Makes the record from a snapshot that holds what the asker may see.
    package let make: @Sendable (HostSnapshot, DocumentQuestion) throws(EndpointError) -> Record

    package init(
        _ path: String, _ summary: String, parameters: [QueryParameter] = [], otherStatuses: [Int] = [503],
        _ fields: Fields<Record>,
        make: @escaping @Sendable (HostSnapshot, DocumentQuestion) throws(EndpointError) -> Record
    ) {
        self.path = path
        self.summary = summary
        self.parameters = parameters
        self.otherStatuses = otherStatuses
        self.fields = fields
        self.make = make
    }

    /// The document's bytes, ended by a newline.
    package func bytes(of record: Record, nowNanoseconds: UInt64) -> [UInt8] {
        fields.document(record, FieldContext(nowNanoseconds: nowNanoseconds))
    }

    /// Reads the record from a document's bytes.
    ///
    /// - Throws: ``JSONError`` or ``FieldError``.
    package func read(_ bytes: [UInt8]) throws -> Record {
        try fields.read(JSONValue(parsing: bytes))
    }
}

extension Fields {
    /// The bytes of a document that is one record, ended by a newline.
    ///
    /// - Parameter isIndented: A member a line, for people to look at.
    package func document(_ record: Record, _ context: FieldContext, isIndented: Bool = false) -> [UInt8] {
        var json = JSONWriter(isIndented: isIndented)
        json.object { write(record, context, into: &$0) }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}

/// What a document is asked, beside its name.
package struct DocumentQuestion: Sendable {
    /// The numbers in its path.
    package var pathValues: [String: Int]
    package var query: QueryValues
    /// Monotonic time now, nanoseconds.
    package var nowNanoseconds: UInt64

    package init(pathValues: [String: Int] = [:], query: QueryValues = QueryValues(), nowNanoseconds: UInt64) {
        self.pathValues = pathValues
        self.query = query
        self.nowNanoseconds = nowNanoseconds
    }
}
