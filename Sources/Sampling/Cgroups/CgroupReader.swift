import HostReading
import KernelText
import LinuxSystem
import NUMATopology
import Snapshots

/// What the kernel accounts to the cgroups of groups: `memory.numa_stat`, `memory.current` and `memory.stat` of version 2, and
/// `hugetlb.*.numa_stat` where the host has huge pages set aside.
///
/// No lock of a process is taken and no page table walked: the kernel adds up counters it keeps, of all CPUs and of all
/// cgroups below that have changed. Where that costs too much, as with hundreds of groups, rounds take turns, the oldest
/// reading first.
///
/// A cgroup without these files (the root, a hybrid host, a unit without memory accounting) has no account, and what it
/// holds is told from its processes' mappings.
struct CgroupReader {
    private let root: any HostRoot
    private var hierarchy: UnifiedHierarchy?
    private var hierarchyReadAt: UInt64?
    /// Of which huge pages there are some.
    private var hugePageSizes: [UInt64] = []
    private(set) var accounts: [String: CgroupAccount] = [:]
    /// When a cgroup's files were tried last, whether they were there or not.
    private var triedAt: [String: UInt64] = [:]
    private var buffer: [UInt8] = []

    /// How long the mount table, and which huge pages there are, is believed, nanoseconds.
    private static let hierarchyLifetime: UInt64 = 300_000_000_000
    /// Cgroups that one round reads whatever it costs, so that each gets its turn.
    static let fewestPerRound = 8
    /// A `memory.stat` is some 3 KB; with many nodes `memory.numa_stat` is some 10.
    private static let fileLimitBytes = 256 << 10

    init(root: any HostRoot) {
        self.root = root
    }

    /// One round.
    ///
    /// - Parameters:
    ///   - paths: The cgroups that groups have now, as their processes' `cgroup` files name them. Others are forgotten.
    ///   - now: Monotonic time, nanoseconds.
    ///   - mayGoOn: Asked before each cgroup beyond the fewest: whether there is time for it.
    mutating func read(_ paths: Set<String>, now: UInt64, account: inout ReadAccount, mayGoOn: () -> Bool) {
        accounts = accounts.filter { paths.contains($0.key) }
        triedAt = triedAt.filter { paths.contains($0.key) }
        if hierarchyReadAt.map({ now >= $0.addingSaturated(Self.hierarchyLifetime) }) ?? true {
            hierarchy = UnifiedHierarchy(of: root)
            hugePageSizes = hierarchy == nil ? [] : NodeMemoryReader.hugePageSizes(in: root, buffer: &buffer)
            hierarchyReadAt = now
        }
        guard let hierarchy else { return accounts.removeAll() }
        // Never tried comes first, then the longest ago; by name, so that equal rounds do equal things.
        let order = paths.sorted { left, right in
            switch (triedAt[left], triedAt[right]) {
            case (let a?, let b?) where a != b: a < b
            case (nil, .some): true
            case (.some, nil): false
            default: left < right
            }
        }
        for (index, path) in order.enumerated() {
            guard index < Self.fewestPerRound || mayGoOn() else { break }
            triedAt[path] = now
            accounts[path] = hierarchy.directory(ofCgroup: path).flatMap { readCgroup($0, now: now, &account) }
        }
    }

    /// The account of one cgroup; nil where it has none, or none that can be understood.
    private mutating func readCgroup(_ directory: String, now: UInt64, _ account: inout ReadAccount) -> CgroupAccount? {
        guard readFile("\(directory)/memory.numa_stat", &account),
            let stat = try? CgroupNUMAStat(parsing: buffer.span), let anonymous = stat.anonymous, let file = stat.file
        else { return nil }
        var result = CgroupAccount(takenAtNanoseconds: now)
        let shared = Self.values(stat.shared ?? [])
        var cached = Self.values(file)
        for node in shared.nodes {
            // The kernel's `file` holds `shmem`, too.
            cached[node] -= min(shared[node], cached[node])
        }
        for (kind, bytes) in [
            (MemoryClass.anonymous, Self.values(anonymous)), (.file, cached), (.shared, shared),
        ] where bytes.total > 0 {
            result.bytesByClass[kind] = bytes
        }
        if readFile("\(directory)/memory.current", &account) {
            result.currentBytes = try? ScalarFile.unsigned(buffer.span, file: .cgroupStat, field: "memory.current")
        }
        if readFile("\(directory)/memory.stat", &account) {
            result.counters = Self.counters(buffer.span)
        }
        for size in hugePageSizes {
            guard readFile("\(directory)/\(HugetlbNUMAStat.fileName(pageSizeBytes: size))", &account),
                let nodes = try? HugetlbNUMAStat.parse(buffer.span)
            else { continue }
            result.hugePageSizes.insert(size)
            let bytes = Self.values(nodes)
            if bytes.total > 0 { result.bytesByClass[.huge(pageSizeBytes: size)] = bytes }
        }
        return result
    }

    private mutating func readFile(_ path: String, _ account: inout ReadAccount) -> Bool {
        guard (try? root.read(path, into: &buffer, limitBytes: Self.fileLimitBytes)) != nil else { return false }
        account.add(buffer)
        return true
    }

    private static func values(_ nodes: [CgroupNUMAStat.NodeBytes]) -> NodeValues<UInt64> {
        var result = NodeValues<UInt64>()
        for entry in nodes where entry.bytes > 0 {
            guard let node = NodeNumber.node(entry.node) else { continue }
            result[node] = result[node].addingSaturated(entry.bytes)
        }
        return result
    }

    /// The counters of NUMA balancing and of moves between tiers: what there is of `numa_*`, `pgpromote_*` and
    /// `pgdemote_*`. Memory.stat has them since 6.12.
    private static func counters(_ bytes: Span<UInt8>) -> [String: UInt64] {
        var result: [String: UInt64] = [:]
        // A file cut in the middle loses what is behind.
        try? CounterLines.forEach(bytes, file: .cgroupStat) { (range, value) throws(KernelTextError) in
            let name = bytes.text(range)
            if ["numa_", "pgpromote_", "pgdemote_"].contains(where: name.hasPrefix) { result[name] = value }
        }
        return result
    }
}
