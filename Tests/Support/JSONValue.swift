package import TextOutput

extension JSONValue {
    /// A document; nil where the bytes are none.
    package init?(_ bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes) else { return nil }
        self = value
    }

    /// The members of an object by name; none where it is none.
    package var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value) })
    }
}
