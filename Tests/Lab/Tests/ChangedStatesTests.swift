import FixtureSupport
import NUMATopology
import Testing

@testable import Lab

/// Judging of a machine that changes, on a recording made up: two nodes of one CPU, of which the second goes.
@Suite struct ChangedStatesTests {
    /// The files of a state, by their path below `hotplug/`.
    ///
    /// - Parameters:
    ///   - seconds: What the clock and the counters say.
    ///   - log: The kernel's log up to here.
    private static func state(
        _ name: String, seconds: Int, isWhole: Bool, log: String, events: String
    ) -> [String: String] {
        let domains = isWhole ? [pair(0, 1), pair(1, 0)] : ["[]"]
        let cpus = domains.enumerated().map { #"{"cpu":\#($0.offset),"domains":\#($0.element)}"# }
        var files = [
            "log": log, "command": log, "events": events,
            "published/domains.json": #"""
            {"cpus_online":"\#(isWhole ? "0-1" : "0")","partitions":[{"cpus":"\#(isWhole ? "0-1" : "0")"}],
            "cpus":[\#(cpus.joined(separator: ","))]}
            """#,
            "published/topology.json": #"{"online_cpus":"\#(isWhole ? "0-1" : "0")"}"#,
            "published/status.json": #"{"vmstat":{"counters":{"numa_hint_faults":\#(seconds)}}}"#,
            "published/nodes.json": #"""
            {"nodes":[{"numa_node":0,"cpus":"0","busy_ratio":0.5,"numastat_pages":{"numa_hit":5}},
            {"numa_node":1,"cpus":"\#(isWhole ? "1" : "")",\#(isWhole ? #""busy_ratio":1,"# : "")
            "numastat_pages":{"numa_hit":5}}]}
            """#,
            "published/metrics": """
            # HELP numawatch_domain_generation …
            numawatch_domain_generation \(isWhole ? 1 : 2)
            numawatch_domain_partitions 1
            numawatch_domain_disagreements{check="span"} 0
            numawatch_node_cpu_seconds_total{numa_node="0"} \(seconds)
            numawatch_node_cpu_seconds_total{numa_node="1"} 10
            numawatch_group_cpu_seconds_total{group="hotplug-pinned.service",numa_node="0"} \(seconds)
            numawatch_group_cpu_seconds_total{group="hotplug-common.service",numa_node="0"} \(seconds)
            numawatch_group_cpu_seconds_total{group="other.service",numa_node="0"} 3
            numawatch_group_migrated_pages_total{group="hotplug-pinned.service"} 7
            numawatch_group_migrated_pages_total{group="hotplug-common.service"} 7

            """,
        ]
        for side in ["before", "after"] {
            files["\(side)/proc/uptime"] = "\(seconds).00 1.00\n"
            // Half of it user, half system time.
            files["\(side)/proc/stat"] = "cpu  \(seconds * 50 + 1000) 0 \(seconds * 50) 9 0 0 0 0 0 0\ncpu0 1\n"
            files["\(side)/proc/vmstat"] = "numa_hint_faults \(seconds)\n"
            files["\(side)/sys/devices/system/cpu/online"] = isWhole ? "0-1\n" : "0\n"
            for (node, cpu) in [(0, "0"), (1, isWhole ? "1" : "")] {
                files["\(side)/sys/devices/system/node/node\(node)/cpulist"] = cpu + "\n"
                files["\(side)/sys/devices/system/node/node\(node)/numastat"] = "numa_hit 5\n"
            }
        }
        for pid in [10, 20] {
            files["published/process-\(pid).json"] = #"{"threads":[{"tid":\#(pid),"cpu":0,"migrated_pages":7}]}"#
            for side in ["before", "after"] {
                files["\(side)/proc/\(pid)/task/\(pid)/sched"] = "numa_pages_migrated   :   7\n"
            }
        }
        for cpu in isWhole ? [0, 1] : [] {
            let directory = "before/sys/kernel/debug/sched/domains/cpu\(cpu)/domain0"
            files["\(directory)/flags"] = "SD_BALANCE_EXEC SD_NUMA \n"
            for name in ["busy_factor", "imbalance_pct", "cache_nice_tries"] { files["\(directory)/\(name)"] = "16\n" }
        }
        return Dictionary(uniqueKeysWithValues: files.map { ("\(name)/\($0.key)", $0.value) })
    }

    private static func pair(_ own: Int, _ other: Int) -> String {
        #"""
        [{"name":"NUMA","span":"0-1","flags":["SD_BALANCE_EXEC","SD_NUMA"],"busy_factor":16,"imbalance_pct":16,
        "cache_nice_tries":16,"groups":[{"id":\#(own),"span":"\#(own)","balance_mask":"\#(own)"},
        {"id":\#(other),"span":"\#(other)","balance_mask":"\#(other)"}]}]
        """#
    }

    private static let built = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=NUMA
          groups: 0:{ span=0 }, 1:{ span=1 }
        CPU1 attaching sched-domain(s):
         domain-0: span=0-1 level=NUMA
          groups: 1:{ span=1 }, 0:{ span=0 }
        root domain span: 0-1

        """
    private static let gone = """
        CPU0 attaching NULL sched-domain.
        CPU1 attaching NULL sched-domain.
        root domain span: 0

        """
    private static let event = #"{"type":"event","kind":"topology-changed"}"# + "\n"

    /// Judges both states, with the files changed by a test.
    private func verdict(_ change: (inout [String: String]) -> Void = { _ in }) async throws -> CheckVerdict {
        var files = Self.state("all-on", seconds: 10, isWhole: true, log: Self.built, events: "")
        files.merge(
            Self.state("node-off", seconds: 20, isWhole: false, log: Self.built + Self.gone, events: Self.event)
        ) { $1 }
        change(&files)
        let directory = try TemporaryDirectory.make()
        var places = ["steps/daemon-hotplug/status": "0\n"]
        for (path, text) in files { places[path == "dmesg" ? path : "files/hotplug/\(path)"] = text }
        for (name, pid) in [("hotplug-pinned", 10), ("hotplug-common", 20)] {
            places["files/workloads/\(name)"] = "start name=\(name) pid=\(pid)\nready\n"
        }
        try await HostFiles.makeDirectories(
            Set(places.keys.map { "\(directory)/" + $0.split(separator: "/").dropLast().joined(separator: "/") }))
        for (place, text) in places { try HostFiles.write(Array(text.utf8), to: "\(directory)/\(place)") }
        var topology = LabTopology(name: "two")
        topology.sockets = 2
        topology.nodes = [.init(cpus: [0], memoryMiB: 256), .init(cpus: [1], memoryMiB: 256)]
        let result = Result { () throws(LabFailure) in
            var states = ChangedStates(
                "hotplug", step: "daemon-hotplug", GuestResult(directory: directory), topology)
            return try states.judge([
                .init(name: "all-on"), .init(name: "node-off", told: ["topology-changed"], untold: ["domains-changed"]),
            ])
        }
        try await HostFiles.remove(directory)
        return try result.get()
    }

    /// A kernel on which threads begin with their parents' counts: what they have in common with it is not published.
    private static func inherit(_ files: inout [String: String], counter: Int, publishes: Bool = false) {
        files["dmesg"] = "Linux version 5.10.0-46-amd64 (debian-kernel@lists.debian.org)\n"
        for (path, text) in files where path.contains("/published/") {
            let new = text.replacing(".service\"} 7\n", with: ".service\"} \(counter)\n")
            files[path] = publishes ? new : new.replacing(#","migrated_pages":7"#, with: "")
        }
    }

    @Test("Where threads inherit their parents' counts, theirs are not published, and a unit counts no more than them")
    func inherited() async throws {
        #expect(try await verdict { Self.inherit(&$0, counter: 3) }.problems == [])
        #expect(try await verdict { Self.inherit(&$0, counter: 8) }.problems.contains { $0.contains("unit's counter") })
        let published = try await verdict { Self.inherit(&$0, counter: 3, publishes: true) }
        #expect(published.problems.contains { $0.contains("of which some are inherited") })
    }

    @Test("States that follow the kernel pass, and the figures say what was compared")
    func right() async throws {
        let verdict = try await verdict()
        #expect(verdict.problems == [])
        #expect(verdict.compared == "2 states, 2 domains, 13 counters, 4 threads, 1 events")
    }

    @Test(
        "What does not follow the kernel fails, and says in which state",
        arguments: [
            ("all-on/published/domains.json", #""span":"1""#, #""span":"0-1""#, "all-on: published, CPU 0"),
            ("all-on/before/sys/kernel/debug/sched/domains/cpu1/domain0/flags", "SD_NUMA", "", "domain0/flags"),
            ("node-off/published/domains.json", #"online":"0""#, #"online":"0-1""#, "node-off: CPUs 0 are online"),
            ("node-off/published/topology.json", "0", "0-1", "0-1 in the topology"),
            ("node-off/published/nodes.json", #""cpus":"""#, #""cpus":"1""#, "node 1: published CPUs"),
            ("node-off/command", gone, "", "by numawatch domains, CPU 0"),
            ("node-off/log", "root domain span: 0\n", "", "has 0 partitions"),
            ("node-off/events", event, "", "no event topology-changed"),
            ("node-off/events", "topology", "domains", "nothing happened for"),
            ("node-off/published/status.json", "20", "21", "published numa_hint_faults 21"),
            ("node-off/published/metrics", "{check=\"span\"} 0", "{check=\"span\"} 2", "disagreements"),
            ("node-off/published/metrics", "generation 2", "generation 1", "generation is 1"),
            ("node-off/published/metrics", "{numa_node=\"1\"} 10", "{numa_node=\"1\"} 9", "fell from 10.0 to 9.0"),
            ("node-off/published/metrics", "\"0\"} 3", "\"0\"} 2", "fell from 3.0 to 2.0"),
            ("node-off/published/metrics", "{numa_node=\"0\"} 20", "{numa_node=\"0\"} 21", "grew by 11.0 in 10.0 s"),
            ("node-off/published/metrics", "{numa_node=\"0\"} 20", "{numa_node=\"0\"} 25", "adds up to 35.0 s"),
            ("node-off/published/metrics", "pinned.service\"} 7", "pinned.service\"} 8", "says 8.0 migrated pages"),
            ("node-off/published/metrics", "\"0\"} 20", "\"0\"} 10", "its CPU time stands at 10.0 s"),
            ("node-off/published/process-10.json", #""cpu":0"#, #""cpu":1"#, "on CPU 1, which is offline"),
            ("node-off/published/process-10.json", "pages\":7", "pages\":8", "published 8 migrated pages"),
            ("node-off/published/process-10.json", #""tid":10"#, #""tid":11"#, "the thread 10 is not published"),
        ])
    func wrong(_ file: String, _ text: String, _ other: String, _ message: String) async throws {
        let verdict = try await verdict { files in
            #expect(files[file]?.contains(text) == true)
            files[file] = files[file]?.replacing(text, with: other)
        }
        let problems = verdict.problems.joined(separator: "\n")
        #expect(problems.contains(message), "\(problems)")
    }

    @Test("Kernels before 5.13 show their domains as sysctls: these are compared in the same way")
    func sysctls() async throws {
        func moved(_ files: inout [String: String]) {
            for (path, text) in files where path.contains("/sys/kernel/debug/sched/domains/") {
                files[path] = nil
                files[path.replacing("/sys/kernel/debug/sched/domains/", with: "/proc/sys/kernel/sched_domain/")] = text
            }
        }
        #expect(try await verdict(moved).problems == [])
        let wrong = try await verdict { files in
            moved(&files)
            files["all-on/before/proc/sys/kernel/sched_domain/cpu1/domain0/busy_factor"] = "17\n"
        }
        #expect(wrong.problems.contains { $0.contains("sched_domain/cpu1/domain0/busy_factor: 17") })
    }

    @Test("What was not recorded is an error that names it")
    func missing() async {
        await #expect {
            _ = try await verdict { $0["node-off/published/nodes.json"] = nil }
        } throws: { error in
            "\(error)".contains("the document nodes was not recorded")
        }
    }

    @Test("Machines that are changed already, or too small, are not changed")
    func obstacles() throws {
        for (name, isFitting) in [
            ("2-nodes", true), ("3-line", true), ("1-node", false), ("offline", false), ("isolcpus", false),
            ("not-verbose", false), ("uneven", false),
        ] {
            let obstacle = ChangedStates.obstacle(on: try TopologyFile.load(name))
            #expect((obstacle == nil) == isFitting, "\(name): \(obstacle ?? "fits")")
        }
    }
}
