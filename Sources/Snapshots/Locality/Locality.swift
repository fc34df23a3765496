import NUMATopology

/// Locality: the share of CPU time that is spent on the node of the memory in use.
///
/// Which access of a thread goes where is seen by nobody, short of counting them all. What is known is *c*, the share of the CPU time
/// on each node, and *m*, the share of the memory there. A thread that uses its memory evenly has the locality Σ c·m. Whatever
/// it uses, the share lies within the bounds that two distributions leave for what they have in common (Fréchet):
///
///     Σ max(0, c + m − 1)  ≤  locality  ≤  Σ min(c, m)
///
/// Pages of files are left out: most are read through system calls, and others use them too.
///
/// This is *not* `numa_hint_faults_local / numa_hint_faults`. A fault is counted before its page moves, so that a page that was far away and
/// comes to its thread counts as a remote one and is never heard of again; memory that stays put under a policy has no faults at
/// all. Counted access by access, memory that had converged was 99.5 % local where the faults said 11.6 %, and two threads that
/// pulled the same pages to and fro had 50.4 % where the faults said 68.2 %.
///
/// The bounds also hold what is not certain: time of threads that changed their CPU between two readings may have been spent on
/// any node, a sample of the pages has its confidence interval, and pages that the kernel does not locate may be anywhere.
///
/// Example: 3 s on node 0 and 1 s on node 1 give c = (0.75, 0.25); 200 MiB of 800 on node 0 give m = (0.25, 0.75). Locality is
/// 0.75 · 0.25 + 0.25 · 0.75 = 0.375; at least 0 (0.75 + 0.25 − 1 on both), at most 0.25 + 0.25 = 0.5. With all threads on node 0
/// it is 0.25 and nothing else: both bounds meet. Were 0.4 s of the time on node 0 uncertain, c is at least (0.65, 0.25), and
/// locality at most 0.25 + 0.25 + 0.1 = 0.6.
package enum Locality {
    /// Memory by node, of which a share is asked.
    package struct Memory: Sendable, Equatable {
        package var bytes: NodeValues<UInt64>
        /// Half the width of the confidence interval, where it was sampled.
        package var halfWidthBytes: NodeValues<UInt64>?
        /// What is on nodes that are not known.
        package var unlocatedBytes: UInt64 = 0

        package init(bytes: NodeValues<UInt64>) {
            self.bytes = bytes
        }
    }

    /// Less than this share of the CPU time with known memory says nothing of the whole.
    package static let leastKnownShare = 0.7

    /// The locality of threads that may use all of some memory.
    ///
    /// - Returns: Nil where nothing ran on a node that is known, or there is no memory on one.
    package static func ratio(cpu: RecentCPUTime, memory: Memory, source: FigureSource) -> BoundedRatio? {
        let time = Double(cpu.byNode.total)
        let locatedTime = time - Double(cpu.byNode.unlocated)
        let unlocated = Double(memory.unlocatedBytes.addingSaturated(memory.bytes.unlocated))
        var nodes = cpu.byNode.nodes.union(memory.bytes.nodes)
        if let width = memory.halfWidthBytes { nodes.formUnion(width.nodes) }
        let locatedBytes = nodes.reduce(0.0) { $0 + Double(memory.bytes[$1]) }
        guard locatedTime > 0, locatedBytes > 0 else { return nil }
        let all = locatedBytes + unlocated
        var value = 0.0
        var low = 0.0
        var high = 0.0
        var certain = 0.0
        for node in nodes {
            let bytes = Double(memory.bytes[node])
            let error = Double(memory.halfWidthBytes?[node] ?? 0)
            let sure = min(1, Double(cpu.certainByNode[node]) / time)
            value += Double(cpu.byNode[node]) / locatedTime * bytes / locatedBytes
            low += max(0, sure + max(0, bytes - error) / all - 1)
            high += min(sure, (bytes + error + unlocated) / all)
            certain += sure
        }
        return BoundedRatio(value, low: low, high: min(1, high + max(0, 1 - certain)), source: source)
    }

    /// The locality of several that each use memory of their own, by their CPU time.
    ///
    /// What is not known of one may be anything: the bounds hold that too.
    ///
    /// - Returns: Nil where nothing ran, or less is known than ``leastKnownShare``.
    package static func ratio(of parts: [(weight: Double, ratio: BoundedRatio?)]) -> BoundedRatio? {
        var all = 0.0
        var known = 0.0
        var value = 0.0
        var low = 0.0
        var high = 0.0
        var source = FigureSource.account
        for (weight, ratio) in parts where weight > 0 {
            all += weight
            guard let ratio else { continue }
            known += weight
            value += weight * ratio.value
            low += weight * ratio.low
            high += weight * ratio.high
            source = weaker(source, ratio.source)
        }
        guard all > 0, known >= all * leastKnownShare else { return nil }
        return BoundedRatio(value / known, low: low / all, high: (high + all - known) / all, source: source)
    }

    private static func weaker(_ one: FigureSource, _ other: FigureSource) -> FigureSource {
        if one == .sample || other == .sample { return .sample }
        return one == .placement || other == .placement ? .placement : other
    }
}

extension PlacementRecord {
    /// The memory of which locality is a matter; absent where there is none, or nobody knows where.
    package var judgedMemory: Locality.Memory? {
        guard let bytes = bytesByClass.judgedBytes else { return nil }
        var memory = Locality.Memory(bytes: bytes)
        memory.halfWidthBytes = halfWidth95Bytes
        // Of an interval it is a part already.
        if halfWidth95Bytes == nil { memory.unlocatedBytes = unlocatedBytes ?? 0 }
        return memory
    }

    package var figureSource: FigureSource {
        switch method {
        case .full: .placement
        case .sampled: .sample
        }
    }
}

extension [MemoryClass: NodeValues<UInt64>] {
    /// All but pages of files; these where there is nothing else.
    package var judgedBytes: NodeValues<UInt64>? {
        var sum = NodeValues<UInt64>()
        for (kind, bytes) in self where kind != .file { sum += bytes }
        if sum.total > 0 { return sum }
        return self[.file].flatMap { $0.total > 0 ? $0 : nil }
    }
}
