package import NUMATopology
package import Snapshots

/// Estimates where a process's memory is from a random sample of its pages.
///
/// The *frame* is all pages mapped by the process, `N` of them; `n` are drawn without replacement and asked for with
/// move_pages(2). Each answer is a node (the page is resident there) or nothing (untouched, swapped, the shared page of
/// zeroes). Base pages are drawn, so a huge page, which answers for each of its 512, weighs as much as its size.
///
/// Two estimators, by what else is known:
///
/// * *Free*: the share `x/n` of the sample found on a node, times `N`. Needs nothing, but where little of what is mapped is
///   resident (a runtime that reserves 64 GiB and uses 2) few of the answers tell anything.
/// * *Anchored*: the process's resident set `R` is known exactly (`VmRSS`, which counts the same pages unless there is
///   hugetlb memory). Of the `m` resident pages in the sample, the share `x/m` on a node, times `R`. Given `m`, those pages
///   are a random sample of the resident ones, so this is a binomial estimate with `m` in place of `n`; the total is exact.
///
/// The interval is Wilson's score interval at 95 % (z = 1.96), with the sample counted as `n (N - 1) / (N - n)`: drawing
/// without replacement leaves no error when everything is drawn. It holds its level for shares near 0 and 1, where the
/// usual p ± z √(p(1-p)/n) collapses to nothing. Its longer side is published as the half width, so the interval
/// around the estimate contains Wilson's.
///
/// Worked example: N = 524,288 pages (2 GiB), n = 1,024, 700 on node 0, 300 on node 1, 24 untouched; R = 512,000. Free:
/// node 0 has 700/1024 = 68.4 % of 2 GiB = 1.37 GiB ± 2.9 points. Anchored: 700/1000 = 70 % of 1.95 GiB = 1.37 GiB ± 2.9
/// points of 1.95 GiB, and node 1 is what remains.
///
/// *Hidden pages.* Linux 6.1 to 6.4 answers for pages that balancing has armed as if they were not there
/// (`MovePages.hidesArmedPages`), and those are mostly the remote ones: taking the others for all of them would call memory
/// local that is not. There the count of resident pages `C` tells how many are hidden: `n C / N` of the sample should have
/// been found, `m` were, and the difference `u`, give or take the chance of drawing it, is resident on a node nobody
/// knows. What was found is then scaled with `m + u` in place of `m`, the rest is published as unlocated, and each node's
/// interval reaches from none of the hidden pages to all of them.
///
/// Example: N = C = R = 20,000, n = 1,000, 740 found on node 1, none on node 0. `u` = 260: node 1 has 57.8 MiB, node 0
/// nothing that is known, unlocated are 20.3 MiB, and either node may have these as well.
///
/// Not covered: memory that moves while it is asked for, and resident pages of mappings outside the frame.
package struct PlacementEstimate: Sendable, Equatable {
    /// The normal quantile of 97.5 %.
    static let quantile = 1.959964
    /// The normal quantile of 95 %: what one side of a bound needs.
    private static let oneSidedQuantile = 1.644854

    /// Pages of the frame.
    package let mappedPages: UInt64
    /// Pages of the sample found on a node, by class and node.
    package private(set) var found: [MemoryClass: NodeValues<UInt64>] = [:]
    /// Pages asked for.
    package private(set) var askedPages: UInt64 = 0
    /// Pages found on any node.
    package private(set) var residentPages: UInt64 = 0

    package init(mappedPages: UInt64) {
        self.mappedPages = mappedPages
    }

    /// Counts one answer.
    ///
    /// - Parameter node: Where the page is; nil when it is nowhere.
    package mutating func add(_ memoryClass: MemoryClass, node: NodeID?) {
        askedPages += 1
        guard let node, node.rawValue <= NodeSet.numberLimit else { return }
        residentPages += 1
        found[memoryClass, default: NodeValues()][node] += 1
    }

    /// An amount and half the width of its 95 % interval.
    package struct Amounts: Sendable, Equatable {
        package var bytes = NodeValues<UInt64>()
        package var halfWidth95Bytes = NodeValues<UInt64>()
        package var bytesByClass: [MemoryClass: NodeValues<UInt64>] = [:]
        /// Resident, but the kernel does not say where; nil where it hides nothing.
        package var unlocatedBytes: UInt64?
    }

    /// Pages of the sample that are resident and were not found: how many there should be, and at most.
    private struct Hidden {
        var expected = 0.0
        var highest = 0.0

        init() {}

        /// - Parameter counted: Pages of the frame that the kernel counts as resident.
        init(found: Double, asked: Double, mapped: Double, counted: Double) {
            let share = min(counted / mapped, 1)
            // Drawn without replacement: the deviation of a hypergeometric distribution.
            let left = mapped > 1 ? (mapped - asked) / (mapped - 1) : 0
            let deviation = (asked * share * (1 - share) * max(left, 0)).squareRoot()
            let unanswered = asked - found
            expected = min(max(asked * share - found, 0), unanswered)
            highest = min(max(asked * share - found + PlacementEstimate.oneSidedQuantile * deviation, 0), unanswered)
        }
    }

    /// The estimate.
    ///
    /// - Parameters:
    ///   - residentPages: The exact resident set in base pages, where it is known and lies in the frame; nil: free estimate.
    ///   - countedPages: Where the kernel hides pages, those it counts as resident, in base pages; nil: it hides none.
    ///   - pageSizeBytes: The base page size.
    ///   - nodes: The nodes to give an interval for even if nothing was found there.
    package func amounts(
        residentPages known: UInt64?, countedPages: UInt64? = nil, pageSizeBytes: UInt64, nodes: [NodeID]
    ) -> Amounts {
        var result = Amounts()
        guard askedPages > 0, mappedPages > 0 else { return result }
        let hidden = countedPages.map {
            Hidden(
                found: Double(residentPages), asked: Double(askedPages), mapped: Double(mappedPages),
                counted: Double($0))
        }
        let resident = Double(residentPages) + (hidden?.expected ?? 0)
        let anchor = known.flatMap { resident > 0 ? Double($0) : nil }
        let sample = anchor == nil ? Double(askedPages) : resident
        let population = max(anchor ?? Double(mappedPages), sample)
        let scale = population * Double(pageSizeBytes)
        result.unlocatedBytes = hidden.map { Self.bytes($0.expected / sample * scale) }
        var total = NodeValues<UInt64>()
        for (memoryClass, counts) in found {
            total += counts
            var amounts = NodeValues<UInt64>()
            for node in counts.nodes {
                amounts[node] = Self.bytes(Double(counts[node]) / sample * scale)
            }
            result.bytesByClass[memoryClass] = amounts
        }
        for node in total.nodes.union(NodeSet(nodes)) {
            let located = Double(total[node])
            if located > 0 { result.bytes[node] = Self.bytes(located / sample * scale) }
            let half = Self.halfWidth95(
                found: located, hidden: hidden?.highest ?? 0, sample: sample,
                highestSample: anchor == nil ? sample : Double(residentPages) + (hidden?.highest ?? 0),
                population: population)
            result.halfWidth95Bytes[node] = Self.bytes(half * scale)
        }
        return result
    }

    /// Half the width of the 95 % interval of a share, 0 to 1.
    ///
    /// - Parameters:
    ///   - found: Members of the sample that have the property.
    ///   - sample: Size of the sample, at least 1.
    ///   - population: What it was drawn from, at least the sample.
    static func halfWidth95(found: UInt64, sample: UInt64, population: UInt64) -> Double {
        halfWidth95(
            found: Double(found), hidden: 0, sample: Double(sample), highestSample: Double(sample),
            population: Double(population))
    }

    /// The same where up to `hidden` further members of the sample may have the property, and the sample may be as large as
    /// `highestSample`.
    private static func halfWidth95(
        found: Double, hidden: Double, sample: Double, highestSample: Double, population: Double
    ) -> Double {
        guard sample > 0 else { return 1 }
        let whole = min(max(highestSample, sample), population)
        let share = found / sample
        let low = wilson(found, of: whole, from: population).low
        let high = wilson(min(found + hidden, whole), of: whole, from: population).high
        return max(high - share, share - low, 0)
    }

    /// Wilson's score interval of a share.
    private static func wilson(
        _ found: Double, of sample: Double, from population: Double
    ) -> (low: Double, high: Double) {
        let share = found / sample
        guard population > sample else { return (share, share) }
        let size = sample * (population - 1) / (population - sample)
        let square = quantile * quantile
        let scale = 1 / (1 + square / size)
        let centre = (share + square / (2 * size)) * scale
        let half = quantile * scale * (share * (1 - share) / size + square / (4 * size * size)).squareRoot()
        return (max(centre - half, 0), min(centre + half, 1))
    }

    private static func bytes(_ amount: Double) -> UInt64 {
        amount < Double(UInt64.max / 2) ? UInt64(amount.rounded()) : UInt64.max / 2
    }
}
