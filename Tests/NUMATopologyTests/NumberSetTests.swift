import FixtureSupport
import NUMATopology
import Testing

struct NumberSetTests {
    @Test(arguments: [
        ([], ""),
        ([0...0], "0"),
        ([0...1], "0-1"),
        ([0...3, 8...8, 10...11], "0-3,8,10-11"),
        // Adjacent and overlapping ranges join.
        ([0...3, 4...7, 6...9], "0-9"),
        ([4095...4095], "4095"),
    ])
    func `list text is the kernel's`(ranges: [ClosedRange<Int>], expected: String) {
        #expect(CPUSet(ranges: ranges).listText == expected)
    }

    // The first group's width follows the number of possible CPUs, not of members.
    @Test(arguments: [
        (CPUSet(ranges: [0...7]), 16, "00ff"),
        (CPUSet([0]), 36, "0,00000001"),
        (CPUSet(ranges: [0...39]), 40, "ff,ffffffff"),
        (CPUSet(), 1, "0"),
        (CPUSet([64]), 96, "00000001,00000000,00000000"),
    ])
    func `mask text is the kernel's`(set: CPUSet, bitCount: Int, expected: String) {
        #expect(set.maskText(bitCount: bitCount) == expected)
    }

    @Test func `4096 CPUs take 1151 characters of mask`() {
        #expect(CPUSet([0]).maskText(bitCount: 4096).utf8.count == 1151)
    }

    @Test func `sets with equal members are equal however they were made`() {
        var grown: CPUSet = [1, 200]
        grown.remove(200)
        #expect(grown == [1])
        #expect(grown.hashValue == CPUSet([1]).hashValue)
        #expect(CPUSet([1, 200]).subtracting([200]) == [1])
        #expect(CPUSet([1, 200]).intersection([1, 64]) == [1])
    }

    @Test func `set algebra agrees with Set on random members`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let left = Set(
                (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                    Int.random(in: 0..<300, using: &generator)
                })
            let right = Set(
                (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                    Int.random(in: 0..<300, using: &generator)
                })
            let a = CPUSet(left)
            let b = CPUSet(right)
            #expect(Array(a.union(b)) == left.union(right).sorted())
            #expect(Array(a.intersection(b)) == left.intersection(right).sorted())
            #expect(Array(a.subtracting(b)) == left.subtracting(right).sorted())
            #expect(a.isSubset(of: b) == left.isSubset(of: right))
            #expect(a.isDisjoint(with: b) == left.isDisjoint(with: right))
            #expect(a.count == left.count && a.first == left.min() && a.last == left.max())
            for bound in [0, 63, 64, 150] {
                #expect(a.first(atOrAfter: bound) == left.filter { $0 >= bound }.min())
            }
        }
    }

    @Test func `numbers beyond the limit are left out, not a trap`() {
        #expect(CPUSet(ranges: [0...1, CPUSet.numberLimit + 1...Int.max]) == [0, 1])
        #expect(CPUSet(ranges: [CPUSet.numberLimit...Int.max]).count == 1)
        #expect(!CPUSet([1]).contains(-1) && !CPUSet([1]).contains(Int.max))
    }
}
