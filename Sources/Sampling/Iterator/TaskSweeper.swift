import HostReading
import LinuxSystem
import NUMATopology
import Snapshots
import TaskIterator

/// Reads the iterator, where there is one and it tells the truth.
///
/// It is a file that an administrator switches on (docs/iterator.md). It is opened for each sweep and closed after it: the
/// program behind it may be replaced or taken away at any time. Where it is missing, of another version or not to be read,
/// everything is read from `/proc`, as if it had never been; it is looked for again once a minute.
///
/// Before anything is taken from it, what it says of a thread that sleeps is held against what `/proc` says of it
/// (``TaskSweepProof``). If these differ it is not used, until somebody asks for the sources anew.
struct TaskSweeper {
    /// What it takes to use the iterator.
    enum State: Equatable {
        /// Not looked for yet, or to be looked for again.
        case unknown
        /// It can be read; whether it tells the truth is not known yet.
        case unproved
        case proved
        /// It cannot be used now.
        case unusable(SourceStatus.State, remedy: String?)
        /// It said what is not so.
        case wrong(String)
    }

    private let root: any HostRoot
    private(set) var state = State.unknown
    /// The round it is looked for next, while it cannot be used.
    private var nextRound: UInt64 = 0
    /// What one read(2) gets: used again from sweep to sweep.
    private var scratch: [UInt8] = []

    /// The kernel's own buffer holds so much (`PAGE_SIZE << 3`, kernel/bpf/bpf_iter.c); a larger one gains nothing.
    private static let pieceBytes = 32 << 10
    /// Above any host: a million threads of 256 nodes would have 24 GB, of eight nodes 1 GB.
    private static let limitBytes = 2 << 30
    /// At 5 s a round, once a minute.
    private static let patienceRounds: UInt64 = 12

    init(root: any HostRoot) {
        self.root = root
    }

    /// Whether what it says is taken.
    var isProved: Bool { state == .proved }

    /// Looks for it anew in the next round, whatever was said of it.
    mutating func retry() {
        if state != .proved { state = .unknown }
        nextRound = 0
    }

    /// Whether there may be something to read.
    private mutating func isDue(_ round: UInt64) -> Bool {
        switch state {
        case .unknown, .unproved, .proved: true
        case .unusable: round >= nextRound
        case .wrong: false
        }
    }

    /// Reads all threads.
    ///
    /// - Parameters:
    ///   - round: The number of the round.
    ///   - isKnown: Whether a thread is one whose record was taken before and is the same still.
    /// - Returns: Nil where there is no iterator that can be used.
    mutating func sweep(
        round: UInt64, isKnown: (_ tid: Int32, _ process: Int32, _ mark: UInt64) -> Bool
    ) -> TaskSweep? {
        guard root.isLive, isDue(round) else { return nil }
        do throws(ReadFailure) {
            let sweep = try read(isKnown)
            // Asked where there is one only: it takes a file and a link.
            if state != .proved, let obstacle = TaskIteratorSource.obstacle(to: root) {
                leave(obstacle.state, remedy: obstacle.remedy, round)
                return nil
            }
            if case .unusable = state { state = .unproved }
            if state == .unknown { state = .unproved }
            return sweep
        } catch {
            let found = TaskIteratorSource.failure(error)
            leave(found.state, remedy: found.remedy, round)
            return nil
        }
    }

    private mutating func leave(_ state: SourceStatus.State, remedy: String?, _ round: UInt64) {
        self.state = .unusable(state, remedy: remedy)
        nextRound = round.addingSaturated(Self.patienceRounds)
        scratch = []
    }

    private mutating func read(_ isKnown: (Int32, Int32, UInt64) -> Bool) throws(ReadFailure) -> TaskSweep {
        var sweep = TaskSweep()
        // Part of a record, where a piece ended within one.
        var rest: [UInt8] = []
        var defect: TaskRecord.Defect?
        func take(_ piece: Span<UInt8>) -> Bool {
            do throws(TaskRecord.Defect) {
                guard rest.isEmpty else {
                    for index in piece.indices { rest.append(piece[index]) }
                    let whole = rest
                    rest = []
                    let taken = try Self.takeRecords(whole.span, into: &sweep, isKnown)
                    rest = Array(whole[taken...])
                    return true
                }
                let taken = try Self.takeRecords(piece, into: &sweep, isKnown)
                for index in taken..<piece.count { rest.append(piece[index]) }
                return true
            } catch {
                defect = error
                return false
            }
        }
        let read = try TaskIteratorSource.withFile(in: root) { directory, name throws(ReadFailure) in
            try directory.readChunks(
                name, chunkBytes: Self.pieceBytes, limitBytes: Self.limitBytes, scratch: &scratch
            ) { piece, _ in take(piece) }
        }
        if defect == nil, !rest.isEmpty { defect = .malformed }
        if let defect { throw TaskIteratorSource.readFailure(defect) }
        sweep.finish(reads: read.reads, bytes: read.bytes)
        return sweep
    }

    /// Takes the records that are whole.
    ///
    /// - Returns: Where the first that is not begins.
    private static func takeRecords(
        _ bytes: Span<UInt8>, into sweep: inout TaskSweep, _ isKnown: (Int32, Int32, UInt64) -> Bool
    ) throws(TaskRecord.Defect) -> Int {
        let raw = bytes
        var place = 0
        while let count = try TaskRecord.byteCount(raw, at: place), count <= bytes.count - place {
            let (tid, process) = TaskRecord.identity(raw, at: place)
            sweep.note(tid, of: process)
            let mark = TaskRecord.mark(raw, at: place, byteCount: count)
            if !isKnown(tid, process, mark) {
                sweep.keep(tid, of: process, mark: mark, bytes.extracting(place..<place + count))
            }
            place += count
        }
        return place
    }

    /// Holds what a sweep says against `/proc`, once.
    mutating func prove(_ sweep: TaskSweep) {
        guard state == .unproved else { return }
        switch TaskSweepProof.outcome(of: sweep, in: root) {
        case .proved: state = .proved
        case .undecided: break
        case .differs(let text): state = .wrong(text)
        }
    }

    /// What is to be said of it as a source.
    var source: SourceStatus? {
        guard root.isLive else { return nil }
        switch state {
        case .unknown, .proved: return nil
        case .unproved:
            return TaskIteratorSource.status(
                .failed(reason: "no thread slept long enough yet to hold it against /proc"), remedy: nil)
        case .unusable(let state, let remedy): return TaskIteratorSource.status(state, remedy: remedy)
        case .wrong(let text):
            return TaskIteratorSource.status(
                .failed(reason: "it is not used: \(text)"), remedy: TaskIteratorSource.restart)
        }
    }
}
