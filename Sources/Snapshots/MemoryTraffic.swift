package import NUMATopology

/// Bytes that went between last-level caches and memory, as the processors count them (resctrl, memory bandwidth monitoring).
package struct MemoryTraffic: Sendable, Equatable {
    /// Of one last-level cache or, with sub-NUMA clusters, of a node's part of one.
    package struct Cache: Sendable, Equatable {
        /// As resctrl numbers it: `0`, or `0/1` for node 1's part of cache 0.
        package var name: String
        /// The node of its CPUs; absent where that cannot be told.
        package var node: NodeID?
        /// Bytes since the daemon first saw it: to and from any memory, and to and from that of its own node.
        package var totalBytes: UInt64 = 0
        package var localBytes: UInt64 = 0
        /// The same per second since the previous round; absent where one of its counters could not be read.
        package var totalBytesPerSecond: Double?
        package var localBytesPerSecond: Double?

        package init(name: String) {
            self.name = name
        }
    }

    /// In the order of their numbers.
    package var caches: [Cache]

    package init(caches: [Cache]) {
        self.caches = caches
    }

    /// Bytes per second of all of them together; absent where that of one is not known.
    package var totalBytesPerSecond: Double? { sum(\.totalBytesPerSecond) }
    package var localBytesPerSecond: Double? { sum(\.localBytesPerSecond) }

    /// Share of the last interval's bytes that went to and from another node's memory; absent without any.
    ///
    /// At most: AMD's processors count what is written back among the total, and among the local bytes not.
    package var remoteShare: Double? {
        guard let total = totalBytesPerSecond, let local = localBytesPerSecond, total > 0 else { return nil }
        return max(0, total - local) / total
    }

    private func sum(_ path: KeyPath<Cache, Double?>) -> Double? {
        var sum = 0.0
        for cache in caches {
            guard let value = cache[keyPath: path] else { return nil }
            sum += value
        }
        return caches.isEmpty ? nil : sum
    }
}
