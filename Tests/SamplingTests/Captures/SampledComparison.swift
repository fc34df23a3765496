import BalancingModel
import Sampling

/// What the sampled drive said of a captured host, held against the truth.
struct SampledComparison {
    /// Relative errors of one kind of figure.
    struct Errors {
        /// Figures compared.
        private(set) var count = 0
        /// Relative errors of those that were large enough.
        private(set) var relative: [Double] = []

        /// Below so many pages a single one is more than 2 %: of such figures the largest error is kept instead.
        static let leastForShare = 50.0
        private(set) var largestOfSmall = 0.0

        mutating func add(_ estimate: Double, truth: Double) {
            count += 1
            let error = abs(estimate - truth)
            if max(truth, estimate) >= Self.leastForShare {
                relative.append(error / max(truth, 1))
            } else {
                largestOfSmall = max(largestOfSmall, error)
            }
        }

        var worst: Double { relative.max() ?? 0 }
        var median: Double { relative.isEmpty ? 0 : relative.sorted()[relative.count / 2] }
        var large: Int { relative.count }
        var description: String {
            "\(count) (\(large) large) worst \(worst) median \(median), of small ones \(largestOfSmall) pages"
        }
    }

    private(set) var host = Errors()
    private(set) var processes = Errors()
    private(set) var tasks = Errors()
    private(set) var nodes = Errors()
    private(set) var migrated = Errors()
    private(set) var moves = Errors()
    /// Each figure whose truth lies outside its bounds.
    private(set) var violations: [String] = []
    private(set) var preferredCount = 0
    /// Intervals whose modelled preferred node is not the one read.
    private(set) var preferredDiffering = 0
    /// Intervals for whose end the node was predicted wrongly, without a look at what the kernel printed.
    private(set) var preferredMispredicted = 0
    /// Pages folded by tasks no reading ever showed: gone before they were met, or after the last one.
    private(set) var missedPages = 0.0
    private(set) var foldedPages = 0.0
    private(set) var readings = 0

    static let roundNanoseconds: UInt64 = 2_000_000_000
    static let lookNanoseconds: UInt64 = 100_000_000

    /// Reads a captured host from its first event to its last.
    static func run(_ capture: Capture, isFollowing: Bool) -> SampledComparison {
        var poller = CapturePoller(capture, isFollowing: isFollowing)
        for event in capture.events { poller.consume(event) }
        return poller.comparison
    }

    mutating func noteReading() { readings += 1 }

    /// Compares one interval.
    mutating func compare(
        _ estimate: IntervalEstimate, _ truth: [Int32: CapturedHost.Truth], hintFaults: UInt64,
        process: [Int32: Int32], layout: NodeLayout, at time: UInt64
    ) {
        host.add(estimate.hintFaults.value, truth: Double(hintFaults))
        var sums: [Int32: (estimate: Double, truth: Double)] = [:]
        var left = truth
        for task in estimate.tasks {
            let truth =
                left.removeValue(forKey: task.tid)
                ?? CapturedHost.Truth(folded: Array(repeating: 0, count: layout.count))
            foldedPages += truth.total
            tasks.add(task.foldedPages.value, truth: truth.total)
            check(task.foldedPages, truth.total, "\(task.tid) folded at \(time)")
            for (node, pages) in task.nodes.enumerated() {
                let sum = pages.privatePages + pages.sharedPages
                nodes.add(sum.value, truth: truth.folded[node])
                check(sum, truth.folded[node], "\(task.tid) folded at node \(node) at \(time)")
            }
            migrated.add(task.pagesMigrated.value, truth: Double(truth.pagesMigrated))
            check(task.moves, truth, "\(task.tid) at \(time)")
            let sum = sums[process[task.tid] ?? task.tid] ?? (0, 0)
            sums[process[task.tid] ?? task.tid] = (sum.estimate + task.foldedPages.value, sum.truth + truth.total)
            preferredCount += 1
            if task.modelledPreferredNode != task.preferredNode { preferredDiffering += 1 }
            if task.predictedPreferredNode != task.preferredNode { preferredMispredicted += 1 }
        }
        for sum in sums.values { processes.add(sum.estimate, truth: sum.truth) }
        for truth in left.values {
            missedPages += truth.total
            foldedPages += truth.total
        }
    }

    private mutating func check(_ moves: [TaskInterval.Move], _ truth: CapturedHost.Truth, _ name: String) {
        var left = truth.moves
        for move in moves {
            let pages = left.removeValue(forKey: [move.sourceNode, move.targetNode]) ?? 0
            self.moves.add(move.pages.value, truth: pages)
            check(move.pages, pages, "moved \(move.sourceNode)→\(move.targetNode) by \(name)")
        }
        for (move, pages) in left { check(.zero, pages, "moved \(move) by \(name)") }
    }

