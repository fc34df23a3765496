import Exposition
import FixtureSupport
import LinuxSystem
import NUMATopology
import Snapshots
import Testing

@testable import Commands

/// Small hosts whose groups used to be answered wrongly: see `Fixtures/README.md`.
struct GroupCaseTests {
    private func groups(_ name: String) async throws -> GroupsAnswer {
        let root = try HostRoots.open("\(Fixture.directory)/cases/\(name).tar.xz")
        return try await LocalSource(root: root).record(.groups)
    }

    @Test(arguments: [
        ("slurm-v2", ["slurm-job-42": 2, "slurm-job-43": 1, "slurm-job-44": 1]),
        ("lxc-ns", ["lxc-101": 2, "lxc-102": 1, "lxc-web_1": 1]),
    ])
    func `a group is what people run`(name: String, expected: [String: Int]) async throws {
        let groups = try await groups(name).groups
        #expect(Dictionary(uniqueKeysWithValues: groups.map { ($0.name, $0.pids.count) }) == expected)
    }

    @Test func `what forty processes share counts once`() async throws {
        let document = try await groups("shared-memory-counted-per-process")
        let group = try #require(document.groups.first)
        #expect(document.groups.map(\.name) == ["postgresql.service"])
        #expect(group.bytes != nil && group.memoryProvenance == .kernel)
        let table = GroupsReport(document).text(CommandOutput(widthLimit: nil, hasColour: false))
        #expect(table.contains("  0:7.8G 1:380M  "))
        #expect(table.contains("  8.2G  "))
        #expect(!table.contains("*"))
    }

    @Test func `the same counts once where there is no account of the cgroup`() async throws {
        let archive = try HostRoots.open("\(Fixture.directory)/cases/shared-memory-counted-per-process.tar.xz")
        let root = try WithoutCgroups(archive)
        let document = try await LocalSource(root: root.root).record(.groups)
        let group = try #require(document.groups.first)
        // The 40 times 1,000 pages of their own, and the segment.
        #expect(group.bytes?[NodeID(0)] == 8_192_000_000 + 163_840_000 && group.bytes?[NodeID(1)] == 397_934_592)
        #expect(group.memoryProvenance == .reconstructed)
        #expect(group.currentBytes == nil)
    }

    @Test func `a snapshot of processes takes the accounts of their cgroups and the names along`() throws {
        let archive = try HostRoots.open("\(Fixture.directory)/cases/shared-memory-counted-per-process.tar.xz")
        var root = try WithoutCgroups(archive).root
        root.addFile("/proc/mounts", text: "cgroup2 /cg cgroup2 rw 0 0\n")
        let taken = [
            "/cg/system.slice/postgresql.service/memory.numa_stat",
            "/cg/system.slice/postgresql.service/memory.current",
            "/etc/numawatch/names.d/pods.map",
        ]
        for path in taken + ["/cg/system.slice/other.service/memory.current", "/etc/numawatch/names.d/readme"] {
            root.addFile(path, text: "1\n")
        }
        let files = ProcessCapture(root, includesPlacement: false).files.keys
        #expect(files.filter { !$0.hasPrefix("/proc/") }.sorted() == taken.sorted())
    }

    /// The processes of a host without its cgroup files.
    private struct WithoutCgroups {
        var root = MemoryRoot()

        init(_ host: any HostRoot) throws {
            var processes: [Int32] = []
            try host.processIDs(into: &processes)
            for pid in processes {
                for name in ["stat", "status", "cgroup", "numa_maps", "task/\(pid)/stat", "task/\(pid)/sched"] {
                    root.addFile("/proc/\(pid)/\(name)", try host.readBytes("/proc/\(pid)/\(name)"))
                }
            }
        }
    }
}
