import BalancingModel
import HostReading
import LinuxSystem
import NUMATopology
import Snapshots

/// Feeds the sampled drive of the balancing model with each round's ledgers, and sums what it says by process and group.
///
/// The drive needs two readings of a task, and is exact where looks between rounds tell its placements apart; what it
/// cannot know it bounds. Nothing is modelled on a host whose nodes or
/// kernel release cannot be told, or where no ledger is readable.
struct ModelObserver {
    private let root: any HostRoot
    private var drive: SampledDrive?
    private var nodes: [NodeID] = []
    private var nodesWithCPUs = NodeSet()
    private var profile = ""
    /// Each thread's process, those included that are gone since the last round.
    private var owner: [Int32: TrackedProcess] = [:]
    /// The processes of the last round, and their threads when they were read.
    private var followed: [Int32: (process: TrackedProcess, tids: [Int32])] = [:]
    private var counted: BalancingCounters?
    private var closedAt: UInt64?
    private var totals: [TotalKey: (pages: Double, error: Double)] = [:]
    private(set) var record: ModelRecord?
    private(set) var byProcess: [Int32: ModelledActivity] = [:]
    private(set) var byGroup: [String: ModelledActivity] = [:]

    private struct TotalKey: Hashable {
        var group: String
        var source: NodeID
        var target: NodeID
    }

    /// What each group's tasks have moved since observing began.
    var movedTotals: [String: [MovedTotal]] {
        var result: [String: [MovedTotal]] = [:]
        for (key, value) in totals {
            result[key.group, default: []].append(
                MovedTotal(source: key.source, target: key.target, pages: value.pages, errorPages: value.error))
        }
        return result.mapValues { $0.sorted { ($0.source, $0.target) < ($1.source, $1.target) } }
    }

    init(root: any HostRoot) {
        self.root = root
    }

    /// Takes the ledgers of a look: readings within the interval.
    mutating func collect(_ processes: [TrackedProcess], now: UInt64) {
        guard var drive else { return }
        self.drive = nil  // Held by one place only while it changes, so that nothing is copied.
        for process in processes {
            for (tid, thread) in process.threads { observe(tid, thread, of: process, now: now, in: &drive) }
        }
        self.drive = drive
    }

    /// Takes the ledgers that were read at `now`, and ends the interval.
    ///
    /// - Parameter counters: Those of `/proc/vmstat` now; nil if they could not be read.
    mutating func observe(
        _ processes: [Int32: TrackedProcess], machine: Machine, counters: BalancingCounters?, now: UInt64
    ) {
        prepare(machine)
        guard var drive else { return }
        self.drive = nil
        var left: [Int32] = []
        for (pid, known) in followed where processes[pid] !== known.process {
            left += known.tids
            followed[pid] = nil
        }
        for (pid, process) in processes {
            if process.unchangedAt == now {
                for (tid, thread) in process.threads { stay(tid, thread, of: process, now: now, in: &drive) }
            } else {
                if let known = followed[pid] { left += known.tids.filter { process.threads[$0] == nil } }
                followed[pid] = (process, Array(process.threads.keys))
                for (tid, thread) in process.threads { observe(tid, thread, of: process, now: now, in: &drive) }
            }
        }
        // What another process's thread has as its number now is not gone.
        let gone = left.filter { tid in
            guard let process = owner[tid] else { return false }
            return processes[process.identity.pid] !== process || process.threads[tid] == nil
        }
        for tid in gone { drive.forget(tid) }
        let estimate = drive.closeInterval(countersSinceLast(counters), at: now)
        self.drive = drive
        let length = closedAt.map { now - min($0, now) } ?? 0
        closedAt = now
        if length > 0 { take(estimate, length) }
        for tid in gone { owner[tid] = nil }
        self.record?.taskCount = owner.count
    }

    /// Begins the totals of groups anew that are another user's now; see ``GroupTotals/settleOwners(_:)``.
    mutating func beginAnew(_ groups: Set<String>) {
        if !groups.isEmpty { totals = totals.filter { !groups.contains($0.key.group) } }
    }

    private mutating func observe(
        _ tid: Int32, _ thread: TrackedThread, of process: TrackedProcess, now: UInt64, in drive: inout SampledDrive
    ) {
        if let before = owner[tid], before !== process { drive.forget(tid) }
        owner[tid] = process
        guard thread.record.readAtNanoseconds == now, let sample = sample(thread) else { return }
        drive.observe(sample, birth: thread.birth)
    }

    /// A thread that did not run since it was read.
    private mutating func stay(
        _ tid: Int32, _ thread: TrackedThread, of process: TrackedProcess, now: UInt64, in drive: inout SampledDrive
    ) {
        guard !drive.stay(tid, at: now) else { return }
        // A new drive knows it not.
        owner[tid] = process
        guard var sample = sample(thread) else { return }
        sample.timeNanoseconds = now
        drive.observe(sample)
    }

    /// Chooses the model when there is none, or the nodes are others: also where one has lost its last CPU or has its
    /// first again, which the kernel leaves out of distances and placement.
    private mutating func prepare(_ machine: Machine) {
        let online = machine.nodes.map(\.id)
        guard drive == nil || nodes != online || nodesWithCPUs != machine.nodesWithCPUs else { return }
        nodes = online
        nodesWithCPUs = machine.nodesWithCPUs
        drive = nil
        guard let host = try? BalancingHost.read(from: root) else { return }
        profile = host.profile.release.description
        drive = SampledDrive(profile: host.profile, layout: host.layout)
    }

