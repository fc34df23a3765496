import TextOutput

/// Fields that show a property as it is.
extension Field {
    typealias Path<Value> = any WritableKeyPath<Record, Value> & Sendable

    /// A property that is always known.
    init<Value: FieldValue>(_ name: FieldName, _ path: Path<Value>, _ description: String) {
        let key = name.key
        self.init(name, Value.schema, isRequired: true, description) { record, _, json in
            json.key(key)
            record[keyPath: path].write(into: &json)
        } read: { (value, _, record) throws(FieldError) in
            record[keyPath: path] = try Value(reading: value)
        }
    }

    /// A property that may not be known.
    init<Value: FieldValue>(_ name: FieldName, _ path: Path<Value?>, _ description: String) {
        let key = name.key
        self.init(name, Value.schema, isRequired: false, description) { record, _, json in
            guard let value = record[keyPath: path] else { return }
            json.key(key)
            value.write(into: &json)
        } read: { (value, _, record) throws(FieldError) in
            record[keyPath: path] = try Value(reading: value)
        }
    }

    /// What is always known, and not kept in the document's own form.
    init<Value: FieldValue>(
        _ name: FieldName, get: @escaping @Sendable (Record) -> Value,
        set: @escaping @Sendable (inout Record, Value) throws(FieldError) -> Void, _ description: String
    ) {
        let key = name.key
        self.init(name, Value.schema, isRequired: true, description) { record, _, json in
            json.key(key)
            get(record).write(into: &json)
        } read: { (value, _, record) throws(FieldError) in
            try set(&record, Value(reading: value))
        }
    }

    /// What may not be known, and is not kept in the document's own form.
    init<Value: FieldValue>(
        _ name: FieldName, find: @escaping @Sendable (Record) -> Value?,
        set: @escaping @Sendable (inout Record, Value) throws(FieldError) -> Void, _ description: String
    ) {
        let key = name.key
        self.init(name, Value.schema, isRequired: false, description) { record, _, json in
            guard let value = find(record) else { return }
            json.key(key)
            value.write(into: &json)
        } read: { (value, _, record) throws(FieldError) in
            try set(&record, Value(reading: value))
        }
    }

    /// What follows from the rest of the record: written, and not read again.
    init<Value: FieldValue>(
        _ name: FieldName, derived get: @escaping @Sendable (Record) -> Value, _ description: String
    ) {
        self.init(name, get: get, set: { _, _ in }, description)
    }

    /// What follows from the rest of the record, where it does: written, and not read again.
    init<Value: FieldValue>(
        _ name: FieldName, derived find: @escaping @Sendable (Record) -> Value?, _ description: String
    ) {
        self.init(name, find: find, set: { _, _ in }, description)
    }

    /// The same with another shape than the value's own: a string with a fixed set of values.
    func shaped(_ schema: Schema) -> Field {
        Field(FieldName(name), schema, isRequired: isRequired, description, write: write, read: read)
    }

    // MARK: Time

    /// A time span in seconds.
    init(_ name: FieldName, seconds path: Path<UInt64>, _ description: String) {
        self.init(name, get: { Seconds($0[keyPath: path]) }, set: { $0[keyPath: path] = $1.nanoseconds }, description)
    }

    /// A time span in seconds, where it is known.
    init(_ name: FieldName, seconds path: Path<UInt64?>, _ description: String) {
        self.init(
            name, find: { $0[keyPath: path].map(Seconds.init) }, set: { $0[keyPath: path] = $1.nanoseconds },
            description)
    }

    /// How long ago an instant was.
    init(_ name: FieldName, ageOf path: Path<UInt64>, _ description: String) {
        let key = name.key
        self.init(name, Seconds.schema, isRequired: true, description) { record, context, json in
            json.key(key)
            Seconds(context.age(of: record[keyPath: path])).write(into: &json)
        } read: { (value, context, record) throws(FieldError) in
            record[keyPath: path] = context.instant(ofAge: try Seconds(reading: value).nanoseconds)
        }
    }

    /// How long it is until an instant, where that is known; 0 for one that has been.
    init(_ name: FieldName, until path: Path<UInt64?>, _ description: String) {
        let key = name.key
        self.init(name, Seconds.schema, isRequired: false, description) { record, context, json in
            guard let instant = record[keyPath: path] else { return }
            json.key(key)
            Seconds(context.time(until: instant)).write(into: &json)
        } read: { (value, context, record) throws(FieldError) in
            record[keyPath: path] = context.instant(in: try Seconds(reading: value).nanoseconds)
        }
    }

    /// How long ago an instant was, where it is known.
    init(_ name: FieldName, ageOf path: Path<UInt64?>, _ description: String) {
        let key = name.key
        self.init(name, Seconds.schema, isRequired: false, description) { record, context, json in
            guard let instant = record[keyPath: path] else { return }
            json.key(key)
            Seconds(context.age(of: instant)).write(into: &json)
        } read: { (value, context, record) throws(FieldError) in
            record[keyPath: path] = context.instant(ofAge: try Seconds(reading: value).nanoseconds)
        }
    }
}
