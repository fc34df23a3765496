import LinuxSystem

/// The CPU times of a benchmark's turns, nanoseconds of one call.
struct Measurement {
    /// Turns that belong together stand at the same position.
    private(set) var subject: [Double] = []
    private(set) var baseline: [Double] = []

    init(subject: [Double] = [], baseline: [Double] = []) {
        self.subject = subject
        self.baseline = baseline
    }

    /// A turn is at least this long: CPU clocks count in steps, and the first microseconds after a switch run cold.
    static let shortestTurnNanoseconds: UInt64 = 40_000_000
    /// More calls than this in one turn measure the loop around them.
    static let mostCallsPerTurn = 1_000_000

    /// Runs both sides in turns, the order changing each time, so that neither always finds the other's caches or pays
    /// for a clock that has not risen yet.
    ///
    /// - Parameter checksum: Takes what the bodies return.
    static func take(_ workload: Workload, runs: Int, checksum: inout UInt64) throws -> Measurement {
        var result = Measurement()
        let subjectCalls = try calls(workload.subject, &checksum)
        let baselineCalls = try calls(workload.baseline, &checksum)
        for run in 0..<runs {
            if run.isMultiple(of: 2) {
                result.subject.append(try time(workload.subject, subjectCalls, &checksum))
                result.baseline.append(try time(workload.baseline, baselineCalls, &checksum))
            } else {
                result.baseline.append(try time(workload.baseline, baselineCalls, &checksum))
                result.subject.append(try time(workload.subject, subjectCalls, &checksum))
            }
        }
        return result
    }

    /// How many calls fill a turn. The calls made to find out also warm the caches up.
    private static func calls(_ body: () throws -> UInt64, _ checksum: inout UInt64) throws -> Int {
        var calls = 1
        while true {
            let nanoseconds = try time(body, calls, &checksum) * Double(calls)
            if nanoseconds >= Double(shortestTurnNanoseconds) || calls >= mostCallsPerTurn { return calls }
            let wanted = Double(shortestTurnNanoseconds) / max(nanoseconds, 1_000) * Double(calls)
            calls = min(mostCallsPerTurn, max(calls * 2, Int(min(wanted, Double(calls) * 100)) + 1))
        }
    }

    private static func time(_ body: () throws -> UInt64, _ calls: Int, _ checksum: inout UInt64) throws -> Double {
        let start = SystemTime.processCPUNanoseconds
        for _ in 0..<calls { checksum &+= try body() }
        return Double(SystemTime.processCPUNanoseconds - start) / Double(calls)
    }

    /// The median over turns of subject to baseline, each turn's two scaled to one unit of work. Of paired turns, not of
    /// medians: what slows a stretch of the run slows both halves of a pair.
    ///
    /// Example: turns (20, 10), (44, 20), (30, 10) have ratios 2, 2.2, 3: 2.2, however much the second was disturbed.
    func ratio(subjectAmount: Double = 1, baselineAmount: Double = 1) -> Double {
        Self.median(zip(subject, baseline).map { $0 / subjectAmount / ($1 / baselineAmount) })
    }

    /// The middle value, or the mean of the two in the middle; not a number for none.
    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
