/// The limits of decisions and detections, each with its reason.
enum DecisionLimits {
    /// Of memory under a policy that balancing leaves alone: what is left cannot matter.
    static let policyRatio = 0.9
    /// More memory than that at unknown nodes may turn any share of the rest round.
    static let unplacedRatio = 0.3
    /// What costs less is not worth a thought: 2 ms of each second of CPU time.
    static let quietCost = 0.002
    /// Moves that change less of the memory in a minute are the noise of what comes and goes.
    static let quietMovesPerMinute = 0.001
    /// From here on memory counts as local.
    static let localRatio = 0.9
    /// Or so near to the best.
    static let bestMargin = 0.05
    /// Most of the moves make memory local.
    static let efficient = 0.5
    /// Hardly any does: measured 0.04 and less where pages go back and forth, 1.0 where memory converges.
    static let inefficient = 0.1
    /// Moves of which fewer stay are undone.
    static let kept = 0.2
    /// A rise of the local share that is more than the error of its measurement (5 points).
    static let localityRise = 0.05
    /// What costs less than that does not hurt.
    static let hurtingCost = 0.005
    static let severeCost = 0.05
    /// Gains and costs that both may be larger and overlap say nothing.
    static let overlap = 0.01
    /// Pages moved per page there is: then pages were moved again, whatever the shares by node say. Two halves that change
    /// places move each page once.
    static let provenMoves = 1.2
    /// The likely error of a change of the local share that was found by shares, where threads stay.
    static let changeError = 0.02
    /// Two ways of counting the local share that are further apart: threads outrun the readings.
    static let outrun = 0.1
    /// Moves that tell an efficiency: so many pages, or so much of the memory.
    static let tellingPages = 1000.0
    static let tellingRatio = 0.01

    // Detections.
    /// Page ping-pong: of the memory, each minute.
    static let pingPongMovesPerMinute = 0.01
    /// Thread ping-pong: of running threads, in each round.
    static let threadMoves = 0.2
    /// Of the tasks with a preferred node, off it.
    static let displaced = 0.2
    /// Storm: of the CPU time, and of the memory each minute.
    static let stormCost = 0.05
    static let stormMovesPerMinute = 0.05
    /// Collapse and giving up: of the kernel's shortest and longest period.
    static let shortestPeriod = 1.1
    static let longestPeriod = 0.9
    /// Kernel's aim is 70 % (`NUMA_PERIOD_THRESHOLD`).
    static let kernelAim = 0.7
    /// A local share that rises slower does not get there today.
    static let risingPerMinute = 0.002
    /// Of the pages that were to move, refused, and faults a second below which it does not matter.
    static let refused = 0.5
    static let refusedFaultsPerSecond = 100.0
    /// Available memory of a full node, and free memory of one that has room.
    static let fullRatio = 0.02
    static let roomRatio = 0.2
    /// Of the memory, at disallowed nodes, or bound to nodes it cannot run on.
    static let disallowedRatio = 0.01
    static let disjointRatio = 0.5
    /// Of the limit of promotion.
    static let promotionLimit = 0.9
    /// Pages promoted a second below which demotion says nothing, and demotions per promotion.
    static let promotedPerSecond = 100.0
    static let demotedRatio = 0.5
}
