import NUMATopology
import Snapshots

/// Processes that ran, until they have had enough CPU time to be judged: two numbers each.
///
/// What did not run since the last round is not even looked up.
struct CandidateTable: Sendable {
    private struct Candidate {
        var startTimeTicks: UInt64
        var since: UInt64
        var cpuNanoseconds: UInt64
    }

    private var candidates: [Int32: Candidate] = [:]
    private var sweepsAt: UInt64 = 0

    /// - Returns: Whether the process has had 2 s of CPU time within the time of a window, and is forgotten here.
    mutating func isReady(_ process: ProcessRecord, _ now: UInt64, windowNanoseconds: UInt64) -> Bool {
        let pid = process.identity.pid
        guard let known = candidates[pid], known.startTimeTicks == process.identity.startTimeTicks,
            now - min(known.since, now) <= windowNanoseconds, process.cpuNanoseconds >= known.cpuNanoseconds
        else {
            candidates[pid] = Candidate(
                startTimeTicks: process.identity.startTimeTicks, since: now, cpuNanoseconds: process.cpuNanoseconds)
            return false
        }
        guard
            Double(process.cpuNanoseconds - known.cpuNanoseconds) >= VerdictSettings.leastCPUSeconds * 1e9
        else { return false }
        candidates[pid] = nil
        return true
    }

    /// Forgets those that have not run enough for the time of a window, now and then.
    mutating func sweep(_ now: UInt64, windowNanoseconds: UInt64) {
        guard now >= sweepsAt else { return }
        sweepsAt = now.addingSaturated(windowNanoseconds)
        candidates = candidates.filter { now - min($0.value.since, now) <= windowNanoseconds }
    }
}
