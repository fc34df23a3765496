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

    mutating func step(_ by: Int) {
        guard let place else { return }
        let next = place + by
        guard ring.samples.indices.contains(next) else {
            note = by < 0 ? "There is no older sample: top keeps those since it started." : "This is the newest sample."
            return
        }
        past = ring.samples[next].status.round
        isFrozen = true
        // The newest one, stepped to, goes on.
        if next == ring.samples.count - 1, by > 0 { goLive() }
    }

    /// `14:05`, `14:05:30` (UTC), `-10m`, `-90s`, `-2h`, `verdict`, `event`, `live`.
    mutating func jump(to text: String) {
        guard let place else { return }
        let sample = ring.samples[place]
        switch text {
        case "": return
        case "live": return goLive()
        case "verdict":
            let next = ring.samples.indices.first {
                $0 > place && Self.words(ring.samples[$0]) != Self.words(ring.samples[$0 - 1])
            }
            return show(next, otherwise: "No verdict changes after this sample.")
        case "event":
            let newest = sample.events.last?.sequence ?? 0
            let next = ring.samples.indices.first {
                $0 > place && (ring.samples[$0].events.last?.sequence ?? 0) > newest
            }
            return show(next, otherwise: "No event came after this sample.")
        default: break
        }
        guard let wanted = Self.instant(text, now: max(nowNanoseconds, sample.wallClockNanoseconds)) else {
            note = "“\(text)” is no time: 14:05, -10m, verdict, event or live."
            return
        }
        let before = ring.samples.lastIndex { $0.wallClockNanoseconds <= wanted }
        if before == nil { note = "There is no sample that old: this is the oldest one." }
        show(before ?? 0, otherwise: "")
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

    /// The instant that a text names, nanoseconds since 1970: a time of the last 24 hours, UTC, or one before now.
    static func instant(_ text: String, now: UInt64) -> UInt64? {
        let second: UInt64 = 1_000_000_000
        if text.hasPrefix("-") {
            let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600]
            guard let unit = text.last.flatMap({ units[$0] }), let amount = UInt64(text.dropFirst().dropLast()),
                amount <= 1_000_000
            else { return nil }
            return now - min(now, amount * unit * second)
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
        guard (2...3).contains(parts.count), !parts.contains(nil) else { return nil }
        let numbers = parts.compactMap { $0 } + [0]
        guard numbers[0] < 24, numbers[1] < 60, numbers[2] < 60 else { return nil }
        let day = 86_400 * second
        let time = now / day * day + (numbers[0] * 3600 + numbers[1] * 60 + numbers[2]) * second
        return time > now && time >= day ? time - day : time
    }
}
