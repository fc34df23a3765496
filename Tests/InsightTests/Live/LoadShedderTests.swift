import Insight
import Testing

/// When load is shed, and when it is taken up again.
@Suite struct LoadShedderTests {
    private struct Load {
        var shedder: LoadShedder
        var now: UInt64 = 1_000_000_000

        init(ceiling: Double) {
            var settings = LoadShedder.Settings()
            settings.maximumEventsPerSecond = ceiling
            shedder = LoadShedder(settings)
        }

        /// A second of an offered load, of which the level lets a part through.
        mutating func second(_ offered: Double, fill: Double = 0, hasLost: Bool = false) {
            for _ in 0..<5 {
                now += 200_000_000
                let events = offered / 5 / Double(1 << shedder.level)
                _ = shedder.observe(
                    .init(nowNanoseconds: now, events: UInt64(events), fillShare: fill, hasLost: hasLost))
            }
        }
    }

    @Test("The worked example: 350,000 events a second are brought down in one go, and come back in steps")
    func worked() {
        var load = Load(ceiling: 100_000)
        load.second(350_000)
        #expect(load.shedder.level == 2)
        for _ in 0..<60 { load.second(350_000) }
        #expect(load.shedder.level == 2)
        // 120,000 offered: 30,000 at level 2, 60,000 at level 1, 120,000 at level 0.
        for _ in 0..<12 { load.second(120_000) }
        #expect(load.shedder.level == 1)
        for _ in 0..<60 { load.second(120_000) }
        #expect(load.shedder.level == 1)
        for _ in 0..<12 { load.second(10_000) }
        #expect(load.shedder.level == 0)
        #expect(load.shedder.raises == 1)
    }

    @Test("A buffer that fills up or loses events raises the level whatever the rate", arguments: [true, false])
    func danger(hasLost: Bool) {
        var load = Load(ceiling: 1e9)
        load.now += 1
        let first = load.shedder.observe(
            .init(nowNanoseconds: load.now, events: 10, fillShare: 0, hasLost: false))
        #expect(!first)
        load.now += 10_000_000
        let second = load.shedder.observe(
            .init(nowNanoseconds: load.now, events: 10, fillShare: hasLost ? 0 : 0.6, hasLost: hasLost))
        #expect(second)
        #expect(load.shedder.level == 1)
    }

    @Test("A load that swings around the ceiling makes the level swing ever more rarely")
    func hysteresis() {
        var load = Load(ceiling: 100_000)
        var changes: [Int] = []
        for second in 0..<3600 {
            let before = load.shedder.level
            // Quiet enough to restore, until everything is traced again.
            load.second(load.shedder.level == 0 ? 150_000 : 60_000)
            if load.shedder.level != before { changes.append(second) }
        }
        #expect(changes.count < 60)
        let gaps = zip(changes.dropFirst(), changes).map { $0 - $1 }
        #expect((gaps.max() ?? 0) >= 250)
        #expect(load.shedder.holdNanoseconds == 300_000_000_000)
    }

    @Test("Whatever comes, the level stays in its range and only danger or quiet changes it", arguments: 1...8)
    func anything(seed: Int) {
        var generator = UInt64(seed)
        func random(_ limit: UInt64) -> UInt64 {
            generator = generator &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (generator >> 33) % limit
        }
        var shedder = LoadShedder(LoadShedder.Settings())
        var now: UInt64 = 0
        for _ in 0..<20_000 {
            // Time may stand still.
            now += random(400_000_000)
            let before = shedder.level
            let reading = LoadShedder.Reading(
                nowNanoseconds: now, events: random(1 << (1 + random(40))), fillShare: Double(random(1000)) / 1000,
                hasLost: random(50) == 0)
            let hasChanged = shedder.observe(reading)
            #expect(hasChanged == (shedder.level != before))
            #expect((0...LoadShedder.highestLevel).contains(shedder.level))
            #expect(shedder.level >= before - 1)
        }
    }

    @Test("Each level keeps half of the processes of the one before, and none it had not kept")
    func nesting() {
        let processes = (1...200_000).map { Int32($0) }
        var kept = processes
        for level in 1...LoadShedder.highestLevel {
            let next = processes.filter { LoadShedder.keeps($0, level: level) }
            #expect(Set(next).isSubset(of: Set(kept)))
            let expected = Double(processes.count) / Double(1 << level)
            #expect(abs(Double(next.count) - expected) < 0.1 * expected + 5)
            kept = next
        }
    }
}
