import NUMATopology
import Snapshots
import Testing

@testable import Sampling

/// Processes made up: where each mapped page is, and which of them the kernel does not tell of.
private struct Population {
    /// Two nodes, or nothing resident at the page.
    var pages: [NodeID?]
    var hidden: Set<Int> = []

    /// How a second node's share is spread over resident memory.
    enum Layout: CaseIterable {
        /// Each page by chance.
        case scattered
        /// Every so many pages one: interleaved.
        case striped
        /// In runs of 512 pages, by chance: huge pages.
        case hugePages
        /// In one run at the end.
        case oneBlock
        /// In runs of any length.
        case runs
    }

    /// - Parameters:
    ///   - mapped: Pages mapped; what is not resident lies behind, and in a gap in the middle.
    ///   - share: Of the resident pages, the part on node 1.
    init(
        mapped: Int, resident: Int, share: Double, _ layout: Layout, using generator: inout SplitMix64
    ) {
        let wanted = Int((Double(resident) * share).rounded())
        var nodes = [NodeID?](repeating: node0, count: resident)
        switch layout {
        case .scattered:
            for index in (0..<resident).shuffled(using: &generator).prefix(wanted) { nodes[index] = node1 }
        case .striped:
            for index in 0..<wanted { nodes[index * resident / wanted] = node1 }
        case .hugePages:
            for block in (0...(resident / 512)).shuffled(using: &generator).prefix(wanted / 512 + 1) {
                for index in (block * 512)..<min(block * 512 + 512, resident) { nodes[index] = node1 }
            }
        case .oneBlock:
            for index in (resident - wanted)..<resident { nodes[index] = node1 }
        case .runs:
            var left = wanted
            while left > 0 {
                let start = Int.random(in: 0..<resident, using: &generator)
                for index in start..<min(start + Int.random(in: 1...2000, using: &generator), resident)
                where left > 0 && nodes[index] == node0 {
                    nodes[index] = node1
                    left -= 1
                }
            }
        }
        let gap = [NodeID?](repeating: nil, count: (mapped - resident) / 2)
        pages = nodes[..<(resident / 3)] + gap + nodes[(resident / 3)...]
        pages += [NodeID?](repeating: nil, count: mapped - pages.count)
    }

    var residentPages: UInt64 { UInt64(pages.count { $0 != nil }) }

    func pages(on node: NodeID) -> UInt64 { UInt64(pages.count { $0 == node }) }

    /// One sample.
    func sample(_ count: Int, using generator: inout SplitMix64) -> PlacementEstimate {
        // Two mappings: the draw crosses their border.
        var memory = MappedMemory(pageSizeBytes: 4096)
        let first = pages.count / 5
        memory.append(.init(start: 0, byteCount: UInt64(first) * 4096, memoryClass: .anonymous, isSampled: true))
        memory.append(
            .init(
                start: UInt64(first) * 4096, byteCount: UInt64(pages.count - first) * 4096, memoryClass: .file,
                isSampled: true))
        var estimate = PlacementEstimate(mappedPages: memory.sampledPages)
        memory.draw(count, using: &generator) { address, kind in
            let page = Int(address / 4096)
            estimate.add(kind, node: hidden.contains(page) ? nil : pages[page])
        }
        return estimate
    }

    /// In how many of many samples the truth lies within the published interval, for the node and the estimator, anchored
    /// or free, where that is rarer.
    func coverage(
        of trials: Int, sampling count: Int, tellsOfHiding: Bool = true, using generator: inout SplitMix64
    ) -> Int {
        let truth = [node0, node1].map { pages(on: $0) * 4096 }
        let resident = residentPages
        var inside = [0, 0, 0, 0]
        for _ in 0..<trials {
            let estimate = sample(count, using: &generator)
            for (column, anchor) in [resident, nil].enumerated() {
                let amounts = estimate.amounts(
                    residentPages: anchor, countedPages: tellsOfHiding && !hidden.isEmpty ? resident : nil,
                    pageSizeBytes: 4096, nodes: [node0, node1])
                for (row, node) in [node0, node1].enumerated() {
                    let published = amounts.bytes[node]
                    let distance = max(published, truth[row]) - min(published, truth[row])
                    if distance <= amounts.halfWidth95Bytes[node] { inside[2 * column + row] += 1 }
                }
            }
        }
        return inside.min() ?? 0
    }
}

