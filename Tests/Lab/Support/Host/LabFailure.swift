/// Why the lab could not do something: not a finding about the product, but about the bench.
package struct LabFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was being done.
    package let task: String
    /// What went wrong.
    package let reason: String
    /// What would help; absent where the reason says it.
    package let remedy: String?

    package init(_ task: String, _ reason: String, remedy: String? = nil) {
        self.task = task
        self.reason = reason
        self.remedy = remedy
    }

    package var description: String {
        "cannot \(task): \(reason)" + (remedy.map { "; \($0)" } ?? "")
    }
}
