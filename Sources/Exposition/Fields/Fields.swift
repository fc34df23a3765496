package import TextOutput

/// The fields of a record, in the order in which they are written: from them come its JSON schema, its writer and its reader.
package struct Fields<Record: Sendable>: Sendable {
    package let all: [Field<Record>]
    /// A record that says nothing yet: what reading begins with. Nil where nothing reads it.
    private let blank: Record?

    /// - Parameter blank: Its figures are never seen: those that are not optional are required of every document.
    package init(of blank: Record, @FieldList<Record> _ fields: () -> [Field<Record>]) {
        self.init(blank, fields())
    }

    /// The fields of what is written for others, and read by nothing here.
    package init(@FieldList<Record> _ fields: () -> [Field<Record>]) {
        self.init(nil, fields())
    }

    private init(_ blank: Record?, _ fields: [Field<Record>]) {
        var names: Set<String> = []
        precondition(fields.allSatisfy { names.insert($0.name).inserted }, "a field is there twice")
        self.all = fields
        self.blank = blank
    }

    /// The shape of the object.
    package var schema: Schema { .object(Self.declarations(all)) }

    /// What the schema says of some fields, in its order.
    static func declarations(_ fields: [Field<Record>]) -> [Schema.Field] {
        var listed = fields.filter { $0.isListed && $0.listedBehind == nil }
        for field in fields where field.isListed {
            guard let before = field.listedBehind else { continue }
            guard let index = listed.firstIndex(where: { $0.name == before }) else {
                preconditionFailure("no field \(before) to list \(field.name) behind")
            }
            listed.insert(field, at: index + 1)
        }
        return listed.map {
            Schema.Field(name: $0.name, schema: $0.schema, isRequired: $0.isRequired, description: $0.description)
        }
    }

    /// Writes a record as the members of an open object.
    package func write(_ record: Record, _ context: FieldContext, into json: inout JSONWriter) {
        for field in all { field.write(record, context, &json) }
    }

    /// Reads a record from an object.
    ///
    /// Members that no field describes are passed over: a newer daemon has more of them.
    ///
    /// - Throws: What is not as its field says, or is missing.
    package func read(_ value: JSONValue, _ context: FieldContext = .reading) throws(FieldError) -> Record {
        guard var record = blank else { preconditionFailure("nothing reads these fields") }
        try Self.read(all, value, context, into: &record)
        return record
    }

    /// Reads some fields from an object into a record.
    static func read(
        _ fields: [Field<Record>], _ value: JSONValue, _ context: FieldContext, into record: inout Record
    ) throws(FieldError) {
        guard case .object(let members) = value else { throw FieldError(expected: "an object") }
        // Members come in the order of the fields: the next one is nearly always where the last one ended.
        var position = 0
        for field in fields {
            var member: JSONValue?
            if position < members.count, members[position].name == field.name {
                member = members[position].value
                position += 1
            } else {
                member = members[field.name]
            }
            if case .null? = member { member = nil }
            guard let member else {
                guard !field.isRequired else { throw FieldError(expected: "the member \(field.name)") }
                continue
            }
            do throws(FieldError) {
                try field.read(member, context, &record)
            } catch {
                throw error.inside(field.name)
            }
        }
    }

    /// The same fields as members of an object about something larger.
    ///
    /// - Parameter path: Where the record is in it.
    package func lifted<Outer>(_ path: any WritableKeyPath<Outer, Record> & Sendable) -> [Field<Outer>] {
        all.map { field in
            Field<Outer>(
                FieldName(field.name), field.schema, isRequired: field.isRequired, field.description,
                write: { field.write($0[keyPath: path], $1, &$2) },
                read: { (value, context, record) throws(FieldError) in
                    try field.read(value, context, &record[keyPath: path])
                })
        }
    }
}

/// Fields one below the other.
@resultBuilder
package enum FieldList<Record: Sendable> {
    package static func buildExpression(_ field: Field<Record>) -> [Field<Record>] { [field] }
    package static func buildExpression(_ fields: [Field<Record>]) -> [Field<Record>] { fields }
    package static func buildBlock(_ fields: [Field<Record>]...) -> [Field<Record>] { fields.flatMap(\.self) }
}
