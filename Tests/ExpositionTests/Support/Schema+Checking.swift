import Exposition
import FixtureSupport
import TextOutput

extension Schema {
    /// What in a document does not fit this schema, by path; nothing when it fits.
    func problems(with value: JSONValue, at path: String = "$") -> [String] {
        switch (self, value) {
        case (.object(let fields), .object(let members)):
            // An object without declared fields stands for any object.
            guard !fields.isEmpty else { return [] }
            var problems = members.keys.filter { name in !fields.contains { $0.name == name } }.map {
                "\(path).\($0) is not described"
            }
            for field in fields {
                if let member = members[field.name] {
                    problems += field.schema.problems(with: member, at: "\(path).\(field.name)")
                } else if field.isRequired {
                    problems.append("\(path).\(field.name) is missing")
                }
            }
            return problems
        case (.array(let schema), .array(let elements)):
            return elements.flatMap { schema.problems(with: $0, at: path + "[]") }
        case (.map(let schema), .object(let members)):
            return members.flatMap { schema.problems(with: $0.value, at: "\(path).\($0.name)") }
        case (.integer, .number(let digits)): return Int(digits) == nil ? ["\(path) is no integer"] : []
        case (.choice(let values), .string(let text)):
            return values.contains(text) ? [] : ["\(path) is \(text), which is not among its choices"]
        case (.number, .number), (.string, .string), (.boolean, .boolean): return []
        default: return ["\(path) is of another kind"]
        }
    }
}
