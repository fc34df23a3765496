import Glibc

/// How long the kernel takes for work on pages like that of NUMA balancing, measured on memory of this process.
///
/// Three things are done to a MiB of fresh memory, three times, and the shortest CPU time of the thread counts:
///
/// * its pages are made inaccessible and accessible again (mprotect(2)), which changes page-table entries as arming does
///   (`change_protection`, mm/mprotect.c, is what both call);
/// * pages never written to are read, so that each faults once and the shared page of zeros is mapped;
/// * they are moved to another node and back (move_pages(2)), where there is one with memory.
///
/// It needs no privilege, touches nobody else's memory, and takes some 2 ms of CPU time.
package struct PageWork: Sendable, Equatable {
    /// Changing one page-table entry, nanoseconds.
    package var entryNanoseconds: Double
    /// A fault that allocates nothing.
    package var faultNanoseconds: Double
    /// Moving one base page; absent where there is no other node, or a page did not arrive.
    package var moveNanoseconds: Double?

    package init(entryNanoseconds: Double, faultNanoseconds: Double, moveNanoseconds: Double? = nil) {
        self.entryNanoseconds = entryNanoseconds
        self.faultNanoseconds = faultNanoseconds
        self.moveNanoseconds = moveNanoseconds
    }

    private static let pageCount = 256
    private static let turns = 3

    /// Measures all three.
    ///
    /// - Parameter nodes: Those with memory this process may use.
    /// - Returns: nil where memory for the trial cannot be had.
    package static func measure(nodes: [Int]) -> PageWork? {
        var work: PageWork?
        for _ in 0..<turns {
            guard let turn = measureOnce(nodes) else { continue }
            guard var best = work else {
                work = turn
                continue
            }
            best.entryNanoseconds = min(best.entryNanoseconds, turn.entryNanoseconds)
            best.faultNanoseconds = min(best.faultNanoseconds, turn.faultNanoseconds)
            if let move = turn.moveNanoseconds { best.moveNanoseconds = min(best.moveNanoseconds ?? move, move) }
            work = best
        }
        return work
    }

    private static func measureOnce(_ nodes: [Int]) -> PageWork? {
        let pageSize = HostFacts.pageSizeBytes
        let size = pageSize * pageCount
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), unsafe memory != MAP_FAILED
        else { return nil }
        defer { _ = unsafe munmap(memory, size) }
        // A huge page would be one entry, one fault and one move.
        _ = unsafe madvise(memory, size, MADV_NOHUGEPAGE)
        func each(_ body: (UnsafeMutableRawPointer) -> Void) {
            for page in 0..<pageCount { unsafe body(memory + page * pageSize) }
        }
        var sum: UInt8 = 0
        let fault = time { unsafe each { sum &+= unsafe $0.load(as: UInt8.self) } }
        unsafe each { unsafe $0.storeBytes(of: sum &+ 1, as: UInt8.self) }
        let entry = time {
            _ = unsafe mprotect(memory, size, PROT_NONE)
            _ = unsafe mprotect(memory, size, PROT_READ | PROT_WRITE)
        }
        guard fault > 0, entry > 0 else { return nil }
        let address = UInt64(UInt(bitPattern: memory))
        return PageWork(
            entryNanoseconds: entry / Double(2 * pageCount), faultNanoseconds: fault / Double(pageCount),
            moveNanoseconds: move((0..<pageCount).map { address + UInt64($0 * pageSize) }, nodes))
    }

    /// There and back.
    private static func move(_ addresses: [UInt64], _ nodes: [Int]) -> Double? {
        var statuses: [PageStatus] = []
        guard (try? MovePages.locate(pid: 0, addresses: addresses, into: &statuses)) != nil,
            let home = statuses.first?.node, statuses.allSatisfy({ $0.node == home }),
            let other = nodes.first(where: { $0 != home })
        else { return nil }
        var hasArrived = true
        let both = time {
            for target in [other, home] {
                hasArrived = hasArrived && MovePages.moveOwn(addresses, to: target)
            }
        }
        return hasArrived && both > 0 ? both / Double(2 * addresses.count) : nil
    }

    /// CPU time of this thread, nanoseconds.
    private static func time(_ body: () -> Void) -> Double {
        let start = SystemTime.threadCPUNanoseconds
        body()
        return Double(SystemTime.threadCPUNanoseconds - start)
    }
}
