import TaskIterator

/// All threads of the host at one time, or nearly: one reading of the iterator.
///
/// Of the threads nothing of which is other than it was, no more is kept than that they are there.
struct TaskSweep {
    /// A thread that is there, in the order of processes and threads.
    private struct Present {
        var process: Int32
        var tid: Int32
    }

    private var present: [Present] = []
    /// The records of those that changed, one after the other, and where each begins.
    private var bytes: [UInt8] = []
    private var places: [Int32: (place: Int, mark: UInt64)] = [:]
    private var changedProcesses: Set<Int32> = []
    /// Records read, and what reading them cost.
    private(set) var recordCount = 0
    private(set) var readCount = 0
    private(set) var byteCount = 0

    /// Notes that a thread is there.
    mutating func note(_ tid: Int32, of process: Int32) {
        recordCount += 1
        present.append(Present(process: process, tid: tid))
    }

    /// Keeps the record of a thread.
    mutating func keep(_ tid: Int32, of process: Int32, mark: UInt64, _ record: Span<UInt8>) {
        places[tid] = (bytes.count, mark)
        changedProcesses.insert(process)
        for index in record.indices { bytes.append(record[index]) }
    }

    mutating func finish(reads: Int, bytes: Int) {
        readCount = reads
        byteCount = bytes
        // The kernel goes through numbers of threads, not of processes.
        present.sort { ($0.process, $0.tid) < ($1.process, $1.tid) }
    }

    /// Whether anything changed of a process's threads, or it was not there before.
    func hasChanged(_ process: Int32) -> Bool { changedProcesses.contains(process) }

    /// Processes of which anything changed, ascending.
    var changed: [Int32] { changedProcesses.sorted() }

    /// The threads of a process, ascending.
    func threads(of process: Int32, into tids: inout [Int32]) {
        tids.removeAll(keepingCapacity: true)
        var low = 0
        var high = present.count
        while low < high {
            let middle = (low + high) / 2
            if present[middle].process < process { low = middle + 1 } else { high = middle }
        }
        while low < present.count, present[low].process == process {
            tids.append(present[low].tid)
            low += 1
        }
    }

    /// The record of a thread; nil where nothing of it changed.
    func record(of tid: Int32) -> (record: TaskRecord, mark: UInt64)? {
        guard let (place, mark) = places[tid], let record = try? TaskRecord(bytes.span, at: place) else {
            return nil
        }
        return (record, mark)
    }

    /// The threads whose records are kept, ascending.
    var keptThreads: [Int32] { places.keys.sorted() }
}
