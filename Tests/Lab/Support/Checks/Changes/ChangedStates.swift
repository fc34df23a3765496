import FixtureSupport
import NUMATopology
import SchedDomains
import TextOutput

/// States of a machine that changes while the daemon runs, each judged by what the kernel said of it in its moment, and
/// by the state before: changes are told of, and counters go on as if nothing had happened.
struct ChangedStates {
    /// One state, and how it came about.
    struct State {
        var name: String
        /// Kinds of events that must have come since the state before.
        var told: [String] = []
        /// Kinds that must not.
        var untold: [String] = []
    }

    /// Kinds that no change excuses.
    private static let failures = ["domains-disagree", "round-failed", "failed", "source-missing"]
    /// `hotplug`, `partition`: the directory of the states, and the check's name.
    let name: String
    let step: String
    let result: GuestResult
    let topology: LabTopology
    /// The workloads that go on all the while.
    private let workloads: [String]
    private var problems: [String] = []
    private var domains = 0
    private var counters = 0
    private var moving = 0
    private var threads = 0
    private var events = 0

    init(_ name: String, step: String, _ result: GuestResult, _ topology: LabTopology) {
        self.name = name
        self.step = step
        self.result = result
        self.topology = topology
        workloads = ["\(name)-pinned", "\(name)-common"]
    }

    /// Why a machine is not changed: it is not whole to begin with, or has nothing to compare with.
    static func obstacle(on topology: LabTopology) -> String? {
        if topology.nodes.count(where: { !$0.cpus.isEmpty }) < 2 { return "fewer than two nodes have CPUs" }
        if !topology.preparation.allSatisfy({ $0.hasPrefix("mount ") }) || !topology.bootArguments.isEmpty {
            return "the machine is changed already"
        }
        if topology.omittedBootArguments.contains("sched_verbose") {
            return "without sched_verbose the kernel prints no domains to compare with"
        }
        return DaemonSteps.obstacle(on: topology)
    }

    /// Judges the states, in their order.
    mutating func judge(_ states: [State]) throws(LabFailure) -> CheckVerdict {
        var earlier: Recording?
        for state in states {
            let recording = try Recording(result, "\(name)/\(state.name)", step: step)
            let first = problems.count
            try compareDomains(recording)
            try compareCounters(recording)
            try compareThreads(recording)
            if let earlier {
                compareEvents(state, recording, earlier)
                comparePast(recording, earlier)
            }
            for index in first..<problems.count { problems[index] = "\(state.name): \(problems[index])" }
            earlier = recording
        }
        return CheckVerdict(
            compared: "\(states.count) states, \(domains) domains, \(counters) counters, \(threads) threads, "
                + "\(events) events",
            problems: problems)
    }

    // MARK: The moment

    private mutating func compareDomains(_ recording: Recording) throws(LabFailure) {
        let published = PublishedDomains(try recording.published("domains"))
        var damaged: CPUSet = []
        let kernel = KernelDump(parsing: text("log", of: recording), damaged: &damaged)
        if !damaged.isEmpty { problems.append("the kernel's dump of CPUs \(damaged.listText) is damaged") }
        if kernel.blocks.isEmpty { problems.append("the kernel printed no domains: was it booted with sched_verbose?") }
        domains += published.domainCount
        problems += published.differences(from: kernel)
        problems += published.differences(fromShown: recording)
        problems += DumpComparison.differences(
            KernelDump(parsing: text("command", of: recording)), kernel, "by numawatch domains")
        let disagreements = recording.samples("numawatch_domain_disagreements").filter { $0.value != 0 }
        for sample in disagreements { problems.append("disagreements\(sample.labels): \(sample.value)") }
        let partitions = recording.samples("numawatch_domain_partitions").first?.value
        if partitions != Double(kernel.roots.count) {
            problems.append(
                "the kernel has \(kernel.roots.count) partitions, the metric says "
                    + (partitions.map { "\($0)" } ?? "nothing"))
        }
        let online = recording.kernel(.before, "/sys/devices/system/cpu/online").map { String($0.dropLast()) }
        let topology = try recording.published("topology")["online_cpus"]?.text
        if published.online != online || topology != online {
            problems.append(
                "CPUs \(online ?? "?") are online, published are \(published.online) with the domains and "
                    + "\(topology ?? "none") in the topology")
        }
    }

