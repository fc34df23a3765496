import KernelText
package import LinuxSystem
import NUMATopology
import SchedDomains

/// What changes when a host's domains are rebuilt, cheap to read again and compare.
///
/// The kernel has no generation counter. CPUs coming and going show in the online list, partitions in the cpusets, and
/// everything in the spans of `/proc/schedstat`, which on a large machine is long; read that one rarely.
package struct DomainsFingerprint: Hashable, Sendable {
    private var online: [UInt8]?
    private var partitions: [PartitionRequest]?
    private var isITMTEnabled: [UInt8]?
    /// A hash of the text of all masks and names, in order; absent if not asked for or not readable.
    private var spansHash: Int?

    /// Reads the files that tell of a rebuild.
    ///
    /// - Parameter includesSpans: Also read `/proc/schedstat` (about 7 KB per CPU of a large machine).
    package init(_ root: any HostRoot, includesSpans: Bool) {
        var facts = FactReader(root)
        online = facts.bytes("/sys/devices/system/cpu/online")
        // The boot-time set does not change, so that the cpusets alone are compared.
        let housekeeping = facts.cpus("/sys/devices/system/cpu/possible") ?? []
        partitions = CpusetReader.partitions(housekeeping: housekeeping, &facts)
        let itmt = "/proc/sys/kernel/sched_itmt_enabled"
        isITMTEnabled = root.exists(itmt) ? facts.bytes(itmt) : nil
        if includesSpans, let bytes = facts.bytes("/proc/schedstat") {
            var hasher = Hasher()
            let span = bytes.span
            let header = try? Schedstat.forEachLine(
                span, onCPU: { hasher.combine($0.cpu) },
                onDomain: { line in
                    hasher.combine(line.index)
                    for position in line.maskRange {
                        hasher.combine(bytes[position])
                    }
                })
            spansHash = header == nil ? nil : hasher.finalize()
        }
    }
}
