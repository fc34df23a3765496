/// A task's PELT sum, `se.avg.load_sum` (`kernel/sched/pelt.c`): how much of the recent past it wanted to run.
///
/// Time is cut into periods of 1,048,576 ns. A period in which the task was runnable adds 1,024, and each older period
/// counts y times the next, with y to the 32nd one half; so the sum of an always runnable task tends to 47,742
/// (`LOAD_AVG_MAX`). The kernel reads it once in a task's life here: for the CPU weight of its first placement. Only the
/// scheduler's switches are visible, so waiting in the queue before the first run counts as sleep, which makes the sum
/// a little too small for a task that waited long.
struct LoadAverage: Sendable {
    /// `LOAD_AVG_MAX`.
    static let maximum = 47742.0

    /// Starts at what the kernel gives a new task when it is first queued: nearly full.
    var sum = LoadAverage.maximum - 512
    var updatedAt: UInt64 = 0
    var isRunnable = false

    private static let yToThe: [Double] = {
        var root = 0.5
        for _ in 0..<5 { root = root.squareRoot() }
        var powers = [1.0]
        for _ in 1..<32 { powers.append(powers[powers.count - 1] * root) }
        return powers
    }()

    /// Brings the sum up to a time, nanoseconds.
    mutating func advance(to time: UInt64) {
        guard time > updatedAt else { return }
        let periods = (time - updatedAt) >> 20
        guard periods > 0 else { return }
        updatedAt &+= periods << 20
        let halvings = periods >> 5
        guard halvings < 60 else {
            sum = isRunnable ? Self.maximum : 0
            return
        }
        let decay = Self.yToThe[Int(periods & 31)] / Double(UInt64(1) << halvings)
        let target = isRunnable ? Self.maximum : 0
        sum = target + (sum - target) * decay
    }

    /// Changes state at a time.
    mutating func set(runnable: Bool, at time: UInt64) {
        advance(to: time)
        if runnable != isRunnable {
            isRunnable = runnable
            updatedAt = max(updatedAt, time)
        }
    }
}