    private mutating func compareCounters(_ recording: Recording) throws(LabFailure) {
        let vmstat = try recording.published("status")["vmstat"]?["counters"]?.members ?? [:]
        CountersCheck.compare(vmstat, of: "/proc/vmstat", in: recording, &counters, &moving, &problems)
        var nodes = 0
        for node in try recording.published("nodes")["nodes"]?.elements ?? [] {
            guard let number = node.whole("numa_node") else { continue }
            nodes += 1
            let path = "/sys/devices/system/node/node\(number)"
            CountersCheck.compare(
                node["numastat_pages"]?.members ?? [:], of: "\(path)/numastat", in: recording, &counters, &moving,
                &problems)
            let cpus = recording.kernel(.before, "\(path)/cpulist").map { String($0.dropLast()) }
            if node["cpus"]?.text != cpus {
                problems.append(
                    "node \(number): published CPUs \(node["cpus"] ?? .null), the kernel's: \(cpus ?? "none")")
            }
            let share = node["busy_ratio"]?.number
            if let share, !(0...1).contains(share) { problems.append("node \(number): busy_ratio is \(share)") }
            if let cpus, cpus.isEmpty != (share == nil) {
                problems.append(
                    "node \(number) with CPUs “\(cpus)”: busy_ratio is \(share.map { "\($0)" } ?? "absent")")
            }
        }
        if nodes != topology.nodes.count { problems.append("\(nodes) nodes of \(topology.nodes.count) are published") }
        compareCPUTime(recording)
    }

    /// The first line of `/proc/stat` counts offline CPUs too. What those that are gone did last, the daemon may not have
    /// seen; of the others it has each figure, cut to a hundredth of a second.
    private mutating func compareCPUTime(_ recording: Recording) {
        guard let before = recording.kernel(.before, "/proc/stat").flatMap(KernelFigures.busySeconds),
            let after = recording.kernel(.after, "/proc/stat").flatMap(KernelFigures.busySeconds)
        else {
            problems.append("/proc/stat was not recorded")
            return
        }
        let published = MetricsText(recording.metrics).sum("numawatch_node_cpu_seconds_total")
        let online = recording.kernel(.before, "/sys/devices/system/cpu/online").map { String($0.dropLast()) }
        let isComplete = online == CPUSet(0..<topology.cpuCount).listText
        let cut = 0.06 * Double(topology.cpuCount)
        if published > after + cut || isComplete && published < before - cut {
            problems.append(
                "the nodes' CPU time adds up to \(published) s, the kernel's: \(isComplete ? before : 0) to \(after) s")
        }
    }

