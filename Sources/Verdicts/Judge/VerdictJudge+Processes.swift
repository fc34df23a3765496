import NUMATopology
import Snapshots

/// What a group has to know of its processes that were judged.
struct JudgedProcess {
    var assessment: Assessment
    var cpuSeconds: Double
    /// What this round found, and what holds from before.
    var signs: [DetectionHysteresis.Sign]
}

extension VerdictJudge {
    /// - Returns: The processes that are judged, by group.
    mutating func judgeProcesses(
        _ snapshot: inout HostSnapshot, _ context: RoundContext
    ) -> [String: [JudgedProcess]] {
        chooseProcesses(snapshot, context)
        var result: [String: [JudgedProcess]] = [:]
        guard !processes.isEmpty else { return result }
        var gone: [Int32] = []
        for pid in processes.keys {
            guard var process = processes[pid], let index = snapshot.index(ofPID: pid),
                snapshot.processes[index].identity.startTimeTicks == process.startTimeTicks
            else {
                gone.append(pid)
                continue
            }
            processes[pid] = nil
            let record = snapshot.processes[index]
            let reading = ReadingMaker.reading(of: record)
            process.watch.advance(reading, context)
            let assessment = process.watch.assess(reading, context)
            var signs: [DetectionHysteresis.Sign] = []
            if process.watch.window != nil {
                signs = DetectionRules.moving(assessment, reading, context) + DetectionRules.placement(record)
            }
            let (verdict, _) = Self.record(&process.watch, assessment, signs, context)
            // The first round of one that is chosen has no window yet; one that has lost it did not run for as long.
            if process.watch.window == nil, process.watch.firstSeenAt != context.now {
                gone.append(pid)
            } else {
                snapshot.processes[index].$verdict = verdict
                result[record.groupName, default: []].append(
                    JudgedProcess(
                        assessment: assessment, cpuSeconds: assessment.evidence.cpuSeconds,
                        signs: signs))
            }
            processes[pid] = process
        }
        for pid in gone { processes[pid] = nil }
        return result
    }

    /// Finds the processes that have had enough CPU time lately.
    private mutating func chooseProcesses(_ snapshot: HostSnapshot, _ context: RoundContext) {
        guard !context.nodes.isEmpty, processes.count < VerdictSettings.mostProcesses else { return }
        let window = context.settings.windowNanoseconds
        for index in snapshot.processes.indices
        where snapshot.processes[index].unchangedAtNanoseconds == nil
            && processes[snapshot.processes[index].identity.pid] == nil
        {
            guard candidates.isReady(snapshot.processes[index], context.now, windowNanoseconds: window) else {
                continue
            }
            guard processes.count < VerdictSettings.mostProcesses else { break }
            let process = snapshot.processes[index]
            processes[process.identity.pid] = ProcessWatch(
                startTimeTicks: process.identity.startTimeTicks,
                // That is what has made it ready: its window begins with the next round, however little it runs in that.
                watch: ScopeWatch(
                    ReadingMaker.reading(of: process), context, cpuSeconds: VerdictSettings.leastCPUSeconds))
        }
        candidates.sweep(context.now, windowNanoseconds: window)
    }
}

extension HostSnapshot {
    /// Where a process is in ``processes``. O(log processes).
    fileprivate func index(ofPID pid: Int32) -> Int? {
        var low = 0
        var high = processes.count
        while low < high {
            let middle = (low + high) / 2
            if processes[middle].identity.pid < pid { low = middle + 1 } else { high = middle }
        }
        return low < processes.count && processes[low].identity.pid == pid ? low : nil
    }
}
