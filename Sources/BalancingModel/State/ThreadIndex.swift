/// Thread id to table slot: two levels of flat tables, because it is looked up several times for every fault.
///
/// Thread ids go up to 4,194,304 (`PID_MAX_LIMIT`); a page of the second level covers 1,024 of them and exists once one of
/// them was seen.
struct ThreadIndex: Sendable {
    private static let pageBits = 10
    private static let pageMask = (1 << pageBits) - 1
    private static let limit = 1 << 22

    private var root: [Int32] = []
    private var leaves: [Int32] = []

    /// The slot of a thread, or -1.
    @inline(__always)
    func slot(_ tid: Int32) -> Int {
        let page = Int(tid) >> Self.pageBits
        guard page >= 0, page < root.count else { return -1 }
        let leaf = Int(root[page])
        guard leaf >= 0 else { return -1 }
        return Int(leaves[(leaf << Self.pageBits) | (Int(tid) & Self.pageMask)])
    }

    /// Whether ids like this can be indexed.
    static func accepts(_ tid: Int32) -> Bool { tid > 0 && Int(tid) <= limit }

    /// Sets or, with -1, forgets a thread's slot; ids that are not accepted are ignored.
    mutating func set(_ tid: Int32, slot: Int) {
        guard Self.accepts(tid) else { return }
        let page = Int(tid) >> Self.pageBits
        if page >= root.count {
            root.append(contentsOf: repeatElement(-1, count: page + 1 - root.count))
        }
        if root[page] < 0 {
            root[page] = Int32(leaves.count >> Self.pageBits)
            leaves.append(contentsOf: repeatElement(-1, count: Self.pageMask + 1))
        }
        leaves[(Int(root[page]) << Self.pageBits) | (Int(tid) & Self.pageMask)] = Int32(slot)
    }
}
