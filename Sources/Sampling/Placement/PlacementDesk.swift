import LinuxSystem
import NUMATopology
import Snapshots
import Synchronization

/// Has placements read where nobody is held up by a process that lets no reader in.
///
/// Reading where a process's memory is waits for its `mmap_lock`, for ever if the process wants it so
/// (`ExpendableThreads`). So each reading of the live host is a call on a thread that can be left behind, one at a time:
///
/// * A round waits ``roundPatience`` for it, which almost every reading keeps by far, and goes on without it then. Until it
///   is settled no other reading is begun.
/// * It is looked at every ``lookInterval``. One that is under way for ``stuckAfter`` and has used next to no CPU time since
///   the look before is *overdue*; one that is so at two looks in a row is stuck. (Two, because clocks also run while the
///   daemon itself is stopped.) A reading that uses CPU time works, however long it takes.
/// * The thread of a stuck one is abandoned, and its process is not read again for as long as it lives.
///
/// Example: begun at 0.0 s. The round goes on at 0.25 s. Looks at 1.25 and 2.25 s, the second of which finds it overdue, and
/// at 3.25 s: stuck.
///
/// A copy of a host has no locks: it is read at once.
struct PlacementDesk {
    /// How long a round waits for one reading, nanoseconds.
    static let roundPatience: UInt64 = 250_000_000
    static let lookInterval: UInt64 = 1_000_000_000
    static let stuckAfter: UInt64 = 2_000_000_000
    /// A reading that uses less of the time than this waits. One that reads takes a pause as long as each hold.
    static let workingShare = 0.1
    /// How long a command waits for one reading, and for others once one was stuck: half a minute for a few stuck processes
    /// would be taken for a hang.
    static let commandPatience: UInt64 = 2_000_000_000
    static let laterCommandPatience: UInt64 = 500_000_000

    enum Outcome {
        case answered(PlacementAnswer)
        /// It is still being read.
        case underWay
        /// It lets no reader in.
        case stuck
        /// There is no thread to read it on.
        case refused
    }

    private struct Pending {
        let identity: ProcessIdentity
        let call: ExpendableCall<PlacementAnswer>
        let beganAt: UInt64
        var lookedAt: UInt64
        var cpuAtLook: UInt64?
        var isOverdue = false
    }

    private let root: any HostRoot
    private let units: HostUnits
    private let time: any TimeSource
    private let cost: any CostMeter
    private let threads: ExpendableThreads
    private var seat: PlacementSeat
    private var pending: Pending?
    /// Processes that are left alone.
    private(set) var stuck: Set<ProcessIdentity> = []
    /// Files and bytes read so far.
    private(set) var account = ReadAccount()
    /// CPU time used on other threads since it was taken, nanoseconds.
    private var cpuElsewhere: UInt64 = 0
    private var seed: UInt64

    /// - Parameters:
    ///   - cost: Tells the CPU time of whichever thread asks.
    ///   - threads: Where the live host is read.
    ///   - seed: Of the random samples.
    init(
        root: any HostRoot, units: HostUnits, time: any TimeSource, cost: any CostMeter, threads: ExpendableThreads,
        seed: UInt64
    ) {
        self.root = root
        self.units = units
        self.time = time
        self.cost = cost
        self.threads = threads
        self.seed = seed
        seat = PlacementSeat(PlacementReader(root: root, units: units, time: time, seed: seed))
    }

    /// Whether another reading may be begun.
    var isFree: Bool { pending == nil && !isExhausted }

    /// Whether no reading is begun because too many were left behind.
    var isExhausted: Bool { root.isLive && threads.isExhausted }

    /// Threads left behind now.
    var abandonedThreads: Int { threads.abandonedCount }

    /// With so many left behind no reading is begun.
    var abandonedThreadLimit: Int { threads.limit }

    /// When ``look(at:)`` has something to do; nil while nothing is under way.
    var looksAt: UInt64? { pending.map { $0.lookedAt.addingSaturated(Self.lookInterval) } }

    /// CPU time that readings used on threads other than the caller's, since it was last asked for.
    mutating func takeCPUElsewhere() -> UInt64 {
        defer { cpuElsewhere = 0 }
        return cpuElsewhere
    }

    /// Forgets stuck processes that are no more.
    mutating func forget(unless isThere: (ProcessIdentity) -> Bool) {
        if !stuck.isEmpty { stuck = stuck.filter(isThere) }
    }

