import Snapshots

/// Which detections hold, as opposed to which one round finds: each begins after three rounds in a row in which its figure is past
/// its limit, and ends after three in which it is not even past 70 % of it, but not before it has held for a fifth of the window.
struct DetectionHysteresis: Equatable {
    /// What one round found.
    struct Sign: Equatable {
        var finding: DetectionFinding
        /// The figure over its limit: past it from 1 on.
        var strength: Double
    }

    private struct State: Equatable {
        var finding: DetectionFinding
        var holds = false
        /// Rounds in a row past the limit, or below it for what holds.
        var count = 0
    }

    private var states: [State] = []

    /// What holds, in the order of the cases.
    var findings: [DetectionFinding] { states.filter(\.holds).map(\.finding) }

    var isEmpty: Bool { states.isEmpty }

    func holds(_ detection: Detection) -> Bool { states.contains { $0.finding.detection == detection && $0.holds } }

    /// - Parameter signs: Of this round; a detection that is not there was not found, or its figures are not known.
    /// - Returns: What holds from now on.
    mutating func take(_ signs: [Sign], at now: UInt64, dwellNanoseconds: UInt64) -> [Detection] {
        guard !signs.isEmpty || !states.isEmpty else { return [] }
        var begun: [Detection] = []
        var next: [State] = []
        for detection in Detection.allCases {
            let sign = signs.first { $0.finding.detection == detection }
            let before = states.first { $0.finding.detection == detection }
            let holds = before?.holds ?? false
            let isPast = (sign?.strength ?? 0) >= (holds ? VerdictSettings.leavingShare : 1)
            guard var state = before ?? sign.flatMap({ isPast ? State(finding: $0.finding) : nil }) else { continue }
            if let sign, isPast {
                let since = state.finding.sinceNanoseconds
                state.finding = sign.finding
                state.finding.sinceNanoseconds = since
            }
            switch (holds, isPast) {
            case (true, true): state.count = 0
            case (false, false): continue
            case (true, false):
                state.count += 1
                let hasDwelt = now - min(state.finding.sinceNanoseconds, now) >= dwellNanoseconds
                if state.count >= VerdictSettings.agreeingRounds && hasDwelt { continue }
            case (false, true):
                state.count += 1
                guard state.count >= VerdictSettings.agreeingRounds else { break }
                state.holds = true
                state.count = 0
                state.finding.sinceNanoseconds = now
                begun.append(detection)
            }
            next.append(state)
        }
        states = next
        return begun
    }
}
