import Snapshots

/// Lets processes of one program share the list of what they map, which is the same for most of them.
///
/// A host runs hundreds of workers of one database or web server, and each maps the same libraries, of which as many pages are
/// resident on the same nodes. Their lists are a third of what a placement takes.
struct SharedMappingPool {
    /// More lists than that are not kept for later ones to share; those that have them keep them.
    static let limit = 256

    private var lists: Set<[SharedMapping]> = []

    /// The list as an earlier process has it, if one has.
    mutating func pooled(_ list: [SharedMapping]) -> [SharedMapping] {
        guard !list.isEmpty else { return [] }
        if lists.count >= Self.limit { lists.removeAll() }
        return lists.insert(list).memberAfterInsert
    }
}
