import TextOutput

/// Fields that are objects with fields of their own.
extension Field {
    /// Another record.
    init<Part>(_ name: FieldName, _ path: Path<Part>, _ fields: Fields<Part>, _ description: String) {
        let key = name.key
        self.init(name, fields.schema, isRequired: true, description) { record, context, json in
            json.key(key)
            json.object { fields.write(record[keyPath: path], context, into: &$0) }
        } read: { (value, context, record) throws(FieldError) in
            record[keyPath: path] = try fields.read(value, context)
        }
    }

    /// Another record, where there is one.
    init<Part>(_ name: FieldName, _ path: Path<Part?>, _ fields: Fields<Part>, _ description: String) {
        let key = name.key
        self.init(name, fields.schema, isRequired: false, description) { record, context, json in
            guard let part = record[keyPath: path] else { return }
            json.key(key)
            json.object { fields.write(part, context, into: &$0) }
        } read: { (value, context, record) throws(FieldError) in
            record[keyPath: path] = try fields.read(value, context)
        }
    }

    /// Records in a row.
    init<Part>(_ name: FieldName, _ path: Path<[Part]>, each fields: Fields<Part>, _ description: String) {
        self.init(
            name, parts: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 }, each: fields, isRequired: true,
            description)
    }

    /// Records in a row, where they are known.
    init<Part>(_ name: FieldName, _ path: Path<[Part]?>, each fields: Fields<Part>, _ description: String) {
        self.init(
            name, parts: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 }, each: fields, isRequired: false,
            description)
    }

    /// Records in a row that are not kept as such.
    init<Part>(
        _ name: FieldName, parts get: @escaping @Sendable (Record) -> [Part]?,
        set: @escaping @Sendable (inout Record, [Part]) throws(FieldError) -> Void, each fields: Fields<Part>,
        isRequired: Bool, _ description: String
    ) {
        let key = name.key
        self.init(name, .array(of: fields.schema), isRequired: isRequired, description) { record, context, json in
            guard let parts = get(record) else { return }
            json.key(key)
            json.array { json in
                for part in parts { json.object { fields.write(part, context, into: &$0) } }
            }
        } read: { (value, context, record) throws(FieldError) in
            try set(
                &record,
                [Part].elements(of: value) { (element) throws(FieldError) in try fields.read(element, context) })
        }
    }

    /// Records in a row that follow from the rest: written, and not read again.
    init<Part>(
        _ name: FieldName, derived get: @escaping @Sendable (Record) -> [Part], each fields: Fields<Part>,
        _ description: String
    ) {
        self.init(name, parts: get, set: { _, _ in }, each: fields, isRequired: true, description)
    }

    /// Another record that follows from the rest, where it does: written, and not read again.
    init<Part>(
        _ name: FieldName, derived find: @escaping @Sendable (Record) -> Part?, _ fields: Fields<Part>,
        _ description: String
    ) {
        let key = name.key
        self.init(name, fields.schema, isRequired: false, description) { record, context, json in
            guard let part = find(record) else { return }
            json.key(key)
            json.object { fields.write(part, context, into: &$0) }
        } read: { (_, _, _) throws(FieldError) in
        }
    }

    /// An object about a part of the same record.
    ///
    /// - Parameter condition: Whether there is something to say; nil where there always is.
    init(
        _ name: FieldName, _ fields: [Field<Record>], where condition: (@Sendable (Record) -> Bool)? = nil,
        _ description: String
    ) {
        let key = name.key
        self.init(
            name, .object(Fields.declarations(fields)), isRequired: condition == nil, description
        ) { record, context, json in
            guard condition?(record) ?? true else { return }
            json.key(key)
            json.object { json in
                for field in fields { field.write(record, context, &json) }
            }
        } read: { (value, context, record) throws(FieldError) in
            try Fields.read(fields, value, context, into: &record)
        }
    }
}
