import KernelText
import LinuxSystem
import NUMATopology
import Snapshots

/// What seldom changes of a process, and is not read in each round.
extension LedgerReader {
    /// A first thread that has ended has given up its memory and, with cgroups of version 1, its group; the process has not.
    /// Another thread is asked for these.
    mutating func takeFromLivingThread(
        _ files: borrowing ProcessFiles, _ process: TrackedProcess
    ) throws(ReadFailure) {
        guard try listThreads(files, process) else { return }
        for tid in tids where tid != process.identity.pid {
            do throws(ReadFailure) {
                guard let (stat, _) = try readStat(files, "task/\(tid)/stat"), !stat.isDead else { continue }
                process.livingThread = tid
                process.residentPages = UInt64(max(stat.residentPages, 0))
                return
            } catch {
                // It has ended meanwhile; the next may be there.
                guard error.kind == .missing || error.kind == .gone else { throw error }
            }
        }
    }

    func hasChangedUser(_ files: borrowing ProcessFiles, _ process: TrackedProcess) -> Bool {
        guard let before = process.effectiveUID, let now = files.effectiveUserID else { return false }
        return now != before
    }

    /// User, allowed CPUs and nodes, group: what seldom changes.
    mutating func readAttributes(
        _ files: borrowing ProcessFiles, _ process: TrackedProcess, now: UInt64
    ) throws(ReadFailure) {
        let shortagesBefore = shortages
        if try readAttribute("status", files, process) {
            do {
                var defects = LineDefects()
                let status = try WholeLines.parse(&buffer, defects: &defects) { bytes throws(KernelTextError) in
                    try ProcessStatus(parsing: bytes)
                }
                if !defects.isEmpty { count(.malformed) }
                process.uid = status.userIDs?.real
                process.effectiveUID = status.userIDs?.effective
                if process.attributesReadAt != nil, process.ownerUID != status.userIDs?.single {
                    // What it did as somebody else is not the new owner's to see.
                    process.cpuNanosecondsByNode = NodeValues()
                    process.uncertainCPUNanoseconds = 0
                    process.threadNodeChanges = 0
                    process.recentCPU = nil
                }
                process.ownerUID = status.userIDs?.single
                process.allowedCPUs = status.cpusAllowed.map { CPUSet(ranges: $0) }
                process.onlyCPUNode = process.allowedCPUs.flatMap { onlyNode(of: $0) }
                process.allowedMemoryNodes = status.memsAllowed.map { NodeSet(ranges: $0) }
            } catch {
                count(.malformed)
            }
        }
        if try readAttribute("cgroup", files, process) {
            do {
                process.assign(try homes.home(of: buffer))
            } catch {
                count(.malformed)
            }
        }
        // What could not be read for want of descriptors is read in the next round, not in a minute.
        process.attributesReadAt = shortages == shortagesBefore ? now : nil
    }

    /// Reads a file of the process, or that of a living thread where its first has ended; a copy may lack the latter.
    private mutating func readAttribute(
        _ name: String, _ files: borrowing ProcessFiles, _ process: TrackedProcess
    ) throws(ReadFailure) -> Bool {
        if let thread = process.livingThread, try readOptional(files, "task/\(thread)/\(name)", process, as: name) {
            return true
        }
        return try readOptional(files, name, process)
    }
}
