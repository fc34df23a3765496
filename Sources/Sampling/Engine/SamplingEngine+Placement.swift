import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage

/// The dearest tier: memory placement, a few processes in each round.
extension SamplingEngine {
    /// The processes whose placement may be read; the others get the reason why not.
    mutating func placeable() -> [TrackedProcess] {
        ledger.processes.values.filter { process in
            guard !process.isZombie else { return false }
            guard !placement.stuck.contains(process.identity) else {
                process.placement = nil
                process.placementGap = .stuck
                return false
            }
            guard settings.mayPlace(group: process.groupName, cgroupPath: process.cgroupPath) else {
                process.placement = nil
                process.placementGap = .excluded
                return false
            }
            guard units.bytes(pages: process.residentPages) >= settings.minimumResidentBytes else {
                process.placement = nil
                process.placementGap = .tooSmall
                return false
            }
            if process.placementGap == .excluded || process.placementGap == .tooSmall {
                process.placementGap = .notYet
            }
            return true
        }
    }

    /// Reads the placements whose turn it is.
    mutating func readPlacements(_ now: UInt64) {
        let meter = Meter(time, cost)
        settlePlacement(now)
        let known = ledger
        placement.forget { known.isUnreadable($0.pid) || known.processes[$0.pid]?.identity == $0 }
        let interval = placementTier.account.intervalNanoseconds
        let elapsed =
            placementTier.account.rounds == 0
            ? ledgerTier.account.intervalNanoseconds : now - min(placementTier.account.lastRoundAtNanoseconds, now)
        let processes = placeable().filter { !isPlacementTrue(of: $0, interval: interval, now) }
        scheduler.tick(
            elapsedNanoseconds: elapsed,
            cpuShare: settings.cpuLimitShare * SamplingSettings.placementBudgetShare,
            candidateCount: processes.count, intervalNanoseconds: interval)
        let candidates = processes.enumerated().map { index, process in
            PlacementScheduler.Candidate(
                identity: index, residentBytes: units.bytes(pages: process.residentPages),
                // An attempt that failed waits for its turn like any other: refusals must not be asked for every round.
                ageNanoseconds: process.placementTriedAt.map { now - min($0, now) },
                seenForNanoseconds: now - min(process.firstSeenAt, now))
        }
        for candidate in scheduler.order(candidates, intervalNanoseconds: interval) {
            guard placement.isFree else { break }
            guard scheduler.mayRead(candidate) else { continue }
            let process = processes[candidate.identity]
            process.placementTriedAt = now
            process.placementAttempt = ledger.runNanoseconds(of: process.identity.pid).map {
                PlacementBasis(runNanoseconds: $0, residentPages: process.residentPages)
            }
            let cpu = take(placement.read(order(for: process, now)), of: process)
            scheduler.charge(candidate, cpuNanoseconds: cpu)
        }
        finishPlacements(meter, now)
    }

    /// Whether a placement need not be taken again: the process has not run since, and its memory is as large as it was.
    /// Others may move its pages all the same (`migratepages`, reclaim, compaction), so this holds for some intervals only.
    private func isPlacementTrue(of process: TrackedProcess, interval: UInt64, _ now: UInt64) -> Bool {
        guard let placement = process.placement, let basis = process.placementBasis, process.ledgerReadAt == now,
            process.runNanoseconds == basis.runNanoseconds, process.residentPages == basis.residentPages
        else { return false }
        return now - min(placement.takenAtNanoseconds, now)
            < interval.multipliedSaturated(by: Self.longestPlacementIntervals)
    }

    /// For how many intervals the placement of a process that does not run is left as it is.
    private static var longestPlacementIntervals: UInt64 { 5 }

    mutating func finishPlacements(_ meter: Meter, _ now: UInt64) {
        placementTier.finish(
            now: now, wallNanoseconds: meter.wall(time),
            cpuNanoseconds: meter.cpu(cost).addingSaturated(placement.takeCPUElsewhere()),
            filesRead: placement.account.files, bytesRead: placement.account.bytes)
    }

    /// Takes what came of the reading that an earlier round did not wait for, if that is known now.
    mutating func settlePlacement(_ now: UInt64) {
        guard let (identity, outcome) = placement.look(at: now) else { return }
        let process = ledger.processes[identity.pid].flatMap { $0.identity == identity ? $0 : nil }
        scheduler.charge(cpuNanoseconds: take(outcome, of: process))
    }

    func order(for process: TrackedProcess, _ now: UInt64) -> PlacementOrder {
        PlacementOrder(
            subject: process.placementSubject, settings: settings, nodes: machine.nodes.map(\.id), now: now)
    }

    /// Takes what came of a reading.
    ///
    /// - Parameter process: Whose it was; nil when it has ended meanwhile.
    /// - Returns: The CPU time it took, as far as that is known.
    @discardableResult
    mutating func take(_ outcome: PlacementDesk.Outcome, of process: TrackedProcess?) -> UInt64 {
        switch outcome {
        case .answered(let answer):
            if let process { take(answer, of: process) }
            return answer.cpuNanoseconds
        case .stuck:
            process?.placement = nil
            process?.placementGap = .stuck
        case .underWay, .refused: break
        }
        return 0
    }

    private mutating func take(_ answer: PlacementAnswer, of process: TrackedProcess) {
        process.take(answer.subject)
        switch answer.outcome {
        case .read(var record):
            record.costNanoseconds = answer.cpuNanoseconds
            record.sharedMappings = mappings.pooled(record.sharedMappings)
            process.placement = record
            process.placementGap = nil
            process.placementBasis = process.placementAttempt
            process.allow("numa_maps")
            switch record.method {
            case .full: report.placementsRead += 1
            case .sampled: report.placementsSampled += 1
            }
            longestHold.note(record.longestCallNanoseconds, at: time.monotonicNanoseconds)
            if record.longestCallNanoseconds > settings.maximumHoldNanoseconds { report.holdsOverBound += 1 }
        case .gap(let gap):
            process.placementGap = gap
            switch gap {
            case .tooExpensive: report.placementsSkipped += 1
            case .denied:
                process.placement = nil
                if process.deny("numa_maps") { ledger.count(.permissionDenied) }
            case .exited: ledger.count(.exitedDuringRead)
            case .malformed: ledger.count(.malformed)
            case .notYet, .tooSmall, .excluded, .unsupported, .stuck: break
            }
        }
    }
}

extension PlacementDesk {
    /// Whether placements can be read at all, as a source.
    var source: SourceStatus {
        SourceStatus(
            name: "placement", path: "/proc/<pid>/numa_maps",
            state: isExhausted
                ? .unavailable(errno: Errno.timedOut.rawValue, errnoName: "ETIMEDOUT") : .readable,
            purpose: "where the memory of processes is, in spite of processes that keep theirs locked",
            lostWithout: "placements of all processes are no longer renewed: too many readings wait for stuck ones",
            remedy: isExhausted ? "end what the processes wait for that “numawatch ps” shows as stuck" : nil)
    }
}
