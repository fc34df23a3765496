import NUMATopology
import Snapshots
import Testing
import TextOutput

@testable import Exposition

@Suite("Fields")
struct FieldsTests {
    private static let now: UInt64 = 100_500_000_000

    /// What a document says of the synthetic host, and the same written again from what was read of it.
    private static func twice<Record>(
        _ document: PublishedDocument<Record>, pid: Int = 1234, _ snapshot: HostSnapshot = SyntheticHost.snapshot
    ) throws -> (String, String) {
        let question = DocumentQuestion(pathValues: ["pid": pid], nowNanoseconds: now)
        let bytes = document.bytes(of: try document.make(snapshot, question), nowNanoseconds: now)
        let again = document.fields.document(try document.read(bytes), .reading)
        return (String(decoding: bytes, as: UTF8.self), String(decoding: again, as: UTF8.self))
    }

    @Test("a record that was read from a document writes the same document")
    func roundTrip() throws {
        var pairs = [
            try Self.twice(.status(version: "1.2.3")), try Self.twice(.topology), try Self.twice(.nodes),
            try Self.twice(.devices), try Self.twice(.processes), try Self.twice(.process),
            try Self.twice(.process, pid: 2000), try Self.twice(.process, pid: 4321), try Self.twice(.groups),
            try Self.twice(.sources), try Self.twice(.model),
        ]
        for state in [TracingRecord.State.off, .unavailable(reason: "no tracefs", remedy: "mount it")] {
            var snapshot = SyntheticHost.snapshot
            snapshot.tracing?.state = state
            snapshot.view = [HostNote(.view, "processes", "a view")]
            pairs.append(try Self.twice(.status(version: "1.2.3"), snapshot))
            pairs.append(try Self.twice(.model, snapshot))
        }
        for (written, again) in pairs { #expect(written == again) }
    }

    @Test("the ledger of a kernel that does not tell migrated pages reads back without them")
    func withoutMigratedPages() throws {
        var snapshot = SyntheticHost.snapshot
        snapshot.processes[0].ledger?.migratedPages = nil
        let question = DocumentQuestion(pathValues: ["pid": 1234], nowNanoseconds: Self.now)
        let document = PublishedDocument.process
        let bytes = document.bytes(of: try document.make(snapshot, question), nowNanoseconds: Self.now)
        let ledger = try #require(try document.read(bytes).process.ledger)
        #expect(ledger.migratedPages == nil && ledger.taskCount == 4)
    }

    private struct Sample: Sendable, Equatable {
        struct Part: Sendable, Equatable {
            var node = NodeID(0)

            static let fields = Fields<Part>(of: Part()) {
                Field("node", \.node, "A node.")
            }
        }

        var count: UInt64 = 0
        var share: Double?
        var parts: [Part]?
        var amounts = NodeValues<UInt64>()
        var since: UInt64?

        static let fields = Fields<Sample>(of: Sample()) {
            Field("count", \.count, "A count.")
            Field("share", \.share, "A share.")
            Field("parts", \.parts, each: Part.fields, "Parts.")
            Field("amounts", \.amounts, "Amounts.").listed(behind: "age")
            Field("age", ageOf: \.since, "An age.")
        }
    }

    private static func read(_ text: String) throws -> Sample {
        try Sample.fields.read(JSONValue(parsing: Array(text.utf8)))
    }

    @Test("optional members may be absent or null, in any order, beside members nobody knows")
    func lenient() throws {
        #expect(
            try Self.read("{\"amounts\":{},\"count\":1}")
                == Self.read("{\"count\":1,\"share\":null,\"amounts\":{},\"x\":[]}"))
        let sample = try Self.read("{\"count\":7,\"parts\":[{\"node\":3}],\"amounts\":{\"1\":5},\"age\":2.5}")
        #expect(sample.count == 7 && sample.parts == [Sample.Part(node: NodeID(3))])
        #expect(sample.amounts[NodeID(1)] == 5)
        #expect(FieldContext.reading.age(of: try #require(sample.since)) == 2_500_000_000)
    }

    @Test(
        "what is not as its field says is an error that names the member",
        arguments: [
            ("[]", "an object is expected"),
            ("{}", "the member count is expected"),
            ("{\"count\":null,\"amounts\":{}}", "the member count is expected"),
            ("{\"count\":-1,\"amounts\":{}}", "count: a whole number from 0 to 18446744073709551615 is expected"),
            ("{\"count\":1.0,\"amounts\":{}}", "count: a whole number from 0 to 18446744073709551615 is expected"),
            ("{\"count\":\"1\",\"amounts\":{}}", "count: a whole number from 0 to 18446744073709551615 is expected"),
            ("{\"count\":1,\"share\":1e999,\"amounts\":{}}", "share: a number is expected"),
            (
                "{\"count\":1,\"parts\":[{\"node\":0},{\"node\":-1}],\"amounts\":{}}",
                "parts.1.node: the number of a node is expected"
            ),
            ("{\"count\":1,\"parts\":[{}],\"amounts\":{}}", "parts.0: the member node is expected"),
            ("{\"count\":1,\"amounts\":{\"99999999\":1}}", "amounts.99999999: the number of a node is expected"),
            ("{\"count\":1,\"amounts\":{},\"age\":-1}", "age: a number of seconds is expected"),
        ])
    func strict(text: String, message: String) {
        let error = #expect(throws: FieldError.self) { try Self.read(text) }
        #expect(error?.description == message)
    }

    @Test("the schema has the fields in order, but for one that is listed elsewhere")
    func schema() {
        guard case .object(let fields) = Sample.fields.schema else {
            Issue.record("no object")
            return
        }
        #expect(fields.map(\.name) == ["count", "share", "parts", "age", "amounts"])
        #expect(fields.map(\.isRequired) == [true, false, false, false, true])
    }

    @Test(
        "a time reads back, and what is none is refused",
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0), ("2000-02-29T12:34:56.789Z", 951_827_696_789),
            ("2026-11-21T03:35:18Z", 1_795_232_118_000),
            ("2100-03-01T00:00:00.5Z", 4_107_542_400_500), ("2026-11-21", nil), ("2026-11-21 03:35:18Z", nil),
            ("2026-13-21T03:35:18Z", nil), ("2026-11-21T24:00:00Z", nil), ("2026-11-21T03:35:18.Z", nil),
            ("1969-12-31T23:59:59Z", nil), ("2026-11-21T03:35:18+01:00", nil), ("", nil), ("Z", nil),
        ] as [(String, UInt64?)])
    func times(text: String, milliseconds: UInt64?) throws {
        let time = try? UTCTime(reading: .string(text))
        #expect(time?.nanoseconds == milliseconds.map { $0 * 1_000_000 })
        if let time, text.hasSuffix("000Z") { #expect(UTCTime.text(nanoseconds: time.nanoseconds) == text) }
    }
}
