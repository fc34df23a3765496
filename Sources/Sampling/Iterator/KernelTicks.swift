import NUMATopology

/// How long the kernel's tick is, and when one comes that it waits for.
///
/// The kernel counts in jiffies, and no file says how many there are in a second (`CONFIG_HZ`). Each record of the iterator has
/// both clocks: two of them tell it, the better the farther they are apart.
///
/// Example: 250 ticks a second, records at 10 s and 15 s with 1,250 ticks between them: a tick takes 4 ms. A scan at a tick that
/// is 100 ahead of the second record's comes at 15.4 s.
struct KernelTicks {
    /// One reading of both clocks.
    struct Reading: Equatable {
        var monotonicNanoseconds: UInt64
        var jiffies: UInt64
    }

    private var first: Reading?
    private var last: Reading?

    /// Closer together, and the tick's own length spoils the rate.
    private static let leastNanoseconds: UInt64 = 1_000_000_000

    mutating func note(_ reading: Reading) {
        guard let first, reading.jiffies > first.jiffies, reading.monotonicNanoseconds > first.monotonicNanoseconds
        else {
            self.first = first ?? reading
            return
        }
        last = reading
    }

    /// Absent until two records are far enough apart.
    var nanosecondsPerTick: Double? {
        guard let first, let last else { return nil }
        let time = last.monotonicNanoseconds - first.monotonicNanoseconds
        guard time >= Self.leastNanoseconds else { return nil }
        return Double(time) / Double(last.jiffies - first.jiffies)
    }

    /// When a tick comes, or came, monotonic nanoseconds.
    ///
    /// - Parameters:
    ///   - jiffies: May have wrapped round, as the kernel's own comparison allows for.
    ///   - reading: What it is counted from.
    func instant(of jiffies: UInt64, from reading: Reading) -> UInt64? {
        guard let nanosecondsPerTick else { return nil }
        let ticks = Double(Int64(bitPattern: jiffies &- reading.jiffies))
        let instant = Double(reading.monotonicNanoseconds) + ticks * nanosecondsPerTick
        return instant <= 0 ? 0 : UInt64(saturated: instant)
    }
}
