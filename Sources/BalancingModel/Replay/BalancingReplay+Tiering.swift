/// Memory tiering (`should_numa_migrate_memory` for pages on slow nodes, 5.18 and later; threshold since 6.1).
///
/// While the fast node has plenty of room (a zone with a gigabyte, or a sixteenth of it, above its promotion watermark)
/// every page that is faulted on comes. Otherwise a page comes if it was touched soon after the scanner armed it: the
/// time between the two is below the hot threshold, one second at first. Arming is seen in the scanner's ranges, so the
/// time is known; free memory is not. A node smaller than the required room can never have it; of others the shadow
/// drive learns from what the kernel did, and the blind drive assumes that there is room.
///
/// The threshold moves by an eighth of its default each `scan_period_max`, up to twice the default, while fewer pages
/// are candidates than the rate limit allows, which with its default of 64 GB/s is always.
extension BalancingReplay {
    /// Ranges kept of each address space; a pass over a large process arms one for every VMA.
    private static let rangeLimit = 512
    /// `PGDAT` free-space margin, bytes: the least room above the watermark for free promotion.
    private static let marginBytes: UInt64 = 1 << 30

    /// Remembers when a range was armed.
    mutating func noteArmed(_ space: Int, start: UInt64, end: UInt64) {
        guard profile.mode.contains(.memoryTiering) else { return }
        if spaces[space].armed.count >= Self.rangeLimit {
            spaces[space].armed.removeFirst(Self.rangeLimit / 2)
        }
        spaces[space].armed.append(ArmedRange(start: start, end: end, time: now))
    }

    /// Whether a page comes from a slow node, for all that is known.
    func judgeTiering(_ slot: Int, address: UInt64, faultTime: UInt64, here: Int) -> (moves: Bool, rule: DecisionRule) {
        let space = Int(tasks[slot].mm)
        let armed = space >= 0 ? spaces[space].armed.last { $0.start <= address && address < $0.end } : nil
        if let armed, profile.switches.contains(.promotionThreshold) {
            let latency = faultTime > armed.time ? (faultTime - armed.time) / 1_000_000 : 0
            if latency < hotThreshold(at: faultTime) { return (true, .tieringPromote) }
        }
        return hasRoom(here) ? (true, .tieringPromote) : (false, .tieringStay)
    }

    private func hotThreshold(at time: UInt64) -> UInt64 {
        let base = UInt64(profile.tunables.hotThresholdMilliseconds)
        let window = max(1, UInt64(profile.tunables.scanPeriodMaximumMilliseconds)) &* 1_000_000
        let steps = min(8, (time &- firstTime) / window)
        return base &+ steps &* (base / 8)
    }

    private func hasRoom(_ node: Int) -> Bool {
        if let bytes = layout.memoryBytes[node], bytes <= Self.marginBytes { return false }
        return !nodesWithoutRoom.contains(node)
    }

    /// The shadow drive learns from the kernel's answer about a page that was not hot.
    mutating func learnRoom(_ decision: Decision, here: Int) {
        guard !isBlind, let answer = decision.observedTarget, here >= 0, decision.sourceNode != decision.cpuNode else {
            return
        }
        if answer < 0 {
            nodesWithoutRoom.insert(here)
        } else if decision.rule == .tieringStay {
            nodesWithoutRoom.remove(here)
        }
    }
}

/// A range the scanner armed, and when.
struct ArmedRange: Sendable {
    var start: UInt64
    var end: UInt64
    var time: UInt64
}
