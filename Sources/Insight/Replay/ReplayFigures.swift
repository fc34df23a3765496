package import BalancingModel
import Tracing

/// Faults by rule and outcome, and by node.
package struct FaultFigures: Sendable, Equatable {
    package typealias Outcome = FaultOutcome

    /// Faults of one rule.
    package struct Row: Sendable, Equatable {
        package var faults: UInt64 = 0
        package var remoteFaults: UInt64 = 0
        /// By `Outcome`, in the order of `allCases`.
        package var outcomes = [UInt64](repeating: 0, count: Outcome.allCases.count)
    }

    /// By `DecisionRule`, in the order of `allCases`.
    package internal(set) var rules = [Row](repeating: Row(), count: DecisionRule.allCases.count)
    package internal(set) var localFaults: UInt64 = 0
    package internal(set) var remoteFaults: UInt64 = 0
    /// Faults of which it is not known where the page was.
    package internal(set) var unknownFaults: UInt64 = 0
    /// By node position: faults on CPUs of the node.
    package internal(set) var byCPUNode: [UInt64]
    /// By node position: faults on pages that were on the node.
    package internal(set) var byPageNode: [UInt64]
    /// Base pages moved, by position: from `[source * count + target]`. The kernel's moves in the shadow drive, the
    /// model's in the blind.
    package internal(set) var movedPages: [UInt64]
    package internal(set) var movedPagesFromUnknown: UInt64 = 0
    /// Time between `misplaced` and `hint_fault` of accounted faults, migration included.
    package internal(set) var handlingNanoseconds: UInt64 = 0
    package internal(set) var longestHandlingNanoseconds: UInt64 = 0
    package internal(set) var accountedFaults: UInt64 = 0
    /// Of these, the ones that moved their page, the base pages they moved, and their part of the time.
    package internal(set) var movingFaults: UInt64 = 0
    package internal(set) var movingPages: UInt64 = 0
    package internal(set) var movingNanoseconds: UInt64 = 0

    init(nodes: Int) {
        byCPUNode = Array(repeating: 0, count: nodes)
        byPageNode = Array(repeating: 0, count: nodes)
        movedPages = Array(repeating: 0, count: nodes * nodes)
    }

    package var faults: UInt64 { rules.reduce(0) { $0 + $1.faults } }

    mutating func add(_ decision: Decision, _ fault: ObservedFault, _ layout: NodeLayout, isBlind: Bool) {
        let rule = decision.rule.position
        rules[rule].faults += 1
        if decision.sourceNode < 0 || decision.cpuNode < 0 {
            unknownFaults += 1
        } else if decision.isRemote {
            remoteFaults += 1
            rules[rule].remoteFaults += 1
        } else {
            localFaults += 1
        }
        let cpu = layout.position(ofNode: decision.cpuNode)
        if cpu >= 0 { byCPUNode[cpu] += 1 }
        let page = layout.position(ofNode: decision.sourceNode)
        if page >= 0 { byPageNode[page] += 1 }
        let outcome = fault.outcome(of: decision, isBlind: isBlind)
        rules[rule].outcomes[outcome.position] += 1
        if let hint = fault.hint {
            accountedFaults += 1
            if !fault.stamp.isCounter {
                let elapsed =
                    hint.nanoseconds > fault.stamp.nanoseconds ? hint.nanoseconds - fault.stamp.nanoseconds : 0
                handlingNanoseconds &+= elapsed
                longestHandlingNanoseconds = max(longestHandlingNanoseconds, elapsed)
                if outcome == .migrated {
                    movingFaults += 1
                    movingPages &+= hint.pages
                    movingNanoseconds &+= elapsed
                }
            }
            if outcome == .migrated {
                let target = layout.position(ofNode: isBlind ? decision.target : hint.memNode)
                if page >= 0, target >= 0 {
                    movedPages[page * byPageNode.count + target] += hint.pages
                } else {
                    movedPagesFromUnknown += hint.pages
                }
            }
        }
    }
}

