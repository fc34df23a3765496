import NUMATopology

/// Decides when a reader that takes a target's `mmap_lock` again and again leaves it alone for a moment.
///
/// A short hold is not enough. The lock (`kernel/locking/rwsem.c`, 6.1 and 6.12) lets a reader that comes again take it
/// from under a writer that was woken but does not run yet; only after 4 ms (`RWSEM_WAIT_TIMEOUT`) is it handed over. A
/// reader that goes from read(2) to read(2) without a pause therefore stalls its target for these 4 ms, however short
/// each hold is: measured on a target of 1 GiB in 1,000 mappings read with 512 bytes at a time, where each hold took
/// 0.2 ms, its `mmap` was held up for 8 ms.
///
/// So after holds that add up to ``share`` there is a pause of ``pause``, in which the target, if it waits, takes the lock.
/// The pause costs no CPU time; a reading takes up to twice as long.
///
/// Example: holds of 0.1, 0.1 and 0.1 ms: the third is followed by a pause. One hold of 1 ms is followed by a pause.
struct LockBreather: Sendable, Equatable {
    /// Nanoseconds of holding after which the target gets its turn: what a target that waits is stalled for at most, and
    /// the length of the hold under way. Long against a pause's overhead (a switch to another program and back, 5 µs).
    static let share: UInt64 = 250_000
    /// Nanoseconds: time for a thread to wake up and take the lock, which takes about 50 µs.
    static let pause: UInt64 = 250_000

    private var heldNanoseconds: UInt64 = 0

    /// Counts a hold.
    ///
    /// - Returns: How long to pause now, nanoseconds; nil for not at all.
    mutating func held(_ nanoseconds: UInt64) -> UInt64? {
        heldNanoseconds = heldNanoseconds.addingSaturated(nanoseconds)
        guard heldNanoseconds >= Self.share else { return nil }
        heldNanoseconds = 0
        return Self.pause
    }
}
