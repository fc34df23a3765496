import FixtureSupport
import TextOutput

/// Fault ledgers: of every thread of the workloads, what is published is what the kernel shows.
package struct LedgersCheck: LabCheck {
    package let name = "ledgers"
    package let summary = "every stopped thread's fault ledger, preferred node and group are the kernel's"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.balancingObstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [DaemonSteps.start, DaemonSteps.work, DaemonSteps.moving, DaemonSteps.still]
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "still", step: DaemonSteps.still.name)
        var problems: [String] = []
        var threads = 0
        var faults: UInt64 = 0
        for pid in recording.processes {
            let document = try recording.published("process-\(pid)")
            var published: [Int: KernelFigures.Ledger] = [:]
            for thread in document["threads"]?.elements ?? [] {
                guard let tid = thread.whole("tid") else { continue }
                published[Int(tid)] = Self.ledger(thread)
            }
            for tid in recording.threads(of: pid) {
                let path = "/proc/\(pid)/task/\(tid)/sched"
                guard var before = recording.kernel(.before, path).flatMap(KernelFigures.ledger),
                    var after = recording.kernel(.after, path).flatMap(KernelFigures.ledger)
                else {
                    problems.append("\(path) was not recorded or has no NUMA lines")
                    continue
                }
                if result.series?.inheritsMigratedPages == true {
                    // Of the parent too: nothing is to be published.
                    before.migratedPages = nil
                    after.migratedPages = nil
                }
                threads += 1
                faults += after.privatePages.values.reduce(0, +) + after.sharedPages.values.reduce(0, +)
                let ours = published[tid]
                if ours != before, ours != after {
                    problems.append(
                        "thread \(tid) of \(pid): published \(ours.map { "\($0)" } ?? "nothing"), the kernel: \(after)")
                }
            }
        }
        if threads == 0 { problems.append("no thread was recorded") }
        if faults == 0 { problems.append("no ledger held any fault: the workloads were not balanced") }
        return CheckVerdict(compared: "\(threads) threads, \(faults) fault pages", problems: problems)
    }

    private static func ledger(_ thread: JSONValue) -> KernelFigures.Ledger {
        var ledger = KernelFigures.Ledger()
        ledger.preferredNode = thread.whole("preferred_node").map(Int.init) ?? -1
        ledger.groupID = thread.whole("numa_group_id").map(Int.init) ?? 0
        ledger.migratedPages = thread.whole("migrated_pages")
        ledger.privatePages = thread.byNode("private_pages_by_node")
        ledger.sharedPages = thread.byNode("shared_pages_by_node")
        return ledger
    }
}