/// What scanning did and cost, by events of `task_numa_work` and `change_prot_numa`.
package struct ScanFigures: Sendable, Equatable {
    /// Calls of `task_numa_work`.
    package internal(set) var attempts: UInt64 = 0
    /// Calls that armed at least one range.
    package internal(set) var scans: UInt64 = 0
    package internal(set) var ranges: UInt64 = 0
    /// Bytes of address space handed to `change_prot_numa`.
    package internal(set) var rangeBytes: UInt64 = 0
    /// PTEs armed: base pages, a PMD counts as one.
    package internal(set) var updatedPages: UInt64 = 0
    /// Time between `scan_work` and `scan_done`, preemption included.
    package internal(set) var nanoseconds: UInt64 = 0
    package internal(set) var longestNanoseconds: UInt64 = 0
    /// Scans that took longer than ``longScanNanoseconds``.
    package internal(set) var longScans: UInt64 = 0
    /// A time that shows in what a service answers: 4 ms.
    package static let longScanNanoseconds: UInt64 = 4_000_000
    /// VMAs passed by, by `SkipReason` in the order of `allCases`.
    package internal(set) var skipped = [UInt64](
        repeating: 0, count: BalancingEvent.SkipReason.allCases.count)

    private var open: [Int32: (start: UInt64, hasRange: Bool)] = [:]

    package static func == (left: ScanFigures, right: ScanFigures) -> Bool {
        (left.attempts, left.scans, left.ranges, left.rangeBytes, left.updatedPages, left.nanoseconds)
            == (right.attempts, right.scans, right.ranges, right.rangeBytes, right.updatedPages, right.nanoseconds)
            && left.longestNanoseconds == right.longestNanoseconds && left.skipped == right.skipped
    }

    init() {}

    mutating func note(_ event: BalancingEvent) {
        switch event.payload {
        case .scanWork:
            attempts += 1
            open[event.tid] = (event.timeNanoseconds, false)
        case .scanRange(let start, let end):
            ranges += 1
            rangeBytes &+= end > start ? end - start : 0
            if let call = open[event.tid], !call.hasRange {
                scans += 1
                open[event.tid] = (call.start, true)
            }
        case .scanRangeReturn(let pages): updatedPages &+= pages
        case .scanDone:
            guard let call = open.removeValue(forKey: event.tid) else { return }
            let elapsed = event.timeNanoseconds > call.start ? event.timeNanoseconds - call.start : 0
            nanoseconds &+= elapsed
            longestNanoseconds = max(longestNanoseconds, elapsed)
            if elapsed > Self.longScanNanoseconds { longScans += 1 }
        case .skipVMA(_, _, _, let reason):
            skipped[BalancingEvent.SkipReason.allCases.firstIndex(of: reason) ?? 0] += 1
        case .exit(let pid): open[pid] = nil
        case .lostEvents: open.removeAll()
        default: break
        }
    }
}

/// The kernel's totals between the first and the last `VMSTAT` mark against what the trace shows between them.
package struct VmstatCheck: Sendable, Equatable {
    /// One identity.
    package struct Identity: Sendable, Equatable {
        /// The kernel's counter.
        package var counter: String
        /// What must equal it.
        package var meaning: String
        package var kernel: UInt64
        package var trace: UInt64

        package var holds: Bool { kernel == trace }
    }

    private struct Totals: Equatable {
        var misplaced: UInt64 = 0
        var local: UInt64 = 0
        var migratedPages: UInt64 = 0
        var updated: UInt64 = 0
    }

    private var now = Totals()
    private var first: (totals: Totals, counters: [String: UInt64])?
    private var last: (totals: Totals, counters: [String: UInt64])?

    package static func == (left: VmstatCheck, right: VmstatCheck) -> Bool { left.identities == right.identities }

    init() {}

    mutating func note(_ event: BalancingEvent) {
        switch event.payload {
        case .misplaced: now.misplaced += 1
        case .hintFault(_, _, let pages, let flags, _):
            if flags.contains(.faultLocal) { now.local += 1 }
            if flags.contains(.migrated) { now.migratedPages &+= UInt64(max(0, pages)) }
        case .scanRangeReturn(let pages): now.updated &+= pages
        case .vmstat(let counters):
            let values = Dictionary(counters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            if first == nil { first = (now, values) } else { last = (now, values) }
        default: break
        }
    }

    /// The identities that can be checked; empty without two marks.
    package var identities: [Identity] {
        guard let first, let last else { return [] }
        let rows: [(String, String, KeyPath<Totals, UInt64>)] = [
            ("numa_hint_faults", "misplaced calls", \.misplaced),
            ("numa_hint_faults_local", "faults with the local flag", \.local),
            ("numa_pages_migrated", "pages of faults with the migrated flag", \.migratedPages),
            ("numa_pte_updates", "sum of scan_range_ret", \.updated),
        ]
        return rows.compactMap { counter, meaning, path in
            guard let begin = first.counters[counter], let end = last.counters[counter], end >= begin else {
                return nil
            }
            return Identity(
                counter: counter, meaning: meaning, kernel: end - begin,
                trace: last.totals[keyPath: path] - first.totals[keyPath: path])
        }
    }
}
