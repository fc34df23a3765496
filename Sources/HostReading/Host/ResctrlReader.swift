import KernelText
package import LinuxSystem
package import Snapshots

/// Reads memory bandwidth monitoring where somebody has mounted resctrl (Documentation/filesystems/resctrl.rst, x86 since 4.12).
///
/// Nothing is mounted, made or written here: without a mount there are no figures. Each directory with `mon_data` that is a
/// control group, the top one included, counts for itself and for the monitoring groups in it; control groups do not hold each
/// other. What is wanted is the sum of all.
///
/// ```
/// mon_data/mon_L3_00/mbm_total_bytes              1234567
/// mon_data/mon_L3_00/mbm_local_bytes              1200000
/// mon_data/mon_L3_00/mon_sub_L3_01/mbm_total_bytes    (sub-NUMA clusters, since 6.11: of node 1's part)
/// ```
///
/// A counter may say `Unavailable`, `Error` or `Unassigned`: then it is not known. AMD's processors can be made to count
/// something else (`info/L3_MON/mbm_total_bytes_config`, since 6.3): then the names lie, and nothing is read.
package enum ResctrlReader {
    package static let directory = "/sys/fs/resctrl"

    /// One cache's counters of one group.
    package struct Reading: Sendable, Equatable {
        /// The directory of the group below ``directory``; empty for the top one.
        package var group: String
        /// As in ``MemoryTraffic/Cache/name``.
        package var cache: String
        /// Absent where the kernel does not say.
        package var totalBytes: UInt64?
        package var localBytes: UInt64?
    }

    /// Groups that are read at most: orchestrators make one for each class of service, and each reading interrupts a CPU.
    static let mostGroups = 32

    /// What is in the way of reading it.
    package enum Obstacle: Sendable, Equatable {
        case notMounted
        /// The processor or the kernel counts no bytes.
        case notCounted
        /// What is counted was changed: the file that says so.
        case reconfigured(String)
        case tooManyGroups
    }

    package enum Outcome: Sendable, Equatable {
        case readings([Reading])
        case obstacle(Obstacle)
    }

    /// Reads all counters.
    package static func read(from root: any HostRoot, buffer: inout [UInt8]) -> Outcome {
        guard let entries = try? root.list(directory), entries.contains("mon_data") else {
            return .obstacle(.notMounted)
        }
        if let changed = changedEvents(root) { return .obstacle(.reconfigured(changed)) }
        let groups = [""] + entries.filter { !own.contains($0) && root.exists("\(directory)/\($0)/mon_data") }.sorted()
        guard groups.count <= mostGroups else { return .obstacle(.tooManyGroups) }
        var readings: [Reading] = []
        for group in groups {
            let data = directory + (group.isEmpty ? "" : "/\(group)") + "/mon_data"
            for (cache, path) in caches(in: data, root) {
                guard root.exists("\(path)/mbm_total_bytes"), root.exists("\(path)/mbm_local_bytes") else { continue }
                readings.append(
                    Reading(
                        group: group, cache: cache, totalBytes: bytes("\(path)/mbm_total_bytes", root, &buffer),
                        localBytes: bytes("\(path)/mbm_local_bytes", root, &buffer)))
            }
        }
        return readings.isEmpty ? .obstacle(.notCounted) : .readings(readings)
    }

    /// What lies beside the control groups.
    private static let own: Set<String> = ["info", "mon_data", "mon_groups"]

    /// The caches of a group, or their parts, by name.
    private static func caches(in data: String, _ root: any HostRoot) -> [(name: String, path: String)] {
        let caches = ((try? root.list(data)) ?? []).compactMap { entry in
            number(entry, after: "mon_L3_").map { (number: $0, path: "\(data)/\(entry)") }
        }
        return caches.sorted { $0.number < $1.number }.flatMap { cache -> [(name: String, path: String)] in
            let parts = ((try? root.list(cache.path)) ?? []).compactMap { entry in
                number(entry, after: "mon_sub_L3_").map { (number: $0, path: "\(cache.path)/\(entry)") }
            }
            // The whole is the sum of the parts.
            return parts.isEmpty
                ? [("\(cache.number)", cache.path)]
                : parts.sorted { $0.number < $1.number }.map { ("\(cache.number)/\($0.number)", $0.path) }
        }
    }

    private static func number(_ name: String, after prefix: String) -> Int? {
        name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count)) : nil
    }

    private static func bytes(_ path: String, _ root: any HostRoot, _ buffer: inout [UInt8]) -> UInt64? {
        guard (try? root.read(path, into: &buffer)) != nil else { return nil }
        return try? ScalarFile.unsigned(buffer.span, field: "bytes")
    }

    /// The file that says that something else is counted than usual; nil where none does.
    ///
    /// `0=0x7f;1=0x7f`, by cache: all of them, and of the local ones reads and writes past the cache of both kinds of memory.
    private static func changedEvents(_ root: any HostRoot) -> String? {
        for (name, usual) in [("mbm_total_bytes_config", "0x7f"), ("mbm_local_bytes_config", "0x15")] {
            let path = "\(directory)/info/L3_MON/\(name)"
            guard let text = try? root.readText(path, limitBytes: 4096) else { continue }
            for entry in text.split(whereSeparator: { $0 == ";" || $0.isNewline }) {
                let parts = entry.split(separator: "=")
                if parts.count != 2 || parts[1] != usual { return path }
            }
        }
        return nil
    }

    /// The CPUs of each last-level cache, one for each, by its number.
    package static func cpus(in root: any HostRoot, online: some Sequence<Int>) -> [Int: Int] {
        var cpus: [Int: Int] = [:]
        for cpu in online {
            let path = "/sys/devices/system/cpu/cpu\(cpu)/cache/index3/id"
            guard let number = (try? root.readText(path, limitBytes: 64)).flatMap({ Int($0) }), cpus[number] == nil
            else {
                continue
            }
            cpus[number] = cpu
        }
        return cpus
    }

    /// The source, where there is one or could be: of a copy nobody knows whether there was.
    package static func status(_ root: any HostRoot) -> SourceStatus? {
        var buffer: [UInt8] = []
        let outcome = read(from: root, buffer: &buffer)
        if outcome == .obstacle(.notMounted), !root.isLive { return nil }
        return SourceStatus(
            name: "resctrl", path: "\(directory)/mon_data", state: state(outcome),
            purpose: "bytes between caches and memory, in all and to the own node, as processors count them",
            lostWithout: "the measured share of traffic between nodes",
            remedy: outcome == .obstacle(.notMounted)
                ? "mount -t resctrl resctrl /sys/fs/resctrl, on processors that have it; virtual machines have not"
                : nil)
    }

    private static func state(_ outcome: Outcome) -> SourceStatus.State {
        switch outcome {
        case .readings(let readings):
            readings.allSatisfy { $0.totalBytes == nil || $0.localBytes == nil }
                ? .malformed(reason: "none of its counters has a number") : .readable
        case .obstacle(.notMounted): .notApplicable(reason: "nobody has mounted it, and numawatch never does")
        case .obstacle(.notCounted): .notApplicable(reason: "this processor, or kernel, counts no bytes")
        case .obstacle(.reconfigured(let path)): .notApplicable(reason: "something else is counted: see \(path)")
        case .obstacle(.tooManyGroups): .notApplicable(reason: "there are more than \(mostGroups) control groups")
        }
    }
}