    private mutating func compareThreads(_ recording: Recording) throws(LabFailure) {
        let online =
            recording.kernel(.before, "/sys/devices/system/cpu/online")
            .flatMap { CPUSet(kernelList: $0.dropLast()) } ?? []
        let lines = WorkloadLines(result)
        let metrics = MetricsText(recording.metrics)
        let isInherited = result.series?.inheritsMigratedPages == true
        for name in workloads {
            var lowest: UInt64 = 0
            var highest: UInt64 = 0
            for pid in lines[name].map(\.pid) {
                let published = try recording.published("process-\(pid)")["threads"]?.elements ?? []
                for tid in recording.threads(of: pid) {
                    let path = "/proc/\(pid)/task/\(tid)/sched"
                    guard let before = recording.kernel(.before, path).flatMap(KernelFigures.ledger),
                        let after = recording.kernel(.after, path).flatMap(KernelFigures.ledger),
                        let thread = published.first(where: { $0.whole("tid") == UInt64(tid) })
                    else {
                        problems.append("\(name): the thread \(tid) is not published, or \(path) was not recorded")
                        continue
                    }
                    threads += 1
                    let (least, most) = (before.migratedPages ?? 0, after.migratedPages ?? 0)
                    highest += most
                    // Where they are inherited, its own are not to be told, and its unit counts what is new.
                    if !isInherited { lowest += least }
                    let pages = thread.whole("migrated_pages")
                    let isRight = isInherited ? pages == nil : pages.map { $0 >= least && $0 <= most } ?? false
                    if !isRight {
                        problems.append(
                            "\(name), thread \(tid): published \(pages.map(String.init) ?? "no") migrated pages, "
                                + "the kernel's: \(least) to \(most)"
                                + (isInherited ? ", of which some are inherited" : ""))
                    }
                    // A thread that sleeps stays where it was until it wakes, by the kernel's own word.
                    let seen = Recording.Side.allCases.compactMap { side in
                        recording.kernel(side, "/proc/\(pid)/task/\(tid)/stat").flatMap(KernelFigures.cpu)
                    }
                    if let cpu = thread.whole("cpu").map(Int.init), !online.contains(cpu), !seen.contains(cpu) {
                        problems.append("\(name), thread \(tid): published on CPU \(cpu), which is offline")
                    }
                }
            }
            if lowest > highest || threads == 0 { problems.append("\(name): no thread was recorded") }
            let counter = metrics["numawatch_group_migrated_pages_total{group=\"\(name).service\"}"]
            if !(Double(lowest)...Double(max(lowest, highest))).contains(counter ?? -1) {
                problems.append(
                    "\(name): its unit's counter says \(counter.map { "\($0)" } ?? "nothing") migrated pages, its "
                        + "threads \(lowest) to \(highest)")
            }
        }
    }

    // MARK: The past

    private mutating func compareEvents(_ state: State, _ recording: Recording, _ earlier: Recording) {
        let new = text("events", of: recording).split(separator: "\n")
            .dropFirst(text("events", of: earlier).split(separator: "\n").count)
        func told(_ kind: String) -> [Substring] { new.filter { $0.contains("\"kind\":\"\(kind)\"") } }
        events += new.count
        for kind in state.told where told(kind).isEmpty { problems.append("no event \(kind) tells of it") }
        for kind in state.untold + Self.failures {
            for event in told(kind) { problems.append("an event that nothing happened for: \(event)") }
        }
        let generation = recording.samples("numawatch_domain_generation").first?.value ?? 0
        let before = earlier.samples("numawatch_domain_generation").first?.value ?? 0
        if generation <= before {
            problems.append("the domains' generation is \(generation), it was \(before)")
        }
    }

    /// What is counted goes on, and no faster than time does.
    private mutating func comparePast(_ recording: Recording, _ earlier: Recording) {
        let now = MetricsText(recording.metrics)
        let past = MetricsText(earlier.metrics)
        let fallen = now.fallen(since: past)
        counters += fallen.compared
        problems += fallen.problems
        func uptime(_ recording: Recording, _ side: Recording.Side) -> Double {
            recording.kernel(side, "/proc/uptime")?.split(separator: " ").first.flatMap { Double($0) } ?? 0
        }
        let elapsed = uptime(recording, .after) - uptime(earlier, .before)
        for (number, node) in topology.nodes.enumerated() where !node.cpus.isEmpty {
            let series = "numawatch_node_cpu_seconds_total{numa_node=\"\(number)\"}"
            guard let before = past[series], let after = now[series] else {
                problems.append("\(series) is not published")
                continue
            }
            let most = elapsed * Double(node.cpus.count)
            if after - before > most {
                problems.append("\(series) grew by \(after - before) in \(elapsed) s, which is \(most) at most")
            }
        }
        for name in workloads {
            let labels = "group=\"\(name).service\""
            let family = "numawatch_group_cpu_seconds_total"
            if now.sum(family, labels) <= past.sum(family, labels) {
                problems.append("\(name): its CPU time stands at \(now.sum(family, labels)) s")
            }
        }
    }

    private func text(_ file: String, of recording: Recording) -> String {
        String(decoding: result.file("\(recording.name)/\(file)") ?? [], as: UTF8.self)
    }
}
