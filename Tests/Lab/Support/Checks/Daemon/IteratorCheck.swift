import FixtureSupport
import KernelText
import TaskIterator
import TextOutput

/// The iterator: of every stopped thread it says what `/proc` says; it comes, is replaced and goes as it should; and what the
/// daemon publishes with it is what the kernel has.
package struct IteratorCheck: LabCheck {
    package let name = "iterator"
    package let summary =
        "what the iterator says of stopped threads is what /proc says, entry for entry; the daemon uses it, and does without"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.balancingObstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] { [DaemonSteps.start, DaemonSteps.iterator] }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "iterator", step: DaemonSteps.iterator.name)
        var judgement = IteratorJudgement(recording: recording)
        let compared = try judgement.compareThreads()
        try judgement.comparePublished()
        try judgement.compareLife()
        return CheckVerdict(compared: compared, problems: judgement.problems)
    }
}

/// What is found wrong with one recording.
struct IteratorJudgement {
    let recording: Recording
    private(set) var problems: [String] = []
    private var records: [Int32: TaskRecord] = [:]
    private var entries = 0

    init(recording: Recording) {
        self.recording = recording
    }

    private func bytes(_ name: String) throws(LabFailure) -> [UInt8] {
        guard let bytes = recording.result.file("\(recording.name)/\(name)") else {
            throw LabFailure("judge the iterator", "the guest left no file \(name)")
        }
        return bytes
    }

    private func text(_ name: String) throws(LabFailure) -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    private mutating func expect(_ isRight: Bool, _ problem: @autoclosure () -> String) {
        if !isRight { problems.append(problem()) }
    }

    /// Entry by entry.
    ///
    /// - Returns: What was compared.
    mutating func compareThreads() throws(LabFailure) -> String {
        let sweep = try bytes("sweep")
        var place = 0
        do throws(TaskRecord.Defect) {
            while place < sweep.count, let count = try TaskRecord.byteCount(sweep.span, at: place) {
                let record = try TaskRecord(sweep.span, at: place)
                records[record.tid] = record
                place += count
            }
        } catch {
            throw LabFailure("judge the iterator", "record \(records.count) is not understood: \(error)")
        }
        expect(place == sweep.count, "the sweep ends within a record")
        var threads = 0
        var groups: Set<UInt64> = []
        var windows: UInt64 = 0
        for pid in recording.processes {
            for tid in recording.threads(of: pid) {
                threads += 1
                guard let record = records[Int32(tid)] else {
                    problems.append("thread \(tid) of \(pid) is not in the sweep")
                    continue
                }
                let differences = try Recording.Side.allCases.map { side throws(LabFailure) in
                    try compare(record, pid, tid, side)
                }
                // Where one of the readings is that of the sweep's moment, the sweep is right.
                if !differences.contains([]) { problems += differences.last ?? [] }
                if let group = record.group { groups.insert(group.identity) }
                for node in record.faults ?? [] {
                    windows += node.window.memoryPrivate + node.window.memoryShared
                }
            }
        }
        expect(threads > 0, "no thread was recorded")
        expect(!groups.isEmpty, "no thread was in a NUMA group")
        let lockdown = (try? text("lockdown")) ?? ""
        let isClosed = lockdown.contains("[confidentiality]")
        expect(
            records.values.contains { $0.faults == nil } == isClosed,
            "own ledgers are \(isClosed ? "read" : "not read") under \(lockdown)")
        return "\(threads) threads, \(entries) entries, \(groups.count) groups, \(windows) pages in open windows"
    }

