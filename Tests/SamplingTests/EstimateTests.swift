import NUMATopology
import Snapshots
import Testing

@testable import Sampling

@Suite struct PlacementEstimateTests {
    @Test func theHalfWidthIsWilsons() {
        // 700 of 1,000, without end to the population: centre 0.69924, half 0.02836; the longer side is below.
        let width = PlacementEstimate.halfWidth95(found: 700, sample: 1000, population: .max / 2)
        #expect(abs(width - 0.02912) < 0.00001)
        #expect(PlacementEstimate.halfWidth95(found: 0, sample: 1000, population: 1 << 40) > 0.003)
        #expect(PlacementEstimate.halfWidth95(found: 1000, sample: 1000, population: 1000) == 0)
        #expect(PlacementEstimate.halfWidth95(found: 0, sample: 0, population: 1000) == 1)
    }

    @Test(arguments: [1, 10, 100, 1000] as [UInt64])
    func theHalfWidthStaysWithinOneAndIsSymmetric(sample: UInt64) {
        for found in 0...sample {
            let width = PlacementEstimate.halfWidth95(found: found, sample: sample, population: 1 << 30)
            let mirrored = PlacementEstimate.halfWidth95(found: sample - found, sample: sample, population: 1 << 30)
            #expect(width > 0 && width <= 1)
            #expect(abs(width - mirrored) < 1e-9)
        }
    }

    @Test func theAnchoredEstimateAddsUpToTheResidentSet() {
        var estimate = PlacementEstimate(mappedPages: 524_288)
        for index in 0..<1024 {
            estimate.add(.anonymous, node: index < 700 ? node0 : index < 1000 ? node1 : nil)
        }
        let amounts = estimate.amounts(residentPages: 512_000, pageSizeBytes: 4096, nodes: [node0, node1])
        #expect(amounts.bytes[node0] == 512_000 * 4096 / 10 * 7)
        #expect(amounts.bytes.total == 512_000 * 4096)
        let free = estimate.amounts(residentPages: nil, pageSizeBytes: 4096, nodes: [node0, node1])
        #expect(free.bytes[node0] == 2 << 30 &* 700 / 1024)
    }

    // The worked example of the type's documentation.
    @Test func hiddenPagesAreUnlocatedNotSharedOut() {
        var estimate = PlacementEstimate(mappedPages: 20_000)
        for index in 0..<1000 { estimate.add(.anonymous, node: index < 740 ? node1 : nil) }
        let amounts = estimate.amounts(
            residentPages: 20_000, countedPages: 20_000, pageSizeBytes: 4096, nodes: [node0, node1])
        #expect(amounts.bytes[node1] == 14_800 * 4096)
        #expect(amounts.bytes[node0] == 0)
        #expect(amounts.unlocatedBytes == 5200 * 4096)
        #expect(amounts.halfWidth95Bytes[node0] > 5200 * 4096)
        #expect(amounts.bytes[node1] + amounts.halfWidth95Bytes[node1] >= 20_000 * 4096)
        let seen = estimate.amounts(residentPages: 20_000, pageSizeBytes: 4096, nodes: [node0, node1])
        #expect(seen.unlocatedBytes == nil)
        #expect(seen.bytes[node1] == 20_000 * 4096)
    }

    // All hidden, none resident, fewer counted than found: figures, not traps.
    @Test(
        arguments: [(0, 1000, true), (0, 0, false), (900, 10, false), (1000, 1000, false), (500, .max, true)]
            as [(Int, UInt64, Bool)])
    func oddCountsOfHiddenPagesGiveFigures(found: Int, counted: UInt64, areSomeHidden: Bool) {
        var estimate = PlacementEstimate(mappedPages: 1000)
        for index in 0..<1000 { estimate.add(.file, node: index < found ? node0 : nil) }
        for anchor in [counted, nil] {
            let amounts = estimate.amounts(
                residentPages: anchor, countedPages: counted, pageSizeBytes: 4096, nodes: [node0, node1])
            #expect((amounts.bytes[node0] > 0) == (found > 0))
            #expect(((amounts.unlocatedBytes ?? 0) > 0) == areSomeHidden)
            #expect(amounts.halfWidth95Bytes[node1] <= UInt64.max / 2)
        }
    }

    @Test func nothingAskedIsNothingSaid() {
        let amounts = PlacementEstimate(mappedPages: 100).amounts(
            residentPages: 50, pageSizeBytes: 4096, nodes: [node0])
        #expect(amounts.bytes.total == 0)
        #expect(amounts.halfWidth95Bytes.total == 0)
    }
}