    private mutating func check(_ estimate: Estimate, _ truth: Double, _ name: String) {
        // Sums of thirds and halves round in their last digits.
        let slack = 1e-6 * max(1, truth)
        guard truth < estimate.lowest - slack || truth > estimate.highest + slack else { return }
        violations.append("\(name): \(truth) is not in \(estimate.lowest)…\(estimate.highest)")
    }

    var description: String {
        """
        \(readings) readings
        host \(host.description); migrated \(migrated.description)
        process \(processes.description)
        task \(tasks.description)
        node \(nodes.description); move \(moves.description)
        preferred \(preferredCount), mispredicted \(preferredMispredicted), differing \(preferredDiffering)
        violations \(violations.count); missed \(missedPages) of \(foldedPages)
        """
    }
}

/// Reads a captured host as the daemon reads a live one.
private struct CapturePoller {
    private var host: CapturedHost
    private var drive: SampledDrive
    private let isFollowing: Bool
    private(set) var comparison = SampledComparison()

    private var follow = FollowSchedule(now: 0)
    private var watches: [Int32: PlacementWatch] = [:]
    private var latest: [Int32: LedgerSample] = [:]
    /// When a process's threads were last listed, and its scan sequence then.
    private var listed: [Int32: (time: UInt64, sequence: Int64)] = [:]
    private var listedAt: UInt64?
    private var counted = (faults: UInt64(0), local: UInt64(0), migrated: UInt64(0))
    private var nextRoundAt: UInt64?
    private var nextLookAt: UInt64 = 0

    init(_ capture: Capture, isFollowing: Bool) {
        host = CapturedHost(capture)
        drive = SampledDrive(profile: capture.profile, layout: capture.layout)
        self.isFollowing = isFollowing
    }

    mutating func consume(_ event: BalancingEvent) {
        let time = event.timeNanoseconds
        if nextRoundAt == nil { nextRoundAt = time }
        while let round = nextRoundAt, min(round, isFollowing ? nextLookAt : .max) < time {
            if round <= nextLookAt || !isFollowing {
                self.round(at: round)
                nextRoundAt = round + SampledComparison.roundNanoseconds
                nextLookAt = round + SampledComparison.lookNanoseconds
            } else {
                look(at: nextLookAt)
                nextLookAt += SampledComparison.lookNanoseconds
            }
        }
        host.consume(event)
    }

    private mutating func look(at now: UInt64) {
        guard follow.note(hintFaults: host.hintFaults, at: now) else { return }
        for (process, threads) in host.threads {
            guard let first = threads.first, let sequence = observe(first, of: process, at: now) else { continue }
            for tid in threads.dropFirst() where watches[tid]?.isDue(at: sequence) ?? true {
                _ = observe(tid, of: process, at: now)
            }
            listed[process] = (now, sequence)
        }
        listedAt = now
    }

    private mutating func round(at now: UInt64) {
        let all = host.threads
        for (process, threads) in all {
            for tid in threads { _ = observe(tid, of: process, at: now) }
            listed[process] = (now, threads.first.flatMap { latest[$0]?.scanSequence } ?? 0)
        }
        listedAt = now
        let present = Set(all.values.joined())
        for tid in latest.keys where !present.contains(tid) {
            drive.forget(tid)
            latest[tid] = nil
            watches[tid] = nil
        }
        follow.note(hintFaults: host.hintFaults, at: now)
        let faults = host.hintFaults - counted.faults
        let estimate = drive.closeInterval(
            SystemCounters(
                hintFaults: faults, localHintFaults: host.localHintFaults - counted.local,
                pagesMigrated: host.totalPagesMigrated - counted.migrated), at: now)
        comparison.compare(
            estimate, host.takeTruth(), hintFaults: faults, process: host.process, layout: host.layout, at: now)
        counted = (host.hintFaults, host.localHintFaults, host.totalPagesMigrated)
    }

    /// Reads one task.
    ///
    /// - Returns: The scan sequence it shows.
    private mutating func observe(_ tid: Int32, of process: Int32, at now: UInt64) -> Int64? {
        guard let sample = host.read(tid, at: now) else { return nil }
        comparison.noteReading()
        var birth: LedgerSample.Birth?
        if latest[tid] == nil, let listedAt {
            let known = listed[process] ?? (listedAt, 0)
            birth = LedgerSample.Birth(afterNanoseconds: known.time, scanSequence: known.sequence)
        }
        drive.observe(sample, birth: birth)
        let hasChanged = latest[tid].map { before in
            zip(before.nodes, sample.nodes).contains {
                $0.taskPrivate != $1.taskPrivate || $0.taskShared != $1.taskShared
            }
        }
        watches[tid, default: PlacementWatch()].note(
            sequence: sample.scanSequence, hasChanged: hasChanged ?? false, hasRun: true)
        latest[tid] = sample
        return sample.scanSequence
    }
}
