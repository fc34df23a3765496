/// What the events say about groups without any guess: which tasks touched each other's pages, who left, and which group
/// ids were seen.
package enum GroupFact: Sendable, Hashable {
    /// A shared, groupable fault of `tid`; `other` is the thread that ran on the remembered CPU with a fitting id, or 0.
    /// `canJoin`: they share the address space or the page. `node`: position of the node of the CPU, -1 if unknown.
    case contact(time: UInt64, tid: Int32, other: Int32, canJoin: Bool, node: Int32)
    /// A task is in a group whose beginning was not seen: events were lost, or it was there before the stream. `node` as
    /// above.
    case adopted(time: UInt64, tid: Int32, gid: Int32, node: Int32)
    /// A task left its group for good: exec or release.
    case left(time: UInt64, tid: Int32)
    /// The kernel printed the group id of a task (0: none), read at most the tolerance before.
    case observed(time: UInt64, tid: Int32, gid: Int32, toleranceNanoseconds: UInt64)
    /// The iterator told where the group of a task lies: of two groups the one with the larger order lies higher.
    case located(time: UInt64, tid: Int32, gid: Int32, order: UInt64)
}
