import Exposition

/// Answers what the daemon's socket answers: the daemon itself, or the same records made in this process.
///
/// Every table is made from these records, and `--json` from their fields, so that a table, `--json` and the socket cannot
/// say different things.
protocol DocumentSource: Sendable {
    /// Answers with one document.
    ///
    /// - Throws: ``CommandFailure``.
    func answer<Record>(_ document: PublishedDocument<Record>, _ request: DocumentRequest) async throws -> Answer<
        Record
    >

    /// The metrics.
    ///
    /// - Throws: ``CommandFailure``.
    func metrics(_ format: MetricsFormat) async throws -> [UInt8]

    /// Makes the next answers newer ones. The daemon sees to that by itself.
    func advance()
}

extension DocumentSource {
    func answer<Record>(_ document: PublishedDocument<Record>) async throws -> Answer<Record> {
        try await answer(document, DocumentRequest())
    }
}

/// What a document is asked.
struct DocumentRequest: Sendable {
    /// The numbers that stand in its path, by the names that stand there in its description.
    var pathValues: [String: Int] = [:]
    var query: [(name: String, value: String)] = []

    /// Path and query, as the socket takes them.
    func target(_ path: String) -> String {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).map { segment in
            segment.hasPrefix("{")
                ? pathValues[String(segment.dropFirst().dropLast())].map(String.init) ?? "" : "\(segment)"
        }
        let query = query.map { "\($0.name)=\(Self.encoded($0.value))" }.joined(separator: "&")
        return segments.joined(separator: "/") + (query.isEmpty ? "" : "?\(query)")
    }

    /// Percent encoding of everything but letters, digits and `-._~`.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%" + String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
            }
        }
        return result
    }
}

/// A document that was answered: as bytes, of which the record is read where it is wanted, or as the record, of which the
/// bytes are written where they are wanted.
struct Answer<Record: Sendable>: Sendable {
    private enum Form {
        case bytes([UInt8])
        case record(Record, nowNanoseconds: UInt64)
    }

    private let document: PublishedDocument<Record>
    private let form: Form

    init(_ document: PublishedDocument<Record>, bytes: [UInt8]) {
        self.document = document
        form = .bytes(bytes)
    }

    init(_ document: PublishedDocument<Record>, _ record: Record, nowNanoseconds: UInt64) {
        self.document = document
        form = .record(record, nowNanoseconds: nowNanoseconds)
    }

    /// The document as the socket sends it.
    var bytes: [UInt8] {
        switch form {
        case .bytes(let bytes): bytes
        case .record(let record, let now): document.bytes(of: record, nowNanoseconds: now)
        }
    }

    /// - Throws: ``CommandFailure`` where the bytes are not that document: daemon and command line differ in version.
    func record() throws(CommandFailure) -> Record {
        switch form {
        case .record(let record, _): return record
        case .bytes(let bytes):
            do {
                return try document.read(bytes)
            } catch {
                throw CommandFailure(
                    .software, "The daemon's answer is not what this version of numawatch expects: \(error).",
                    remedy: "Restart numawatchd after an upgrade, so that both are of one version.")
            }
        }
    }
}
