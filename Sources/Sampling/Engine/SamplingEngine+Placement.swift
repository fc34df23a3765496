import LinuxSystem
import NUMATopology
import Snapshots

/// The dearest tier: memory placement, a few processes in each round.
extension SamplingEngine {
    /// The processes whose placement may be read; the others get the reason why not.
    mutating func placeable() -> [TrackedProcess] {
        ledger.processes.values.filter { process in
            guard !process.isZombie else { return false }
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
        let interval = placementTier.account.intervalNanoseconds
        let elapsed =
            placementTier.account.rounds == 0
            ? ledgerTier.account.intervalNanoseconds : now - min(placementTier.account.lastRoundAtNanoseconds, now)
        let processes = placeable()
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
            guard scheduler.mayRead(candidate) else { continue }
            let one = Meter(time, cost)
            place(processes[candidate.identity], now)
            scheduler.charge(candidate, cpuNanoseconds: one.cpu(cost))
        }
        finishPlacements(meter, now)
    }

    mutating func finishPlacements(_ meter: Meter, _ now: UInt64) {
        placementTier.finish(
            now: now, wallNanoseconds: meter.wall(time), cpuNanoseconds: meter.cpu(cost),
            filesRead: placement.account.files, bytesRead: placement.account.bytes)
    }

    mutating func place(_ process: TrackedProcess, _ now: UInt64) {
        let meter = Meter(time, cost)
        process.placementTriedAt = now
        switch placement.place(process, settings: settings, nodes: machine.nodes.map(\.id), now: now) {
        case .read(var record):
            record.costNanoseconds = meter.cpu(cost)
            process.placement = record
            process.placementGap = nil
            process.allow("numa_maps")
            switch record.method {
            case .full: report.placementsRead += 1
            case .sampled: report.placementsSampled += 1
            }
            report.longestHoldNanoseconds = max(report.longestHoldNanoseconds, record.longestCallNanoseconds)
            if record.longestCallNanoseconds > settings.maximumHoldNanoseconds { report.holdsOverBound += 1 }
        case .gap(let gap):
            process.placementGap = gap
            switch gap {
            case .tooExpensive: report.placementsSkipped += 1
            case .denied:
                process.placement = nil
                if process.deny("numa_maps") { ledger.count(.permissionDenied) }
            case .exited: ledger.count(.exitedDuringRead)
            case .notYet, .tooSmall, .excluded, .unsupported: break
            }
        }
    }
}
