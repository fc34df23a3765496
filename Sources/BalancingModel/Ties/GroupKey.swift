/// What names a NUMA group for good: its creator and when; and where its object probably lies.
package struct GroupKey: Hashable, Sendable, Comparable {
    package var createdAtNanoseconds: UInt64
    package var gid: Int32
    /// Position of the node of the CPU it was created on, -1 if unknown: the kernel allocates the object there.
    package var homeNode: Int32

    package init(gid: Int32, createdAtNanoseconds: UInt64, homeNode: Int32 = -1) {
        self.gid = gid
        self.createdAtNanoseconds = createdAtNanoseconds
        self.homeNode = homeNode
    }

    package static func < (left: GroupKey, right: GroupKey) -> Bool {
        (left.createdAtNanoseconds, left.gid) < (right.createdAtNanoseconds, right.gid)
    }
}