@Suite struct MappedMemoryTests {
    private func memory(_ pages: [UInt64], sampled: (Int) -> Bool = { _ in true }) -> MappedMemory {
        var memory = MappedMemory(pageSizeBytes: 4096)
        var start: UInt64 = 0x1000_0000
        for (index, count) in pages.enumerated() {
            memory.append(
                .init(start: start, byteCount: count * 4096, memoryClass: .anonymous, isSampled: sampled(index)))
            start += (count + 7) * 4096
        }
        return memory
    }

    @Test func theLargestRunIsThatOfTheSlowSearch() {
        var generator = SplitMix64(seed: 23)
        for _ in 0..<300 {
            let sizes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt64.random(in: 1...1000, using: &generator)
            }
            let width = Int.random(in: 1...50, using: &generator)
            var slow: UInt64 = 0
            for start in sizes.indices {
                slow = max(slow, sizes[start..<min(start + width, sizes.count)].reduce(0, +))
            }
            #expect(memory(sizes).largestRunBytes(mappings: width) == slow * 4096)
        }
    }

    @Test func sizesThatDoNotAddUpAreTooLargeNotATrap() {
        var memory = MappedMemory(pageSizeBytes: 1)
        for _ in 0..<3 {
            memory.append(.init(start: 0, byteCount: .max, memoryClass: .file, isSampled: true))
        }
        #expect(memory.largestRunBytes(mappings: 1) == .max)
        #expect(memory.sampledPages == .max)
    }

    @Test func drawsDistinctPagesOfSampledMappingsOnly() {
        let memory = memory([5, 100, 3, 900]) { $0 != 1 }
        var generator = SplitMix64(seed: 2)
        for count in [1, 10, 907, 908, 5000] {
            var drawn: [UInt64] = []
            memory.draw(count, using: &generator) { address, _ in drawn.append(address) }
            #expect(drawn.count == min(count, 908))
            #expect(drawn == Array(Set(drawn)).sorted())
            let isInside = drawn.allSatisfy { address in
                memory.regions.contains { $0.isSampled && $0.start <= address && address < $0.start + $0.byteCount }
            }
            #expect(isInside)
        }
    }

    @Test func everyPageIsAsLikely() {
        // 64 pages, 8 drawn each time: 4,000 draws give each page 500, with a deviation of 21.
        let memory = memory([10, 20, 30, 4])
        var generator = SplitMix64(seed: 99)
        var counts: [UInt64: Int] = [:]
        for _ in 0..<4000 {
            memory.draw(8, using: &generator) { address, _ in counts[address, default: 0] += 1 }
        }
        #expect(counts.count == 64)
        #expect(counts.values.allSatisfy { (400...600).contains($0) })
        let square = counts.values.reduce(0.0) { $0 + (Double($1) - 500) * (Double($1) - 500) / 500 }
        // 63 degrees of freedom (less, as draws are without replacement): 99.99 % lie below 115.
        #expect(square < 115)
    }

    @Test func nothingMappedGivesNothing() {
        var generator = SplitMix64(seed: 1)
        var count = 0
        memory([]).draw(10, using: &generator) { _, _ in count += 1 }
        memory([10]).draw(0, using: &generator) { _, _ in count += 1 }
        #expect(count == 0)
        #expect(memory([]).largestRunBytes(mappings: 5) == 0)
    }
}

@Suite struct MappingKindTests {
    // Name shown, page size of hugetlb, class, whether a sample may ask for it.
    @Test(
        arguments: [
            (nil, nil, MemoryClass.anonymous, true), ("[heap]", nil, .anonymous, true),
            ("[vdso]", nil, .anonymous, false),
            ("/usr/lib/libc.so.6", nil, .file, true), ("/dev/zero (deleted)", nil, .shared, true),
            ("/memfd:pool (deleted)", nil, .shared, true), ("/SYSV00000000 (deleted)", nil, .shared, true),
            ("/dev/shm/x", nil, .shared, true), ("/dev/nvidia0", nil, .file, false),
            ("/anon_hugepage (deleted)", 2 << 20, .huge(pageSizeBytes: 2 << 20), false),
        ] as [(String?, UInt64?, MemoryClass, Bool)])
    func isToldByName(path: String?, huge: UInt64?, kind: MemoryClass, sampled: Bool) {
        #expect(MappingKind.of(path: path, hugePageSizeBytes: huge) == kind)
        #expect(MappingKind.canBeSampled(path: path) == sampled)
    }
}
