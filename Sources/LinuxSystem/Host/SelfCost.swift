import Glibc

/// What this process has cost the host so far.
package struct SelfCost: Hashable, Sendable {
    /// CPU time in user mode and in the kernel, all threads.
    package let userNanoseconds: UInt64
    package let systemNanoseconds: UInt64
    /// Resident memory now, by `/proc/self/statm`; nil where that cannot be read.
    package let residentBytes: Int?
    /// The most that was ever resident.
    package let maximumResidentBytes: Int
    package let voluntaryContextSwitches: Int
    package let involuntaryContextSwitches: Int

    /// Asks getrusage(2) and `/proc/self/statm`.
    package static func current() -> SelfCost {
        var usage = rusage()
        // Fails only for a bad argument.
        unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return SelfCost(
            userNanoseconds: nanoseconds(usage.ru_utime), systemNanoseconds: nanoseconds(usage.ru_stime),
            residentBytes: residentBytes(), maximumResidentBytes: usage.ru_maxrss * 1024,
            voluntaryContextSwitches: usage.ru_nvcsw, involuntaryContextSwitches: usage.ru_nivcsw)
    }

    private static func nanoseconds(_ time: timeval) -> UInt64 {
        UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_usec) * 1000
    }

    /// The second field of `statm`, in pages.
    private static func residentBytes() -> Int? {
        guard let text = try? DirectoryRoot.live.readText("/proc/self/statm", limitBytes: 4096) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * HostFacts.pageSizeBytes
    }
}