    private func sample(_ thread: TrackedThread) -> LedgerSample? {
        guard let migrated = thread.record.migratedPages, let privatePages = thread.record.privatePages,
            let sharedPages = thread.record.sharedPages, let sequence = thread.scanSequence
        else { return nil }
        var sample = LedgerSample(
            timeNanoseconds: thread.record.readAtNanoseconds, tid: thread.record.tid, scanSequence: sequence,
            pagesMigrated: migrated, preferredNode: Int32(thread.record.preferredNode?.rawValue ?? -1),
            currentNode: Int32((thread.ledgerNode ?? thread.record.node)?.rawValue ?? -1),
            groupID: thread.record.groupID ?? 0, migrationCount: thread.migrationCount,
            runtimeNanoseconds: thread.timeSource == .exact ? thread.record.cpuNanoseconds : nil,
            nodes: nodes.map { node in
                LedgerSample.Node(
                    taskPrivate: privatePages[node], taskShared: sharedPages[node],
                    groupPrivate: thread.groupPrivate[node], groupShared: thread.groupShared[node])
            })
        guard let kernel = thread.record.kernel else { return sample }
        sample.placedSequence = kernel.placedSequence
        sample.scanPeriodMilliseconds = kernel.scanPeriodMilliseconds.flatMap { $0 > 0 ? $0 : nil }
        if let privatePages = kernel.windowPrivatePages, let sharedPages = kernel.windowSharedPages {
            sample.windows = nodes.map { .init(privatePages: privatePages[$0], sharedPages: sharedPages[$0]) }
        }
        return sample
    }

    private mutating func countersSinceLast(_ counters: BalancingCounters?) -> SystemCounters? {
        defer { counted = counters }
        guard let counters, let counted else { return nil }
        return counters.since(counted)
    }

    private mutating func take(_ estimate: IntervalEstimate, _ length: UInt64) {
        byProcess = [:]
        byGroup = [:]
        var host = ModelledActivity(intervalNanoseconds: length)
        for task in estimate.tasks {
            guard let process = owner[task.tid] else { continue }
            let pid = process.identity.pid
            let group = process.groupName
            add(task, to: &byProcess[pid, default: ModelledActivity(intervalNanoseconds: length)])
            add(task, to: &byGroup[group, default: ModelledActivity(intervalNanoseconds: length)])
            add(task, to: &host)
            for move in task.moves {
                guard let source = NodeNumber.node(Int(move.sourceNode)),
                    let target = NodeNumber.node(Int(move.targetNode))
                else { continue }
                let key = TotalKey(group: group, source: source, target: target)
                let before = totals[key] ?? (0, 0)
                totals[key] = (before.pages + move.pages.value, before.error + move.pages.error)
            }
        }
        for task in estimate.quietTasks {
            guard let process = owner[task.tid] else { continue }
            let node = NodeNumber.node(Int(task.preferredNode))
            byProcess[process.identity.pid, default: ModelledActivity(intervalNanoseconds: length)].addQuiet(node)
            byGroup[process.groupName, default: ModelledActivity(intervalNanoseconds: length)].addQuiet(node)
            host.addQuiet(node)
        }
        var record = ModelRecord(
            activity: host, hintFaults: estimate.hintFaults, isReconciled: estimate.isReconciled, profile: profile)
        record.localShare = estimate.localShare
        self.record = record
    }

    private func add(_ task: TaskInterval, to activity: inout ModelledActivity) {
        activity.faultedPages = activity.faultedPages + task.foldedPages
        activity.migratedPages = activity.migratedPages + task.pagesMigrated
        for pages in task.nodes {
            guard let node = NodeNumber.node(Int(pages.node)) else { continue }
            let sum = pages.privatePages + pages.sharedPages
            guard sum.highest > 0 else { continue }
            if let index = activity.faultedPagesByNode.firstIndex(where: { $0.node == node }) {
                activity.faultedPagesByNode[index].pages = activity.faultedPagesByNode[index].pages + sum
            } else {
                activity.faultedPagesByNode.append(.init(node: node, pages: sum))
                activity.faultedPagesByNode.sort { $0.node < $1.node }
            }
        }
        for move in task.moves {
            guard let source = NodeNumber.node(Int(move.sourceNode)), let target = NodeNumber.node(Int(move.targetNode))
            else { continue }
            if let index = activity.moves.firstIndex(where: { $0.source == source && $0.target == target }) {
                activity.moves[index].pages = activity.moves[index].pages + move.pages
            } else {
                activity.moves.append(.init(source: source, target: target, pages: move.pages))
                activity.moves.sort { ($0.source, $0.target) < ($1.source, $1.target) }
            }
        }
        // The tasks of a process share its scans; of several answers the narrowest says most.
        // Of several that are exact, the shortest is the one that scans are asked for by.
        if let period = task.scanPeriodMilliseconds {
            let known = activity.scanPeriodMilliseconds
            if period.error < known?.error ?? .infinity
                || period.error == known?.error && period.value < known?.value ?? 0
            {
                activity.scanPeriodMilliseconds = period
            }
        }
        if let node = NodeNumber.node(Int(task.modelledPreferredNode)) { activity.tasksByModelledNode[node] += 1 }
    }
}

extension ModelledActivity {
    /// Adds a task that did not run: nothing but its preferred node.
    fileprivate mutating func addQuiet(_ node: NodeID?) {
        if let node { tasksByModelledNode[node] += 1 }
    }
}
