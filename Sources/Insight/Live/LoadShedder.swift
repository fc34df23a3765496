/// Decides how many processes are traced, so that a trace does not cost more than it may and its buffers never overrun.
///
/// Each level halves the processes that are kept: level 2 keeps a quarter. Which ones follows from a hash of the process
/// alone, so it is the same every time, and what a higher level keeps a lower one keeps as well. Whole processes are kept
/// or shed: the model of one that is kept stays exact.
///
/// The level rises at once when events come faster than the ceiling, when a buffer is fuller than half, or when events were
/// lost: by as many steps as the rate demands. It falls by one step when the rate would stay below four fifths of the
/// ceiling with twice the processes and the buffers are nearly empty, for as long as the hold lasts. The hold begins at ten
/// seconds and doubles each time the level has to rise again soon after it fell, up to five minutes; so a load around the
/// ceiling does not make it swing.
///
/// Example: ceiling 100,000/s. At 350,000/s the level goes to 2, which keeps about 87,500/s. At 30,000/s it falls to 1
/// after ten seconds (60,000/s expected), and stays there at 45,000/s, for 90,000/s is too close to the ceiling.
package struct LoadShedder: Sendable, Equatable {
    package struct Settings: Sendable, Equatable {
        /// Events per second that may be read; above that load is shed.
        package var maximumEventsPerSecond: Double = 200_000
        /// A buffer fuller than this is in danger, 0 to 1.
        package var highFillShare = 0.5
        /// Buffers fuller than this are no reason to trace more.
        package var lowFillShare = 0.2

        package init() {}
    }

    /// What was measured since the last reading.
    package struct Reading: Sendable, Equatable {
        /// The clock of the events, nanoseconds: up to when they have come. It does not run backwards.
        package var nowNanoseconds: UInt64
        /// Events that came.
        package var events: UInt64
        /// Fullest per-CPU buffer, 0 to 1.
        package var fillShare: Double
        /// Whether any were lost.
        package var hasLost: Bool

        package init(nowNanoseconds: UInt64, events: UInt64, fillShare: Double, hasLost: Bool) {
            self.nowNanoseconds = nowNanoseconds
            self.events = events
            self.fillShare = fillShare
            self.hasLost = hasLost
        }
    }

    /// One process in 1,024 is the least that is kept.
    package static let highestLevel = 10
    private static let shortestHoldNanoseconds: UInt64 = 10_000_000_000
    private static let longestHoldNanoseconds: UInt64 = 300_000_000_000
    /// Readings that lie closer together are added up: a rate over less is noise.
    private static let windowNanoseconds: UInt64 = 250_000_000

    package let settings: Settings
    package private(set) var level = 0
    package private(set) var raises: UInt64 = 0
    /// Events per second in the last window; absent before the first has ended.
    package private(set) var eventsPerSecond: Double?
    /// How long quiet must last before the level falls.
    package private(set) var holdNanoseconds = Self.shortestHoldNanoseconds
    private var windowStart: UInt64?
    private var windowEvents: UInt64 = 0
    private var windowFill = 0.0
    private var windowHasLost = false
    private var quietSince: UInt64?
    private var loweredAt: UInt64?

    package init(_ settings: Settings) {
        self.settings = settings
    }

    /// Takes a reading.
    ///
    /// - Returns: Whether the level has changed.
    package mutating func observe(_ reading: Reading) -> Bool {
        guard let start = windowStart else {
            // Over which time these came is not known.
            windowStart = reading.nowNanoseconds
            return false
        }
        windowEvents &+= reading.events
        windowFill = max(windowFill, reading.fillShare)
        windowHasLost = windowHasLost || reading.hasLost
        let elapsed = reading.nowNanoseconds - min(start, reading.nowNanoseconds)
        // Danger does not wait for the window to end.
        let isInDanger = windowHasLost || windowFill > settings.highFillShare
        guard elapsed >= Self.windowNanoseconds || isInDanger && elapsed > 0 else { return false }
        let rate = Double(windowEvents) * 1e9 / Double(max(elapsed, Self.windowNanoseconds))
        eventsPerSecond = Double(windowEvents) * 1e9 / Double(elapsed)
        let before = level
        if isInDanger || rate > settings.maximumEventsPerSecond {
            raise(rate: rate, now: reading.nowNanoseconds)
        } else {
            considerLowering(rate: rate, now: reading.nowNanoseconds)
        }
        windowStart = reading.nowNanoseconds
        windowEvents = 0
        windowFill = 0
        windowHasLost = false
        return level != before
    }

    private mutating func raise(rate: Double, now: UInt64) {
        quietSince = nil
        guard level < Self.highestLevel else { return }
        var steps = 1
        var remaining = rate / 2
        while remaining > settings.maximumEventsPerSecond, steps < Self.highestLevel {
            remaining /= 2
            steps += 1
        }
        if let loweredAt, now - min(loweredAt, now) < 3 * holdNanoseconds {
            holdNanoseconds = min(Self.longestHoldNanoseconds, 2 * holdNanoseconds)
        } else {
            holdNanoseconds = Self.shortestHoldNanoseconds
        }
        level = min(Self.highestLevel, level + steps)
        raises += 1
    }

    private mutating func considerLowering(rate: Double, now: UInt64) {
        guard level > 0, 2 * rate < 0.8 * settings.maximumEventsPerSecond, windowFill <= settings.lowFillShare else {
            quietSince = nil
            return
        }
        let since = quietSince ?? now
        quietSince = since
        guard now - min(since, now) >= holdNanoseconds else { return }
        level -= 1
        loweredAt = now
        quietSince = nil
    }

    /// Whether a process is traced at a level.
    ///
    /// - Parameter key: The process; of processes that share a NUMA group, the same one for all.
    package static func keeps(_ key: Int32, level: Int) -> Bool {
        guard level > 0 else { return true }
        let hash = UInt64(UInt32(bitPattern: key)) &* 0x9e37_79b9_7f4a_7c15
        return hash >> (64 - UInt64(min(level, highestLevel))) == 0
    }

    /// Whether a process is traced now.
    package func keeps(_ key: Int32) -> Bool { Self.keeps(key, level: level) }
}
