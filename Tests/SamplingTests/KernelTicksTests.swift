import Testing

@testable import Sampling

@Suite("The kernel's ticks")
struct KernelTicksTests {
    private static func reading(_ seconds: Double, ticks: UInt64) -> KernelTicks.Reading {
        .init(monotonicNanoseconds: UInt64(seconds * 1e9), jiffies: ticks)
    }

    @Test("how long one is follows from two readings that are far enough apart")
    func length() {
        var ticks = KernelTicks()
        ticks.note(Self.reading(10, ticks: 4_294_000_000))
        #expect(ticks.nanosecondsPerTick == nil)
        ticks.note(Self.reading(10.5, ticks: 4_294_000_125))
        #expect(ticks.nanosecondsPerTick == nil)
        ticks.note(Self.reading(15, ticks: 4_294_001_250))
        #expect(ticks.nanosecondsPerTick == 4_000_000)
    }

    @Test("a tick that comes is ahead of the reading, one that has been behind it")
    func instants() {
        var ticks = KernelTicks()
        let now = Self.reading(15, ticks: 2250)
        #expect(ticks.instant(of: 2350, from: now) == nil)
        ticks.note(Self.reading(10, ticks: 1000))
        ticks.note(now)
        #expect(ticks.instant(of: 2350, from: now) == 15_400_000_000)
        #expect(ticks.instant(of: 2150, from: now) == 14_600_000_000)
        // Zero, as of memory that was never to be scanned, and what has wrapped round.
        #expect(ticks.instant(of: 0, from: now) == 6_000_000_000)
        #expect(ticks.instant(of: .max, from: now) == 5_996_000_000)
        #expect(ticks.instant(of: 1 << 62, from: now) != nil)
    }

    @Test("readings that do not move on tell nothing")
    func standstill() {
        var ticks = KernelTicks()
        ticks.note(Self.reading(10, ticks: 1000))
        ticks.note(Self.reading(12, ticks: 1000))
        ticks.note(Self.reading(9, ticks: 2000))
        #expect(ticks.nanosecondsPerTick == nil)
    }
}
