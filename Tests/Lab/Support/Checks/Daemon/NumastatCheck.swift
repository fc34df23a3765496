/// `numawatch numastat -p` beside numactl's own `numastat -p`, of processes that stand still.
package struct NumastatCheck: LabCheck {
    package let name = "numastat"
    package let summary = "numawatch numastat -p prints what numactl's numastat prints of stopped processes"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.obstacle(on: topology)
    }

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [DaemonSteps.start, DaemonSteps.work, DaemonSteps.moving, DaemonSteps.still]
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "still", step: DaemonSteps.still.name)
        let directory = "\(recording.name)/numastat"
        var problems: [String] = []
        var compared = 0
        for name in HostFiles.names(in: "\(result.directory)/files/\(directory)") where name.hasSuffix(".theirs") {
            let pid = name.dropLast(".theirs".count)
            func table(_ suffix: String) -> String {
                String(decoding: result.file("\(directory)/\(pid)\(suffix)") ?? [], as: UTF8.self)
            }
            compared += 1
            if !table(".theirs").contains("Total") { problems.append("numastat printed no table of \(pid)") }
            if table(".ours") != table(".theirs") {
                problems.append("process \(pid):\nours:\n\(table(".ours"))\ntheirs:\n\(table(".theirs"))")
            }
        }
        if compared == 0 { problems.append("no table was recorded") }
        return CheckVerdict(compared: "\(compared) tables", problems: problems)
    }
}
