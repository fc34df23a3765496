import ArchiveFiles
import Exposition
import FixtureSupport
import Glibc
import LinuxSystem
import Snapshots
import Testing
import TextOutput

@testable import Commands

/// What `--root` takes, and what a table then shows.
@Suite("A captured root on the command line")
struct CapturedRootTests {
    /// A host of two nodes with two processes of one unit, as sosreport and hwloc-gather-topology would take it along.
    private static let files: [String: String] = {
        var files = [
            "proc/vmstat": "numa_hit 1\nnuma_pages_migrated 80\n",
            "proc/meminfo": "MemTotal: 2000000 kB\n",
            "proc/stat": "cpu  1 0 1 1 0 0 0 0 0 0\nbtime 1\n",
            "proc/sys/kernel/osrelease": "6.12.1\n",
            "proc/sys/kernel/numa_balancing": "1\n",
            "sys/devices/system/node/online": "0-1\n",
            "sys/devices/system/node/possible": "0-1\n",
            "sys/devices/system/cpu/online": "0-3\n",
            "sys/devices/system/cpu/possible": "0-3\n",
            "sys/devices/system/cpu/present": "0-3\n",
        ]
        for node in 0...1 {
            let directory = "sys/devices/system/node/node\(node)"
            files["\(directory)/cpulist"] = "\(2 * node)-\(2 * node + 1)\n"
            files["\(directory)/distance"] = node == 0 ? "10 20\n" : "20 10\n"
            files["\(directory)/meminfo"] = "Node \(node) MemTotal: 1000000 kB\nNode \(node) MemFree: 500000 kB\n"
            files["\(directory)/numastat"] = "numa_hit 1\nnuma_miss 0\n"
        }
        for pid in 500...501 {
            let zeros = Array(repeating: "0", count: 30).joined(separator: " ")
            files["proc/\(pid)/stat"] =
                "\(pid) (db) S 1 \(pid) \(pid) 0 -1 0 1 0 0 0 5 1 0 0 20 0 1 0 500 4096000 500 18446744073709551615 \(zeros)\n"
            files["proc/\(pid)/task/\(pid)/stat"] = files["proc/\(pid)/stat"]
            files["proc/\(pid)/status"] = "Name:\tdb\nUid:\t1000\t1000\t1000\t1000\nVmRSS:\t2000 kB\nThreads:\t1\n"
            files["proc/\(pid)/cgroup"] = "0::/system.slice/postgresql.service\n"
            let sched = """
                db (\(pid), #threads: 1)
                -------------------------------------------------------------------
                se.sum_exec_runtime                          :           150.934955
                mm->numa_scan_seq                            :                    5
                numa_pages_migrated                          :                   40
                numa_preferred_nid                           :                    0
                total_numa_faults                            :                  503
                current_node=0, numa_group_id=0
                numa_faults node=0 task_private=500 task_shared=0 group_private=0 group_shared=0
                numa_faults node=1 task_private=3 task_shared=0 group_private=0 group_shared=0

                """
            files["proc/\(pid)/sched"] = sched
            files["proc/\(pid)/task/\(pid)/sched"] = sched
        }
        return files
    }()

    private func archive(_ name: String, prefix: String, in directory: String) throws -> String {
        let path = "\(directory)/\(name)"
        let writer = try TarWriter(path: path)
        for (name, text) in Self.files.sorted(by: { $0.key < $1.key }) {
            try writer.addFile(prefix + name, Array(text.utf8))
        }
        try writer.finish()
        return path
    }

    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = try TemporaryDirectory.make()
        defer { _ = unsafe system("rm -rf '\(directory)'") }
        try await body(directory)
    }

    private func table(_ root: any HostRoot) async throws -> (nodes: NodesAnswer, groups: String, processes: String) {
        let source = LocalSource(root: root)
        let output = CommandOutput(widthLimit: nil, hasColour: false)
        return try await (
            source.record(.nodes), GroupsReport(source.record(.groups)).text(output),
            ProcessesReport(source.record(.processes)).text(output)
        )
    }

    @Test("MIGRATED of a group is the sum of what ps shows of its processes")
    func migrated() async throws {
        var root = MemoryRoot()
        for (path, text) in Self.files { root.addFile("/" + path, text: text) }
        let (_, groups, processes) = try await table(root)
        let group = try #require(groups.split(separator: "\n").first { $0.hasPrefix("postgresql.service") })
        #expect(group.split(separator: " ").last == "80", "\(groups)")
        let each = processes.split(separator: "\n").dropFirst().map { $0.split(separator: " ").last }
        #expect(each == ["40", "40"], "\(processes)")
        // What exited tasks had moved since a start is not known of a capture: absent, in JSON and in metrics.
        let source = LocalSource(root: root)
        let document = try #require(JSONValue(try await source.bytes(.groups)))
        let json = try #require(document["groups"]?.elements?.first)
        #expect(json["migrated_pages_total"] == nil)
        #expect(json["ledger"]?["migrated_pages"]?.number == 80)
        let metrics = String(decoding: try await source.metrics(.prometheus), as: UTF8.self)
        #expect(metrics.contains("numawatch_group_resident_bytes{"))
        #expect(!metrics.contains("numawatch_group_migrated_pages_total{"))
    }

    @Test(
        "an archive of any compression and layout shows the host's nodes",
        arguments: ["a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2", "a.tar.zst"],
        ["", "root/", "sosreport-db1-2026/", "case/root/"])
    func archives(_ name: String, _ prefix: String) async throws {
        try await withDirectory { directory in
            let root = try HostRoots.open(try archive(name, prefix: prefix, in: directory))
            #expect(try await table(root).nodes.nodes.count == 2)
        }
    }

    @Test("a directory with one top directory shows the host's nodes")
    func directory() async throws {
        try await withDirectory { directory in
            let path = try archive("a.tar", prefix: "report-db1/", in: directory)
            #expect(unsafe system("mkdir '\(directory)/out' && tar xf '\(path)' -C '\(directory)/out'") == 0)
            #expect(try await table(HostRoots.open("\(directory)/out")).nodes.nodes.count == 2)
        }
    }

    @Test(
        "what holds no host is refused with a status and a sentence, never shown as an empty table",
        arguments: [
            ("mkdir w", Commands.ExitStatus.noInput, "holds no /proc and no /sys"),
            ("mkdir -p w/proc w/sys", .noInput, "holds no /proc and no /sys"),
            ("mkdir -p w/etc && touch w/passwd", .noInput, "holds no /proc and no /sys"),
            ("touch p && tar cf w p", .noInput, "holds no /proc and no /sys"),
            ("head -c 5000 /dev/urandom | tr '\\000' 'x' > w", .badData, "gzip, xz, bzip2 or zstd"),
            ("mkdir -p a/proc b/proc && touch a/proc/x b/proc/x && tar cf w a b", .badData, "several machines"),
            ("truncate -s 65M proc && mkdir d && mv proc d/proc && tar czf w d", .badData, "more than 64 MiB"),
            ("true", .noInput, "No such file or directory"),
        ])
    func refused(_ command: String, _ status: Commands.ExitStatus, _ words: String) async throws {
        try await withDirectory { directory in
            #expect(unsafe system("cd '\(directory)' && \(command)") == 0)
            let failure = #expect(throws: CommandFailure.self) { try HostRoots.open("\(directory)/w") }
            #expect(failure?.status == status)
            #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "")")
        }
    }
}
