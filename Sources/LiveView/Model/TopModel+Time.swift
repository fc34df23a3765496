import History
import Snapshots

/// Stepping through the samples that are kept.
extension TopModel {
    mutating func freeze() {
        if past != nil { return goLive() }
        guard let sample = ring.last else { return }
        past = sample.status.round
        isFrozen = true
    }

    mutating func goLive() {
        past = nil
        isFrozen = false
    }

    mutating func step(_ by: Int) -> [Effect] {
        guard let place else { return [] }
        let next = place + by
        if by > 0, ring.isHole(after: place) {
            return recall(.after(ring.samples[place].wallClockNanoseconds))
        }
        guard ring.samples.indices.contains(next) else {
            if by < 0, hasHistory { return recall(.before(ring.samples[place].wallClockNanoseconds)) }
            note = by < 0 ? "There is no older sample: top keeps those since it started." : "This is the newest sample."
            return []
        }
        past = ring.samples[next].status.round
        isFrozen = true
        // The newest one, stepped to, goes on.
        if next == ring.samples.count - 1, by > 0 { goLive() }
        return []
    }

    private mutating func recall(_ part: Recall) -> [Effect] {
        note = "Looking into the history."
        return [.recall(part)]
    }

    /// Shows what was found of the history.
    mutating func take(recalled samples: [LiveSample], _ instant: UInt64) {
        ring.recall(samples)
        let shown = ring.samples.lastIndex { $0.wallClockNanoseconds <= instant } ?? ring.samples.indices.first
        guard let shown, !samples.isEmpty else { return }
        past = ring.samples[shown].status.round
        isFrozen = true
        note = ""
    }

    /// `14:05`, `14:05:30` (UTC), `-10m`, `3m ago`, `verdict`, `event`, `live`.
    mutating func jump(to text: String) -> [Effect] {
        guard let place else { return [] }
        let sample = ring.samples[place]
        switch text {
        case "": return []
        case "live":
            goLive()
            return []
        case "verdict":
            if place < ring.recalledCount { return recall(.verdict(after: sample.wallClockNanoseconds)) }
            let next = ring.samples.indices.first {
                $0 > place && Self.words(ring.samples[$0]) != Self.words(ring.samples[$0 - 1])
            }
            show(next, otherwise: "No verdict changes after this sample.")
            return []
        case "event":
            if place < ring.recalledCount { return recall(.event(after: sample.wallClockNanoseconds)) }
            let newest = sample.events.last?.sequence ?? 0
            let next = ring.samples.indices.first {
                $0 > place && (ring.samples[$0].events.last?.sequence ?? 0) > newest
            }
            show(next, otherwise: "No event came after this sample.")
            return []
        default: break
        }
        guard let wanted = HistoryInstant.nanoseconds(of: text, now: max(nowNanoseconds, sample.wallClockNanoseconds))
        else {
            note = "“\(text)” is no time: 14:05, -10m, verdict, event or live."
            return []
        }
        if hasHistory, ring.session.map({ wanted < $0.lowerBound }) ?? true { return recall(.at(wanted)) }
        let before = ring.samples.lastIndex { $0.wallClockNanoseconds <= wanted }
        if before == nil { note = "There is no sample that old: this is the oldest one." }
        show(before ?? 0, otherwise: "")
        return []
    }

    private mutating func show(_ place: Int?, otherwise sentence: String) {
        guard let place else {
            note = sentence
            return
        }
        past = ring.samples[place].status.round
        isFrozen = true
    }

    private static func words(_ sample: LiveSample) -> [String: Verdict] {
        var words = sample.verdicts?.groups.mapValues(\.record.verdict) ?? [:]
        words[""] = sample.verdicts?.host?.record.verdict
        return words
    }
}
