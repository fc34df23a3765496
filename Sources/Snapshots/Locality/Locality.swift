import NUMATopology

/// Locality: the share of CPU time that is spent on the node of the memory in use.
///
/// Which access of a thread goes where is seen by nobody, short of counting them all. What is known is *c*, the share of the CPU time
/// on each node, and *m*, the share of the memory there. If all memory is used evenly the locality is Σ c·m. Which thread uses which
/// part is not known: the share lies within the bounds that two distributions leave for what they have in common (Fréchet):
///
///     Σ max(0, c + m − 1)  ≤  locality  ≤  Σ min(c, m)
///
/// No program uses its memory evenly. Some of it is not used at all, as the stacks of threads that wait; and some accesses go to a
/// little that is used all the time. The bounds allow a twentieth of the memory to be idle, so that *m* of what is used lies
/// between (m − 0.05) / 0.95 and m / 0.95; and a fifth of the accesses to go to memory that is hardly any of the whole, on any node
/// that has some:
///
///     low'  = 0.8 · low  + 0.2 · (the share of the time on a node that has all the memory)
///     high' = 0.8 · high + 0.2 · (the share of the time on nodes that have any)
///
/// Both limits were chosen by counting: data bound to another node, with 3 % of the memory at hand, was 20.0 % local; data on
/// another node with 5 % of stacks at hand, 0.0 %.
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
/// 0.75 · 0.25 + 0.25 · 0.75 = 0.375. Of the memory in use at most 0.25 / 0.95 = 0.263 is on node 0, so that it is at most
/// 0.8 · (0.263 + 0.25) + 0.2 = 0.611, and at least 0. Were 0.4 s of the time on node 0 uncertain, c is at least (0.65, 0.25), and
/// the locality at most 0.8 · (0.263 + 0.25 + 0.1) + 0.2 = 0.691. With all memory on node 1 it is 0.25 and nothing else.
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
        let shares = nodes.map { node in
            let bytes = Double(memory.bytes[node])
            let error = Double(memory.halfWidthBytes?[node] ?? 0)
            value += Double(cpu.byNode[node]) / locatedTime * bytes / locatedBytes
            return NodeShare(
                time: min(1, Double(cpu.certainByNode[node]) / time), leastMemory: max(0, bytes - error) / all,
                mostMemory: (bytes + error + unlocated) / all)
        }
        let bounds = bounds(shares)
        return BoundedRatio(value, low: bounds.low, high: bounds.high, source: source)
    }

    /// What of the whole is on one node.
    package struct NodeShare: Sendable {
        /// CPU time that was spent there for sure.
        package var time: Double
        package var leastMemory: Double
        package var mostMemory: Double

        package init(time: Double, leastMemory: Double, mostMemory: Double) {
            self.time = time
            self.leastMemory = leastMemory
            self.mostMemory = mostMemory
        }
    }

    /// Of the memory, what may not be used at all.
    private static let idleMemory = 0.05
    /// Of the accesses, what may go to a little of the memory.
    private static let hotAccesses = 0.2

    /// The bounds of the locality, from what is known of each node; time that is not certain may have been spent anywhere.
    package static func bounds(_ shares: [NodeShare]) -> (low: Double, high: Double) {
        var low = 0.0
        var high = 0.0
        var certain = 0.0
        var least = 0.0
        var most = 0.0
        for share in shares {
            low += max(0, share.time + (share.leastMemory - idleMemory) / (1 - idleMemory) - 1)
            high += min(share.time, share.mostMemory / (1 - idleMemory))
            certain += share.time
            if share.leastMemory >= 1 { least += share.time }
            if share.mostMemory > 0 { most += share.time }
        }
        let uncertain = max(0, 1 - certain)
        return (
            (1 - hotAccesses) * low + hotAccesses * least,
            min(1, (1 - hotAccesses) * min(1, high + uncertain) + hotAccesses * min(1, most + uncertain))
        )
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
