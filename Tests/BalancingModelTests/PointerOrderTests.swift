import FixtureSupport
import Testing

@testable import BalancingModel

@Suite struct PointerOrderTests {
    private let keys = (0..<200).map { GroupKey(gid: Int32($0), createdAtNanoseconds: UInt64($0)) }

    @Test("Known orders chain, and make an unknown one likelier")
    func chains() {
        var order = PointerOrder()
        #expect(order.isHigher(keys[0], than: keys[1]) == nil)
        #expect(order.likelihood(keys[0], isHigherThan: keys[1]) == 0.5)
        order.note(keys[0], isHigherThan: keys[1])
        order.note(keys[1], isHigherThan: keys[2])
        #expect(order.isHigher(keys[0], than: keys[2]) == true)
        #expect(order.isHigher(keys[2], than: keys[0]) == false)
        #expect(order.likelihood(keys[0], isHigherThan: keys[3]) > 0.5)
        #expect(order.likelihood(keys[2], isHigherThan: keys[3]) < 0.5)
        let far = GroupKey(gid: 9, createdAtNanoseconds: 9, homeNode: 1)
        let near = GroupKey(gid: 8, createdAtNanoseconds: 8, homeNode: 0)
        #expect(order.likelihood(far, isHigherThan: near) > 0.8)
        #expect(order.likelihood(near, isHigherThan: far) < 0.2)
        order.note(keys[2], isHigherThan: keys[0])
        #expect(order.isHigher(keys[0], than: keys[2]) == true)
    }

    @Test("Groups that are gone are forgotten; what they proved stays")
    func forgets() {
        var order = PointerOrder()
        for (high, low) in zip(keys, keys.dropFirst()) { order.note(high, isHigherThan: low) }
        #expect(order.groupCount == 200)
        for key in keys[1..<199] { order.forget(key) }
        #expect(order.groupCount < 70)
        #expect(order.isHigher(keys[0], than: keys[199]) == true)
        for key in keys { order.forget(key) }
        #expect(order.groupCount < 64)
    }

    @Test("Facts about ever new groups do not pile up, though nobody says which are gone")
    func staysSmall() {
        var order = PointerOrder()
        for number in 0..<10_000 as Range<Int32> {
            order.note(
                GroupKey(gid: number, createdAtNanoseconds: 1),
                isHigherThan: GroupKey(gid: number, createdAtNanoseconds: 2))
        }
        #expect(order.groupCount <= 2048)
        #expect(
            order.isHigher(
                GroupKey(gid: 9_999, createdAtNanoseconds: 1), than: GroupKey(gid: 9_999, createdAtNanoseconds: 2))
                == true)
    }

    @Test("The matrix answers what follows from its facts, renumbered, joined or not", arguments: [5, 64, 65, 150])
    func closure(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        var matrix = AddressMatrix()
        // True order: the higher number is the higher address.
        var reach = Array(repeating: Array(repeating: false, count: count), count: count)
        for _ in 0..<count * 2 {
            let (first, second) = (Int.random(in: 0..<count, using: &random), Int.random(in: 0..<count, using: &random))
            matrix.note(max(first, second), isHigherThan: min(first, second))
            if first != second { reach[max(first, second)][min(first, second)] = true }
        }
        for middle in 0..<count {
            for high in 0..<count where reach[high][middle] {
                for low in 0..<count where reach[middle][low] { reach[high][low] = true }
            }
        }
        // Every third goes.
        var places: [Int32] = []
        var staying: Int32 = 0
        for object in 0..<count {
            let goes = object % 3 == 0
            places.append(goes ? -1 : staying)
            if !goes { staying += 1 }
        }
        let renumbered = matrix.renumbered(places, count: Int(staying))
        var joined = matrix
        joined.append(matrix, at: count)
        var wrong: [(Int, Int)] = []
        for high in 0..<count {
            for low in 0..<count where high != low {
                let expected: Bool? = reach[high][low] ? true : reach[low][high] ? false : nil
                var isRight = matrix.isHigher(high, than: low) == expected
                isRight = isRight && joined.isHigher(high, than: low) == expected
                isRight = isRight && joined.isHigher(count + high, than: count + low) == expected
                isRight = isRight && joined.isHigher(count + high, than: low) == nil
                if high % 3 != 0, low % 3 != 0 {
                    isRight = isRight && renumbered.isHigher(Int(places[high]), than: Int(places[low])) == expected
                }
                if !isRight { wrong.append((high, low)) }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test("Outcomes enter when their time has come")
    func oracle() {
        var oracle = TieOracle(facts: [
            TieFact(timeNanoseconds: 20, high: keys[1], low: keys[2], isDoubtful: true),
            TieFact(timeNanoseconds: 10, high: keys[0], low: keys[1]),
        ])
        #expect(oracle.doubtfulCount == 1)
        oracle.advance(to: 10)
        #expect(oracle.isHigher(keys[0], than: keys[1]) == true)
        #expect(oracle.isHigher(keys[1], than: keys[2]) == nil)
        oracle.advance(to: 20)
        #expect(oracle.isHigher(keys[2], than: keys[0]) == false)
        #expect(oracle.isDoubtful(keys[2], keys[1]))
        #expect(!oracle.isDoubtful(keys[0], keys[1]))
        oracle.append([TieFact(timeNanoseconds: 30, high: keys[2], low: keys[3])])
        #expect(oracle.waitingCount == 1)
        oracle.advance(to: 30)
        #expect(oracle.isHigher(keys[0], than: keys[3]) == true)
    }
}
