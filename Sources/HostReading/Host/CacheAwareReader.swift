import KernelText
package import LinuxSystem
package import SchedDomains

/// Reads the switches of cache-aware scheduling.
package enum CacheAwareReader {
    package static let directory = "/sys/kernel/debug/sched/llc_balancing"

    /// Reads them, and the size of a last-level cache.
    ///
    /// - Returns: Nil where there are none: the kernel is older or built without it, or debugfs is closed.
    package static func read(from root: any HostRoot) -> CacheAwareScheduling? {
        guard root.exists(directory) else { return nil }
        let enabled = try? root.parse("\(directory)/enabled") { bytes throws(KernelTextError) in
            try ScalarFile.boolean(bytes, field: "enabled")
        }
        let tolerance = try? root.parse("\(directory)/aggr_tolerance") { bytes throws(KernelTextError) in
            try ScalarFile.unsigned(bytes, field: "aggr_tolerance")
        }
        return CacheAwareScheduling(isEnabled: enabled, tolerance: tolerance, cacheBytes: cacheBytes(root))
    }

    /// The size of the first CPU's last cache, as the kernel takes it: `32768K`.
    private static func cacheBytes(_ root: any HostRoot) -> UInt64? {
        let cpus = "/sys/devices/system/cpu"
        for cpu in FactReader.numbered((try? root.list(cpus)) ?? [], prefix: "cpu") {
            let directory = "\(cpus)/cpu\(cpu)/cache"
            let caches = ((try? root.list(directory)) ?? []).filter { $0.hasPrefix("index") }.compactMap { name in
                cache("\(directory)/\(name)", root)
            }
            if let last = caches.max(by: { $0.level < $1.level }) { return last.bytes }
        }
        return nil
    }

    private static func cache(_ directory: String, _ root: any HostRoot) -> (level: UInt64, bytes: UInt64)? {
        guard let level = (try? root.readText("\(directory)/level", limitBytes: 64)).flatMap({ UInt64($0) }),
            let size = try? root.readText("\(directory)/size", limitBytes: 64), size.hasSuffix("K"),
            let kibibytes = UInt64(size.dropLast()), kibibytes < 1 << 40
        else { return nil }
        return (level, kibibytes << 10)
    }
}
