import TextOutput

extension JSONWriter {
    /// Writes a member outside a list of fields.
    mutating func member(_ name: FieldName, _ value: some FieldValue) {
        key(name.text)
        value.write(into: &self)
    }
}
