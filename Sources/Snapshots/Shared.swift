/// A large part of a record, which all copies of the record share until one of them is given another.
///
/// Thousands of records are kept: by what tracks the processes, and in the last two snapshots. Most do not change from one to
/// the next. Shared, a part takes one word in each of them, and nothing where it is what most have.
///
/// Example: two records share a placement of 200 bytes; `second.$placement = first.$placement` does that, and so does a copy.
/// `second.placement = nil` leaves that of the first alone.
@propertyWrapper
package struct Shared<Value: SharedDefault & Equatable & Sendable>: Equatable, Sendable {
    private final class Storage: Sendable {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    private var storage: Storage?

    package init(wrappedValue: Value) {
        storage = wrappedValue == Value.sharedDefault ? nil : Storage(wrappedValue)
    }

    package var wrappedValue: Value {
        get { storage?.value ?? Value.sharedDefault }
        set { self = Shared(wrappedValue: newValue) }
    }

    /// The part itself, for another record to share.
    package var projectedValue: Shared {
        get { self }
        set { self = newValue }
    }

    package static func == (left: Shared, right: Shared) -> Bool {
        left.storage === right.storage || left.wrappedValue == right.wrappedValue
    }
}

/// What has a value that takes no room in a ``Shared`` part: that of most records.
package protocol SharedDefault {
    static var sharedDefault: Self { get }
}

extension Optional: SharedDefault {
    package static var sharedDefault: Wrapped? { nil }
}
