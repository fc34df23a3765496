/// The kernel's tick counter, followed through the readings that events carry (`j=@jiffies`).
///
/// Between readings it advances with the trace clock. A reading j at time t says that tick j had begun and tick j + 1 had
/// not; the clock keeps the earliest begin consistent with what it saw lately, so it knows the phase of the tick to
/// about the distance between readings.
struct JiffyClock: Sendable {
    private let tickNanoseconds: UInt64
    /// The last reading.
    private var jiffies: UInt64 = UInt64(UInt32.max) &- 75_000
    private var time: UInt64 = 0
    /// When the tick of ``jiffies`` began, at the latest.
    private var began: UInt64 = 0
    private(set) var isKnown = false

    init(tick: TickRate) {
        tickNanoseconds = max(1, tick.tickNanoseconds)
    }

    /// Takes a reading.
    mutating func observe(_ reading: UInt64, at now: UInt64) {
        if !isKnown || reading != jiffies {
            jiffies = reading
            began = now
            isKnown = true
        }
        time = now
    }

    /// The count at a time at or after the last reading.
    func estimate(at now: UInt64) -> UInt64 {
        guard now > began else { return jiffies }
        return jiffies &+ (now - began) / tickNanoseconds
    }

    /// When the last tick at or before a time began.
    func lastTick(before now: UInt64) -> UInt64 {
        guard isKnown, now > began else { return now }
        return now - (now - began) % tickNanoseconds
    }
}
