import Snapshots

/// What is said, as opposed to what one round finds: a verdict changes after three equal results in a row, and not before it has
/// stood for a fifth of the window.
///
/// What follows from the host's settings alone (off, one node) is said at once, and so is what comes after it; a scope of which
/// nothing could be told need not dwell.
struct VerdictHysteresis: Equatable {
    private(set) var said: Decision.Result
    private(set) var since: UInt64
    private var candidate: Verdict?
    private var agreeing = 0

    init(since: UInt64) {
        said = Decision.Result(.cannotTell, .tooShort)
        self.since = since
    }

    /// - Returns: Whether another verdict is said from now on.
    @discardableResult
    mutating func take(_ result: Decision.Result, at now: UInt64, dwellNanoseconds: UInt64) -> Bool {
        guard result.verdict != said.verdict else {
            said.reason = result.reason
            candidate = nil
            return false
        }
        agreeing = candidate == result.verdict ? agreeing + 1 : 1
        candidate = result.verdict
        let isSetting = result.isSetting || said.isSetting
        let hasDwelt = said.verdict == .cannotTell || now - min(since, now) >= dwellNanoseconds
        guard isSetting || (agreeing >= VerdictSettings.agreeingRounds && hasDwelt) else { return false }
        said = result
        since = now
        candidate = nil
        return true
    }
}

extension Decision.Result {
    /// Whether it follows from the host's settings alone.
    var isSetting: Bool {
        verdict == .inactive && (reason == .off || reason == .oneNode || reason == .tieringOnly)
    }
}
