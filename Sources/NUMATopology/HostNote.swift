/// What a reader of a host's figures has to know about how they were found, in one sentence.
///
/// A host that shows everything in the usual files has none.
package struct HostNote: Hashable, Sendable {
    /// What kind of thing is said.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Whose view this is: something hides a part of the host, or stands in for it.
        case view
        /// The usual file could not be used; another says the same.
        case concluded
        /// Nothing says so; it is taken to be so.
        case assumed
        /// Two files cannot both be right.
        case contradiction
        /// Nothing says it, and it is not assumed either.
        case unknown
        /// A file is cut or odd: part of it was not understood.
        case damaged
    }

    package var kind: Kind
    /// What it is about: `nodes`, `cpus`, `distances`, `processes`, or the path of a file.
    package var about: String
    /// The sentence, without a full stop.
    package var text: String

    package init(_ kind: Kind, _ about: String, _ text: String) {
        self.kind = kind
        self.about = about
        self.text = text
    }
}
