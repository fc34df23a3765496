/// A number, and how it is known.
package struct Quantity: Hashable, Sendable {
    /// Where a number comes from.
    package enum Provenance: String, Sendable, CaseIterable {
        /// The kernel reported it.
        case observed
        /// The model computed it.
        case modelled
        /// Nobody knows; the value is the model's assumption.
        case unknown
    }

    /// The kernel's name for it.
    package var name: String
    package var value: Int64
    package var provenance: Provenance

    package init(name: String, value: Int64, provenance: Provenance) {
        self.name = name
        self.value = value
        self.provenance = provenance
    }
}
