/// The kernel's tick: `CONFIG_HZ` and the conversions that depend on it (`include/linux/jiffies.h`, all versions).
///
/// Milliseconds become jiffies rounding *up*: with HZ 250 one jiffy is 4 ms, and 1 to 4 ms are all one jiffy.
package struct TickRate: Hashable, Sendable {
    /// Ticks a second, at least 1.
    package let ticksPerSecond: UInt64

    /// A rate; zero counts as 1, so that no conversion divides by zero.
    package init(ticksPerSecond: UInt64) {
        self.ticksPerSecond = max(1, min(ticksPerSecond, 1_000_000))
    }

    /// `TICK_NSEC`: one tick, nanoseconds, rounded to nearest.
    package var tickNanoseconds: UInt64 { (1_000_000_000 + ticksPerSecond / 2) / ticksPerSecond }

    /// `msecs_to_jiffies`: rounds up.
    package func jiffies(milliseconds: UInt64) -> UInt64 {
        if ticksPerSecond <= 1000, 1000 % ticksPerSecond == 0 {
            let step = 1000 / ticksPerSecond
            return (milliseconds &+ step &- 1) / step
        }
        let product = milliseconds.multipliedFullWidth(by: ticksPerSecond)
        guard product.high < 1000 else { return UInt64.max }
        let (quotient, remainder) = UInt64(1000).dividingFullWidth(product)
        return remainder == 0 ? quotient : quotient &+ 1
    }
}

/// `time_after` (`include/linux/jiffies.h`): whether `later` is past `earlier` on a clock that wraps.
@inline(__always)
package func isAfter(_ later: UInt64, _ earlier: UInt64) -> Bool {
    Int64(bitPattern: earlier &- later) < 0
}

/// `round_up`: the kernel's mask form, a true rounding only when `unit` is a power of two.
package func roundUpByMask(_ value: UInt64, unit: UInt64) -> UInt64 {
    ((value &- 1) | (unit &- 1)) &+ 1
}

/// `hash_32` (`include/linux/hash.h`): the top `bits` (1 to 32) of the value times the golden ratio.
package func hash32(_ value: UInt32, bits: UInt32) -> UInt32 {
    (value &* 0x61C8_8647) >> (32 &- bits)
}
