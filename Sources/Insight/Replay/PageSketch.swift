import BalancingModel

/// Pages that move back and forth, found in bounded memory.
///
/// Each migration of a page is looked up in a table of fixed size, in the four slots its address hashes to. A move to the
/// node the page last left is a bounce. Where all four slots are taken, the page with the fewest moves, of these the one
/// that moved longest ago, makes room. So a page that moves often stays, and one that moves once may be forgotten before
/// it moves again: bounces are a lower bound once ``evictions`` is not zero.
///
/// An address means something in one address space only. Spaces follow `task_newtask`: a clone with shared memory is in
/// its parent's, any other has its own, and so has a task that was there before the trace began; threads of such a
/// process count as apart.
package struct PageSketch: Sendable {
    /// One page that moved.
    package struct Page: Sendable, Equatable {
        package var address: UInt64
        /// A thread id that names the address space: the first of its tasks that was seen.
        package var space: Int32
        package var moves: UInt32
        package var bounces: UInt32
        /// Where the page came from and went to last.
        package var lastSource: Int32
        package var lastTarget: Int32
        package var lastTID: Int32
        /// The task that moved it before that; 0 if it moved once.
        package var previousTID: Int32
        var lastTime: UInt64
    }

    /// From one node to another.
    package struct Pair: Hashable, Sendable {
        package var source: Int32
        package var target: Int32

        package init(source: Int32, target: Int32) {
            self.source = source
            self.target = target
        }
    }

    /// Moves of a pair, and those of them that were undone: the page's next move went back.
    package struct PairMoves: Sendable, Equatable {
        package var moves: UInt64 = 0
        package var undone: UInt64 = 0
    }

    private static let ways = 4
    /// 65,536 pages of 56 bytes: 3.5 MiB, whatever the trace.
    package static let capacity = 1 << 16
    /// Address spaces of tasks told apart.
    private static let spaceLimit = 1 << 16
    /// All pairs of 64 nodes.
    package static let pairLimit = 1 << 12

    private var slots: [Page] = []
    private var spaces: [Int32: Int32] = [:]
    package private(set) var migrations: UInt64 = 0
    package private(set) var bounces: UInt64 = 0
    /// Pages forgotten for want of room.
    package private(set) var evictions: UInt64 = 0
    /// By pair of nodes; at most ``pairLimit`` of them, whatever numbers the trace holds.
    package private(set) var pairs: [Pair: PairMoves] = [:]

    init() {}

    /// Follows births and ends.
    mutating func note(_ event: BalancingEvent) {
        switch event.payload {
        case .newTask(let pid, let flags):
            // CLONE_VM
            if flags & 0x100 != 0, spaces.count < Self.spaceLimit {
                spaces[pid] = spaces[event.tid] ?? event.tid
            } else {
                spaces[pid] = nil
            }
        case .exit(let pid): spaces[pid] = nil
        case .exec(let pid, _): spaces[pid] = nil
        default: break
        }
    }

    mutating func moved(address: UInt64, tid: Int32, from source: Int32, to target: Int32, at time: UInt64) {
        migrations += 1
        note(source, target) { $0.moves += 1 }
        if slots.isEmpty {
            slots = Array(
                repeating: Page(
                    address: 0, space: 0, moves: 0, bounces: 0, lastSource: -1, lastTarget: -1, lastTID: 0,
                    previousTID: 0, lastTime: 0), count: Self.capacity)
        }
        let space = spaces[tid] ?? tid
        var hash = (address >> 12) ^ UInt64(UInt32(bitPattern: space)) << 40
        hash = (hash ^ hash >> 31) &* 0x9e37_79b9_7f4a_7c15
        let base = Int(hash >> 48) & (Self.capacity - 1) & ~(Self.ways - 1)
        var victim = base
        for index in base..<(base + Self.ways) {
            if slots[index].moves > 0, slots[index].address == address, slots[index].space == space {
                update(index, tid: tid, from: source, to: target, at: time)
                return
            }
            if (slots[index].moves, slots[index].lastTime) < (slots[victim].moves, slots[victim].lastTime) {
                victim = index
            }
        }
        if slots[victim].moves > 0 { evictions += 1 }
        slots[victim] = Page(
            address: address, space: space, moves: 1, bounces: 0, lastSource: source, lastTarget: target,
            lastTID: tid, previousTID: 0, lastTime: time)
    }

    /// Counts a move of a pair; of nodes that are not known none.
    private mutating func note(_ source: Int32, _ target: Int32, _ count: (inout PairMoves) -> Void) {
        let pair = Pair(source: source, target: target)
        guard source >= 0, target >= 0, pairs[pair] != nil || pairs.count < Self.pairLimit else { return }
        count(&pairs[pair, default: PairMoves()])
    }

    private mutating func update(_ index: Int, tid: Int32, from source: Int32, to target: Int32, at time: UInt64) {
        slots[index].moves &+= 1
        if target == slots[index].lastSource, target >= 0 {
            slots[index].bounces &+= 1
            bounces += 1
            note(slots[index].lastSource, slots[index].lastTarget) { $0.undone += 1 }
        }
        slots[index].lastSource = source
        slots[index].lastTarget = target
        slots[index].previousTID = slots[index].lastTID
        slots[index].lastTID = tid
        slots[index].lastTime = time
    }

    /// Pages known to have moved at least twice.
    package var movedAgain: Int { slots.count { $0.moves > 1 } }

    /// The pages that bounced most.
    package func worst(_ count: Int) -> [Page] {
        Array(
            slots.filter { $0.bounces > 0 }
                .sorted { ($1.bounces, $1.moves, $0.space, $0.address) < ($0.bounces, $0.moves, $1.space, $1.address) }
                .prefix(count))
    }
}
