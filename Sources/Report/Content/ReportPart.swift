/// A part of the report, or why it is not there: what is not known is said, never left out in silence.
package enum ReportPart<Value: Sendable>: Sendable {
    case value(Value)
    /// One sentence: what is missing, and what would bring it.
    case absent(String)

    package var value: Value? { if case .value(let value) = self { value } else { nil } }

    package func map<Other: Sendable>(_ transform: (Value) -> Other) -> ReportPart<Other> {
        switch self {
        case .value(let value): .value(transform(value))
        case .absent(let reason): .absent(reason)
        }
    }
}

extension ReportPart: Equatable where Value: Equatable {}