/// Whether a published 95 % interval holds the truth nineteen times in twenty, for processes made up.
///
/// Of 300 samples a true 95 % gives 285 ± 3.8: fewer than 269 come once in 10,000 times. The seeds are fixed; the bound is
/// what a change of estimator has to keep.
@Suite struct CoverageTests {
    private static let trials = 300
    private static let least = 269

    @Test(arguments: Population.Layout.allCases, [0.002, 0.3, 1])
    private func holdsHoweverMemoryIsSpread(layout: Population.Layout, share: Double) {
        var generator = SplitMix64(seed: UInt64(share * 1000) + 17)
        // Size, resident part, sample: a large process, one that reserves far more than it uses, one hardly larger than the
        // sample.
        for (mapped, resident) in [(12_000, 10_000), (20_000, 2_000), (400, 350)] {
            let population = Population(
                mapped: mapped, resident: resident, share: share, layout, using: &generator)
            let inside = population.coverage(of: Self.trials, sampling: 256, using: &generator)
            #expect(inside >= Self.least, "\(mapped) mapped, \(resident) resident")
        }
    }

    @Test func holdsForSamplesOfAnySize() {
        var generator = SplitMix64(seed: 5)
        for count in [32, 64, 1024] {
            let population = Population(mapped: 9_000, resident: 8_000, share: 0.3, .runs, using: &generator)
            #expect(population.coverage(of: Self.trials, sampling: count, using: &generator) >= Self.least)
        }
    }

    /// What the kernel hides is anything but a random choice: here all that is on the other node, a part of it, a part of
    /// everything, or everything.
    enum Hiding: CaseIterable {
        case theOtherNode
        case partOfTheOtherNode
        case partOfEverything
        case everything

        func hides(_ node: NodeID, using generator: inout SplitMix64) -> Bool {
            switch self {
            case .theOtherNode: node == node1
            case .partOfTheOtherNode: node == node1 && generator.next() % 3 == 0
            case .partOfEverything: generator.next() % 4 == 0
            case .everything: true
            }
        }
    }

    @Test(arguments: Hiding.allCases, [0.05, 0.3, 0.7])
    func holdsWhereTheKernelHidesPages(hiding: Hiding, share: Double) {
        var generator = SplitMix64(seed: UInt64(share * 100) + 3)
        for (mapped, resident) in [(12_000, 10_000), (20_000, 2_000), (400, 350)] {
            var population = Population(mapped: mapped, resident: resident, share: share, .runs, using: &generator)
            for page in population.pages.indices {
                if let node = population.pages[page], hiding.hides(node, using: &generator) {
                    population.hidden.insert(page)
                }
            }
            let inside = population.coverage(of: Self.trials, sampling: 256, using: &generator)
            #expect(inside >= Self.least, "\(mapped) mapped, \(resident) resident")
        }
    }

    // The same without being told that pages are hidden: what these tests are there to notice.
    @Test func failsWhereHiddenPagesAreTakenForAbsentOnes() {
        var generator = SplitMix64(seed: 1)
        var population = Population(mapped: 30_000, resident: 25_000, share: 0.3, .runs, using: &generator)
        population.hidden = Set(population.pages.indices.filter { population.pages[$0] == node1 })
        #expect(population.coverage(of: 50, sampling: 1024, tellsOfHiding: false, using: &generator) == 0)
    }

    // Where the kernel hides pages but has hidden none, the interval is wider by what chance could have left out.
    @Test func theIntervalStaysNarrowWhereNothingIsHidden() {
        var generator = SplitMix64(seed: 8)
        let population = Population(mapped: 30_000, resident: 25_000, share: 0.3, .runs, using: &generator)
        let estimate = population.sample(1024, using: &generator)
        let widths = [nil, population.residentPages].map { counted in
            estimate.amounts(
                residentPages: population.residentPages, countedPages: counted, pageSizeBytes: 4096,
                nodes: [node0, node1]
            ).halfWidth95Bytes[node1]
        }
        #expect(widths[1] >= widths[0] && Double(widths[1]) < 2.5 * Double(widths[0]))
    }
}
