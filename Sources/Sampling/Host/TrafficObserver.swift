import HostReading
import LinuxSystem
import NUMATopology
import Snapshots

/// Adds up what resctrl counts, since observing began.
///
/// A group's counters begin when it is made and end with it: what is added up are their increases, so that a group that goes
/// takes nothing away. A cache of which one counter cannot be read has no rate in that round, and its increase is in the next
/// one that can be, unless the group has gone meanwhile.
///
/// Example: the top group has counted 900 bytes, a group `batch` 100; a round later 1,000 and 150. 150 bytes went to memory. Then
/// `batch` is removed and the top group has 1,020: 20 bytes more, 170 in all.
struct TrafficObserver {
    private struct Key: Hashable {
        var group: String
        var cache: String
    }

    private let root: any HostRoot
    private var previous: [Key: (total: UInt64, local: UInt64)] = [:]
    private var sums: [String: (total: UInt64, local: UInt64)] = [:]
    private var readAt: UInt64?
    /// The machine the nodes of caches were told for.
    private var machine: Machine?
    private var nodes: [String: NodeID] = [:]
    private var buffer: [UInt8] = []

    init(root: any HostRoot) {
        self.root = root
    }

    /// One round.
    ///
    /// - Parameter now: Monotonic time, nanoseconds.
    /// - Returns: Nil where there is nothing to be read.
    mutating func read(machine: Machine, now: UInt64) -> MemoryTraffic? {
        guard case .readings(let readings) = ResctrlReader.read(from: root, buffer: &buffer) else {
            previous = [:]
            readAt = nil
            return nil
        }
        locate(readings.map(\.cache), machine)
        let seconds = readAt.map { Double(now - min($0, now)) / 1e9 }
        readAt = now
        var order: [String] = []
        var increases: [String: (total: UInt64, local: UInt64)] = [:]
        var unknown: Set<String> = []
        var seen: Set<Key> = []
        for reading in readings {
            let key = Key(group: reading.group, cache: reading.cache)
            seen.insert(key)
            if !order.contains(reading.cache) { order.append(reading.cache) }
            guard let total = reading.totalBytes, let local = reading.localBytes else {
                unknown.insert(reading.cache)
                continue
            }
            if let before = previous.updateValue((total, local), forKey: key), total >= before.total,
                local >= before.local
            {
                let sum = increases[reading.cache] ?? (0, 0)
                increases[reading.cache] = (
                    sum.total.addingSaturated(total - before.total), sum.local.addingSaturated(local - before.local)
                )
            }
        }
        previous = previous.filter { seen.contains($0.key) }
        return MemoryTraffic(
            caches: order.map { name in
                var cache = MemoryTraffic.Cache(name: name)
                cache.node = nodes[name]
                let increase = increases[name] ?? (0, 0)
                let sum = sums[name] ?? (0, 0)
                cache.totalBytes = sum.total.addingSaturated(increase.total)
                cache.localBytes = sum.local.addingSaturated(increase.local)
                sums[name] = (cache.totalBytes, cache.localBytes)
                if let seconds, seconds > 0, !unknown.contains(name) {
                    cache.totalBytesPerSecond = Double(increase.total) / seconds
                    cache.localBytesPerSecond = Double(increase.local) / seconds
                }
                return cache
            })
    }

    /// Finds the nodes of caches, when the machine is another than before.
    private mutating func locate(_ names: [String], _ machine: Machine) {
        guard machine != self.machine else { return }
        self.machine = machine
        let nodeByCPU = machine.nodeByCPU()
        let cpus = ResctrlReader.cpus(in: root, online: machine.onlineCPUs)
        nodes = [:]
        for name in names {
            let parts = name.split(separator: "/")
            if parts.count == 2 {
                // A part is named after its node.
                nodes[name] = Int(parts[1]).flatMap { number in machine.nodes.map(\.id).first { $0.rawValue == number }
                }
            } else if let cpu = Int(name).flatMap({ cpus[$0] }), cpu < nodeByCPU.count {
                nodes[name] = nodeByCPU[cpu]
            }
        }
    }
}
