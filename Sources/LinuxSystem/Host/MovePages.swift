import CNuma
import Glibc
package import SystemPackage

/// Where one page is, as move_pages(2) answers: a node, or the reason there is none.
package struct PageStatus: RawRepresentable, Hashable, Sendable {
    /// The node, or a negated errno.
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// The node that holds the page; nil when there is none.
    package var node: Int? { rawValue >= 0 ? Int(rawValue) : nil }

    /// Why there is no node.
    package var errno: Errno? { rawValue < 0 ? Errno(rawValue: 0 &- rawValue) : nil }

    /// Whether there is no page at that address, or only the shared page of zeroes: `ENOENT` (6.12), `EFAULT` (6.1, and
    /// any kernel where nothing is mapped).
    package var isUntouched: Bool { rawValue == -ENOENT || rawValue == -EFAULT }
}

/// Asks the kernel which node holds each of a process's pages: move_pages(2) without target nodes, which moves nothing. With
/// them it is used on memory of this process alone, see ``PageWork``.
///
/// The kernel takes the target's `mmap_lock` for reading for 16 pages at a time
/// (DO_PAGES_STAT_CHUNK_NR, mm/migrate.c, 6.1), so a call disturbs far less than one read of `numa_maps`.
package enum MovePages {
    /// The most addresses per call: calls of 1,024 kept the target's own page faults below a millisecond.
    package static let largestBatch = 1024

    /// Locates pages, in calls of at most `largestBatch`.
    ///
    /// - Parameters:
    ///   - pid: The process; 0 is this one.
    ///   - addresses: Virtual addresses in the process; any within a page stands for it.
    ///   - statuses: Gets one answer per address; its contents are replaced and its capacity kept. Empty after a
    ///     failure.
    /// - Throws: `ESRCH` when the process has exited, `EPERM` without CAP_SYS_PTRACE on another user's.
    package static func locate(
        pid: Int32, addresses: [UInt64], into statuses: inout [PageStatus]
    ) throws(SystemFailure) {
        statuses.removeAll(keepingCapacity: true)
        statuses.append(contentsOf: repeatElement(PageStatus(rawValue: -ENOENT), count: addresses.count))
        do {
            var start = 0
            while start < addresses.count {
                let count = min(addresses.count - start, largestBatch)
                try locateBatch(pid, addresses, start..<(start + count), &statuses)
                start += count
            }
        } catch {
            statuses.removeAll(keepingCapacity: true)
            throw SystemFailure(
                "ask where the pages are of process", "\(pid)", error,
                remedy: error == .notPermitted ? "it belongs to another user: CAP_SYS_PTRACE is needed" : nil)
        }
    }

    /// Whether this kernel leaves out the pages that automatic balancing has armed for a hint fault; nil where it cannot be
    /// told (the call is refused, or there is no memory for the trial).
    ///
    /// Armed page-table entries allow no access (`pte_protnone`). From Linux 6.1 to 6.4 `follow_page()`, which the query is
    /// made of, refuses such entries (`gup_can_follow_protnone`, mm/gup.c), and a resident page answers `ENOENT` or
    /// `EFAULT` as if it were not there. Which pages are armed is no accident: those of a process with one thread are never
    /// armed on the node it runs on (`change_pte_range`, mm/mprotect.c), so what is left out is its remote memory.
    ///
    /// Found by trial, as fixes are backported: a page made inaccessible with mprotect(2) has the same entry.
    package static let hidesArmedPages: Bool? = {
        let size = HostFacts.pageSizeBytes
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let page = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), unsafe page != MAP_FAILED
        else { return nil }
        defer { _ = unsafe munmap(page, size) }
        unsafe page.storeBytes(of: 1, as: UInt8.self)
        let address = UInt64(UInt(bitPattern: page))
        var statuses: [PageStatus] = []
        do {
            try locate(pid: 0, addresses: [address], into: &statuses)
            guard statuses.first?.node != nil, unsafe mprotect(page, size, PROT_NONE) == 0 else { return nil }
            try locate(pid: 0, addresses: [address], into: &statuses)
        } catch {
            return nil
        }
        return statuses.first?.node == nil
    }()

    /// `MPOL_MF_MOVE` of `numaif.h`: pages that no other process maps.
    private static let ownPages: Int32 = 1 << 1

    /// Moves pages of this process to a node. Nobody else's are ever moved.
    ///
    /// - Returns: Whether all of them are there now.
    static func moveOwn(_ addresses: [UInt64], to node: Int) -> Bool {
        let nodes = [Int32](repeating: Int32(clamping: node), count: addresses.count)
        var statuses = [Int32](repeating: -ENOENT, count: addresses.count)
        let result = unsafe addresses.withUnsafeBufferPointer { addresses in
            unsafe nodes.withUnsafeBufferPointer { nodes in
                unsafe statuses.withUnsafeMutableBufferPointer { statuses in
                    unsafe addresses.withMemoryRebound(to: UnsafeMutableRawPointer?.self) { pages in
                        // Neither list is written to: the C declaration lacks a const.
                        unsafe numa_move_pages(
                            0, UInt(pages.count), UnsafeMutablePointer(mutating: pages.baseAddress),
                            UnsafeMutablePointer(mutating: nodes.baseAddress), statuses.baseAddress, ownPages)
                    }
                }
            }
        }
        return result == 0 && statuses.allSatisfy { $0 == Int32(clamping: node) }
    }

    private static func locateBatch(
        _ pid: Int32, _ addresses: [UInt64], _ range: Range<Int>, _ statuses: inout [PageStatus]
    ) throws(Errno) {
        _ = try calling(.movePages) {
            unsafe addresses.withUnsafeBufferPointer { addresses in
                unsafe statuses.withUnsafeMutableBufferPointer { statuses in
                    unsafe locateBatch(
                        pid, UnsafeBufferPointer(rebasing: addresses[range]),
                        UnsafeMutableBufferPointer(rebasing: statuses[range]))
                }
            }
        }
    }

    /// An address is laid out like a pointer on the 64-bit machines Linux has NUMA on, and a status like its number.
    private static func locateBatch(
        _ pid: Int32, _ addresses: UnsafeBufferPointer<UInt64>, _ statuses: UnsafeMutableBufferPointer<PageStatus>
    ) -> Int32 {
        unsafe addresses.withMemoryRebound(to: UnsafeMutableRawPointer?.self) { pages in
            unsafe statuses.withMemoryRebound(to: Int32.self) { numbers in
                // The list is not written to: the C declaration lacks a const.
                unsafe numa_move_pages(
                    pid, UInt(pages.count), UnsafeMutablePointer(mutating: pages.baseAddress), nil,
                    numbers.baseAddress, 0)
            }
        }
    }
}
