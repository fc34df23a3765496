/// The version of numawatch: of the daemon and the command line. Semantic; CHANGELOG.md has what changed.
package enum ProductVersion {
    package static let current = "0.1.0"
}

/// The version of the documents on the socket, which every answer carries in a header.
///
/// It grows when a reader of the last version would take something for what it is not: a member that is gone, or means
/// something else, or has another unit. New paths, members and parameters do not count: readers leave out what they do not
/// know.
package enum InterfaceVersion {
    package static let current = "1"
    /// The header's name.
    package static let header = "numawatch-api"
}
