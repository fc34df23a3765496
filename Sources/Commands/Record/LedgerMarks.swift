import HostReading
import LinuxSystem
import Tracing

/// Reads the kernel's own ledgers while a recording runs, as marks: what a replay of it is judged by.
struct LedgerMarks {
    let root: any HostRoot
    /// The processes whose threads are read; empty for all.
    let processes: [Int32]
    /// Threads read in one round at most: at 10 µs each, 20 ms.
    private static let mostThreads = 2000

    /// The totals of `/proc/vmstat`.
    func totals() -> [UInt8]? {
        guard let text = try? root.readBytes("/proc/vmstat") else { return nil }
        return MarkWriter.vmstat(text.span)
    }

    /// The ledger of each thread that has one, and where there is the iterator, where its group lies among the others: by that
    /// the kernel decides between groups of equal size, and no file tells it.
    ///
    /// - Parameter atStart: Of each thread, whether it has one or not.
    func ledgers(atStart: Bool = false, _ body: ([UInt8]) -> Void) {
        var pids = processes
        if pids.isEmpty { try? root.processIDs(into: &pids) }
        var threads: [Int32] = []
        var sched: [UInt8] = []
        var left = Self.mostThreads
        let orders = TaskIteratorSource.groupOrders(in: root)
        for pid in pids {
            // Ended meanwhile: so has its ledger.
            guard let process = try? ProcessFiles(pid, in: root),
                (try? process.threadIDs(into: &threads)) != nil
            else { continue }
            for thread in threads where left > 0 {
                left -= 1
                guard (try? process.read("task/\(thread)/sched", into: &sched, limitBytes: 1 << 20)) != nil,
                    let mark = MarkWriter.ledger(
                        tid: thread, process: pid, isStart: atStart, groupOrder: orders[thread], sched: sched.span)
                else { continue }
                body(mark)
            }
        }
    }
}
