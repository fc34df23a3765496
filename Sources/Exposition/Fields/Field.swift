import NUMATopology
package import TextOutput

/// One member of a JSON object, declared once: its name, its shape, what it means, how it is written and how it is read.
///
/// The schema of `/openapi.json`, the documents of the socket and the command line's reading of them all come from this.
/// A field is made from a key path to what it shows of a record:
///
/// ```
/// Field("pid", \.identity.pid, "The process's number.")
/// Field("cpu_seconds", seconds: \.cpuNanoseconds, "User and system time since it started.")
/// Field("ledger", \.ledger, LedgerSummary.fields, "The kernel's fault ledger.")
/// ```
///
/// An optional property makes an optional member: left out where there is no value, and none where it is left out or null.
package struct Field<Record: Sendable>: Sendable {
    package typealias Writing = @Sendable (Record, FieldContext, inout JSONWriter) -> Void
    package typealias Reading = @Sendable (JSONValue, FieldContext, inout Record) throws(FieldError) -> Void

    package let name: String
    package let schema: Schema
    /// Always there. What is not, is left out when unknown.
    package let isRequired: Bool
    package let description: String
    /// The member the schema lists this one behind, where it does not list it where it is written.
    private(set) var listedBehind: String?
    /// Whether the schema of the socket has it.
    private(set) var isListed = true
    /// Writes name and value, or nothing.
    let write: Writing
    /// Takes the value; called for a member that is there.
    let read: Reading

    /// - Parameters:
    ///   - write: Writes name and value, or nothing.
    ///   - read: Takes the value of a member that is there.
    init(
        _ name: FieldName, _ schema: Schema, isRequired: Bool, _ description: String, write: @escaping Writing,
        read: @escaping Reading
    ) {
        self.name = name.text
        self.schema = schema
        self.isRequired = isRequired
        self.description = description
        self.write = write
        self.read = read
    }

    /// The same field, left out where a condition does not hold.
    func present(where condition: @escaping @Sendable (Record) -> Bool) -> Field {
        let write = write
        return Field(
            FieldName(name), schema, isRequired: false, description,
            write: { if condition($0) { write($0, $1, &$2) } }, read: read)
    }

    /// The same field, which the socket never has.
    var unlisted: Field {
        var field = self
        field.isListed = false
        return field
    }

    /// The same field, which the schema lists behind another one.
    func listed(behind name: FieldName) -> Field {
        var field = self
        field.listedBehind = name.text
        return field
    }
}

/// What reading and writing go by beside the record.
package struct FieldContext: Sendable {
    /// Monotonic time now, nanoseconds: ages are counted back from it.
    package var nowNanoseconds: UInt64

    package init(nowNanoseconds: UInt64) {
        self.nowNanoseconds = nowNanoseconds
    }

    /// For what is read: times count from an instant of the reader's own, since a document holds ages alone. Far from both
    /// ends, so that no age leaves the range.
    package static let reading = FieldContext(nowNanoseconds: 1 << 62)

    /// For what holds no ages.
    package static let timeless = FieldContext(nowNanoseconds: 0)

    /// Time since an instant; 0 for one that is still to come.
    package func age(of instant: UInt64) -> UInt64 {
        nowNanoseconds > instant ? nowNanoseconds - instant : 0
    }

    /// Time until an instant; 0 for one that has been.
    func time(until instant: UInt64) -> UInt64 {
        instant > nowNanoseconds ? instant - nowNanoseconds : 0
    }

    /// The instant that is so far ahead.
    func instant(in time: UInt64) -> UInt64 { nowNanoseconds.addingSaturated(time) }

    /// The instant that is so old; 0 for one before the beginning.
    func instant(ofAge age: UInt64) -> UInt64 {
        nowNanoseconds > age ? nowNanoseconds - age : 0
    }
}

/// Why a document is not what its fields say.
package struct FieldError: Error, Equatable, Sendable, CustomStringConvertible {
    /// From the outermost member inwards; elements of arrays by number.
    package private(set) var path: [String] = []
    package var expectation: String

    init(expected expectation: String) {
        self.expectation = expectation
    }

    /// The same, seen from the object around.
    func inside(_ name: String) -> FieldError {
        var error = self
        error.path.insert(name, at: 0)
        return error
    }

    package var description: String {
        path.isEmpty ? "\(expectation) is expected" : "\(path.joined(separator: ".")): \(expectation) is expected"
    }
}