    /// - Returns: What differs.
    private mutating func compare(
        _ record: TaskRecord, _ pid: Int, _ tid: Int, _ side: Recording.Side
    ) throws(LabFailure) -> [String] {
        let path = "/proc/\(pid)/task/\(tid)"
        guard let schedText = recording.kernel(side, "\(path)/sched"),
            let statText = recording.kernel(side, "\(path)/stat"),
            let sched = try? TaskSched(parsing: Array(schedText.utf8).span),
            let stat = try? TaskStat(parsing: Array(statText.utf8).span)
        else { throw LabFailure("judge the iterator", "\(path) was not recorded") }
        var found: [String] = []
        func compare(_ name: String, _ theirs: Int64?, _ ours: Int64?) {
            if side == .after { entries += 1 }
            if theirs != ours {
                found.append(
                    "\(path): \(name) \(theirs.map { "\($0)" } ?? "none"), iterator \(ours.map { "\($0)" } ?? "none")")
            }
        }
        func number(_ value: some BinaryInteger) -> Int64 { Int64(truncatingIfNeeded: value) }
        compare("tgid", number(pid), number(record.processID))
        compare("start", number(stat.startTicks), number(record.startNanoseconds / 10_000_000))
        compare("processor", stat.processor.map(number), record.cpu.map(number))
        compare("state", number(stat.state == UInt8(ascii: "T") ? 4 : 0), record.state.map { number($0 & 4) })
        compare("se.sum_exec_runtime", sched.sumExecRuntimeNanoseconds.map(number), number(record.runNanoseconds))
        compare("nr_migrations", sched.migrationCount.map(number), record.migrationCount.map(number))
        compare("mm->numa_scan_seq", sched.scanSequence.map(number), (record.memory?.scanSequence).map(number))
        compare("numa_pages_migrated", sched.pagesMigrated.map(number), record.pagesMigrated.map(number))
        compare("numa_preferred_nid", sched.preferredNode.map(number), record.preferredNode.map(number))
        compare("total_numa_faults", sched.totalFaults.map(number), number(record.totalFaults))
        compare("numa_group_id", sched.groupID.map(number), number(record.group?.groupID ?? 0))
        for line in sched.faults {
            if let faults = record.faults {
                let own = faults.indices.contains(line.node) ? faults[line.node].averages : nil
                compare("task_private \(line.node)", number(line.taskPrivate), number(own?.memoryPrivate ?? 0))
                compare("task_shared \(line.node)", number(line.taskShared), number(own?.memoryShared ?? 0))
            }
            let group = record.group?.faults.flatMap { $0.indices.contains(line.node) ? $0[line.node] : nil }
            compare("group_private \(line.node)", number(line.groupPrivate), number(group?.memoryPrivate ?? 0))
            compare("group_shared \(line.node)", number(line.groupShared), number(group?.memoryShared ?? 0))
        }
        return found
    }

    /// What the daemon publishes of the threads' ledgers.
    mutating func comparePublished() throws(LabFailure) {
        for pid in recording.processes {
            for thread in try recording.published("process-\(pid)")["threads"]?.elements ?? [] {
                guard let tid = thread.whole("tid").flatMap({ Int32(exactly: $0) }), let record = records[tid],
                    let faults = record.faults
                else { continue }
                var own: [Int: UInt64] = [:]
                for (node, fault) in faults.enumerated() where fault.averages.memoryPrivate > 0 {
                    own[node] = fault.averages.memoryPrivate
                }
                expect(
                    thread.byNode("private_pages_by_node") == own,
                    "thread \(tid): published \(thread.byNode("private_pages_by_node")), the iterator \(own)")
            }
        }
    }

    /// How it came and went.
    mutating func compareLife() throws(LabFailure) {
        for (name, status) in [("load", 0), ("again", 0), ("remove", 0), ("remove-again", 0), ("refused", 1)] {
            let said = try text(name)
            let found = Int(try text("\(name).status").prefix { $0 != "\n" })
            expect(found == status, "\(name): status \(found ?? -1), not \(status): \(said)")
        }
        let modes = try text("modes")
        expect(modes == "440 0 990\n750 0 990\n", "modes, user and group of the pin and its directory: \(modes)")
        let left = try text("left")
        expect(left.isEmpty, "after its removal there is \(left)")
        for (name, state) in [
            ("absent", "not-applicable"), ("proved", "readable"), ("closed", "unavailable"),
            ("removed", "not-applicable"),
        ] {
            guard let document = JSONValue(try bytes("sources-\(name).json")),
                let source = document["sources"]?.elements?.first(where: { $0["source"]?.text == "iterator" })
            else {
                problems.append("the source iterator is not published (\(name))")
                continue
            }
            expect(source["state"]?.text == state, "when \(name) the source is \(source), not \(state)")
        }
    }
}
