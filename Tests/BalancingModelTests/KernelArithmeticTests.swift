import Testing

@testable import BalancingModel

@Suite struct KernelArithmeticTests {
    @Test(
        "Milliseconds become jiffies rounding up",
        arguments: [
            (250 as UInt64, 1 as UInt64, 1 as UInt64), (250, 4, 1), (250, 5, 2), (250, 1000, 250), (1000, 7, 7),
            (100, 9, 1), (100, 11, 2), (300, 1000, 300), (300, 1, 1), (300, 10, 3), (300, 11, 4),
        ])
    func roundsUp(ticks: UInt64, milliseconds: UInt64, jiffies: UInt64) {
        #expect(TickRate(ticksPerSecond: ticks).jiffies(milliseconds: milliseconds) == jiffies)
    }

    @Test("Extreme tick rates and times neither trap nor divide by zero")
    func extremes() {
        #expect(TickRate(ticksPerSecond: 0).ticksPerSecond == 1)
        #expect(TickRate(ticksPerSecond: UInt64.max).tickNanoseconds > 0)
        _ = TickRate(ticksPerSecond: 300).jiffies(milliseconds: UInt64.max)
        _ = TickRate(ticksPerSecond: 250).jiffies(milliseconds: UInt64.max)
    }

    @Test("A time after another is so across the wrap")
    func wraps() {
        #expect(isAfter(5, UInt64.max - 5))
        #expect(!isAfter(UInt64.max - 5, 5))
        #expect(!isAfter(7, 7))
    }

    @Test("The mask form of rounding up is a true rounding for powers of two only")
    func maskRounding() {
        #expect(roundUpByMask(1_500_000, unit: 65536) == 1_507_328)
        #expect(roundUpByMask(5, unit: 3) == 7)
    }

    @Test(
        "Thread ids hash as the kernel hashes them",
        arguments: [(1 as UInt32, 24 as UInt32), (1000, 61), (1001, 22), (54321, 49)])
    func hashes(tid: UInt32, bit: UInt32) {
        #expect(hash32(tid, bits: 6) == bit)
    }

    @Test("last_cpupid packs the CPU above the low byte of the thread id")
    func cpupid() {
        let layout = CPUPIDLayout(maximumCPUCount: 8192)
        #expect(layout.value(cpu: 37, tid: 54321) == 0x2531)
        #expect(layout.unset == 0x1f_ffff)
        #expect(CPUPIDLayout(maximumCPUCount: 512).unset == 0x1_ffff)
        #expect(layout.cpu(0x2531) == 37)
        #expect(layout.matches(tid: 54321, 0x2531))
        #expect(!layout.matches(tid: 54322, 0x2531))
        #expect(layout.isUnset(layout.unset))
        #expect(layout.isUnset(-1))
    }

    @Test("A thread id ending in 0xff looks unset to the migration test only")
    func pidByteOfAllOnes() {
        let layout = CPUPIDLayout(maximumCPUCount: 512)
        let value = layout.value(cpu: 3, tid: 0x1ff)
        #expect(layout.isPIDUnset(value))
        #expect(!layout.isUnset(value))
    }

    @Test("The tick clock goes on between readings and follows each reading")
    func jiffyClock() {
        var clock = JiffyClock(tick: TickRate(ticksPerSecond: 250))
        #expect(clock.lastTick(before: 123) == 123)
        clock.observe(1000, at: 10_000_000)
        #expect(clock.estimate(at: 13_999_999) == 1000)
        #expect(clock.estimate(at: 14_000_000) == 1001)
        #expect(clock.lastTick(before: 15_500_000) == 14_000_000)
        clock.observe(1003, at: 21_000_000)
        #expect(clock.estimate(at: 21_000_001) == 1003)
        #expect(clock.estimate(at: 5) == 1003)
    }

    @Test("The load sum halves in 32 periods of sleep and fills up while runnable")
    func loadAverage() {
        var load = LoadAverage()
        load.sum = 40000
        load.advance(to: 32 << 20)
        #expect(abs(load.sum - 20000) < 1)
        load.set(runnable: true, at: 32 << 20)
        load.advance(to: 10_000 << 20)
        #expect(abs(load.sum - LoadAverage.maximum) < 1)
        load.set(runnable: false, at: 10_000 << 20)
        load.advance(to: UInt64.max)
        #expect(load.sum == 0)
    }
}
