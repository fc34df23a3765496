package import TextOutput

/// The shape of a JSON document: what `/openapi.json` says and what the tests hold every response against.
package indirect enum Schema: Sendable {
    case object([Field])
    case array(of: Schema)
    /// An object whose names are data (node numbers, the kernel's counters) and whose values are alike.
    case map(of: Schema)
    case integer
    case number
    case string
    /// A string with a fixed set of values.
    case choice([String])
    case boolean

    /// A member of an object.
    package struct Field: Sendable {
        package var name: String
        package var schema: Schema
        /// Always there. What is not, is left out when unknown.
        package var isRequired: Bool
        package var description: String

        package static func required(_ name: String, _ schema: Schema, _ description: String) -> Field {
            Field(name: name, schema: schema, isRequired: true, description: description)
        }

        package static func optional(_ name: String, _ schema: Schema, _ description: String) -> Field {
            Field(name: name, schema: schema, isRequired: false, description: description)
        }
    }

    /// Writes the schema as JSON Schema (the OpenAPI 3.1 dialect) as the next value.
    package func write(into json: inout JSONWriter, description: String? = nil) {
        json.object { json in
            switch self {
            case .object(let fields):
                json.member("type", "object")
                json.object("properties") { json in
                    for field in fields {
                        json.key(field.name)
                        field.schema.write(into: &json, description: field.description)
                    }
                }
                let required = fields.filter(\.isRequired)
                if !required.isEmpty {
                    json.array("required") { json in
                        for field in required { json.value(field.name) }
                    }
                }
            case .array(let element):
                json.member("type", "array")
                json.key("items")
                element.write(into: &json)
            case .map(let value):
                json.member("type", "object")
                json.key("additionalProperties")
                value.write(into: &json)
            case .integer: json.member("type", "integer")
            case .number: json.member("type", "number")
            case .string: json.member("type", "string")
            case .choice(let values):
                json.member("type", "string")
                json.array("enum") { json in
                    for value in values { json.value(value) }
                }
            case .boolean: json.member("type", "boolean")
            }
            json.member(ifPresent: "description", description)
        }
    }
}