    /// Begins a reading and waits for it, but not for long.
    mutating func read(_ order: PlacementOrder) -> Outcome {
        guard root.isLive else { return .answered(take(seat.read(order, time, cost), isElsewhere: false)) }
        guard isFree, var begun = begin(order) else { return .refused }
        if let answer = wait(for: begun, Self.roundPatience) { return .answered(answer) }
        begun.lookedAt = time.monotonicNanoseconds
        begun.cpuAtLook = begun.call.threadCPUNanoseconds
        pending = begun
        return .underWay
    }

    /// Reads for a command, which waits until it has an answer or the process has shown that it gives none.
    mutating func readToEnd(_ order: PlacementOrder) -> Outcome {
        guard root.isLive else { return read(order) }
        guard isFree, var begun = begin(order) else { return .refused }
        let patience = stuck.isEmpty ? Self.commandPatience : Self.laterCommandPatience
        while true {
            if let answer = wait(for: begun, patience) { return .answered(answer) }
            if !works(&begun, time.monotonicNanoseconds) { return leave(begun) }
        }
    }

    /// Looks after the reading under way.
    ///
    /// - Returns: Whose it was and what came of it, once that is known.
    mutating func look(at now: UInt64) -> (identity: ProcessIdentity, outcome: Outcome)? {
        guard var looked = pending else { return nil }
        if let answer = looked.call.value(untilMonotonicNanoseconds: 0, by: time) {
            pending = nil
            return (looked.identity, .answered(take(answer, isElsewhere: true)))
        }
        guard now >= looked.lookedAt.addingSaturated(Self.lookInterval) else { return nil }
        let waits = !works(&looked, now) && now - min(looked.beganAt, now) >= Self.stuckAfter
        if waits, looked.isOverdue {
            pending = nil
            return (looked.identity, leave(looked))
        }
        looked.isOverdue = waits
        pending = looked
        return nil
    }

    // MARK: The reading under way

    private func begin(_ order: PlacementOrder) -> Pending? {
        let (seat, time, cost) = (seat, time, cost)
        // Before it begins: what passes from now on is what it is waited for.
        let now = time.monotonicNanoseconds
        guard let call = threads.begin({ seat.read(order, time, cost) }) else { return nil }
        return Pending(
            identity: order.subject.identity, call: call, beganAt: now, lookedAt: now,
            cpuAtLook: call.threadCPUNanoseconds)
    }

    private mutating func wait(for reading: Pending, _ patience: UInt64) -> PlacementAnswer? {
        let deadline = reading.lookedAt.addingSaturated(patience)
        return reading.call.value(untilMonotonicNanoseconds: deadline, by: time).map { take($0, isElsewhere: true) }
    }

    /// Whether the reading has used CPU time worth speaking of since it was looked at last.
    private func works(_ reading: inout Pending, _ now: UInt64) -> Bool {
        let cpu = reading.call.threadCPUNanoseconds
        let used = (cpu ?? 0) - min(reading.cpuAtLook ?? 0, cpu ?? 0)
        let passed = now - min(reading.lookedAt, now)
        reading.lookedAt = now
        reading.cpuAtLook = cpu
        return Double(used) >= Double(passed) * Self.workingShare
    }

    private mutating func leave(_ reading: Pending) -> Outcome {
        // One that ends at this very moment is none the less left: what it read is dropped.
        reading.call.abandon()
        stuck.insert(reading.identity)
        // What it reads with stays with it.
        seed = seed &+ 1
        seat = PlacementSeat(
            PlacementReader(root: root, units: units, time: time, seed: seed, predictor: predictor))
        return .stuck
    }

    /// What was learned of this host, for the next reader.
    private var predictor = HoldPredictor()

    private mutating func take(_ answer: PlacementAnswer, isElsewhere: Bool) -> PlacementAnswer {
        account.files += answer.account.files
        account.bytes += answer.account.bytes
        predictor = answer.predictor
        if isElsewhere { cpuElsewhere = cpuElsewhere.addingSaturated(answer.cpuNanoseconds) }
        return answer
    }
}

/// A reader in the hands of whichever thread reads.
private final class PlacementSeat: Sendable {
    private let reader: Mutex<PlacementReader>

    init(_ reader: PlacementReader) {
        self.reader = Mutex(reader)
    }

    /// Never waits for another: there is one reading at a time, and a stuck one keeps its seat.
    func read(_ order: PlacementOrder, _ time: any TimeSource, _ cost: any CostMeter) -> PlacementAnswer {
        let meter = Meter(time, cost)
        return reader.withLock { reader in
            var answer = reader.read(order)
            answer.cpuNanoseconds = meter.cpu(cost)
            return answer
        }
    }
}
