import DomainReports
import Exposition
import FixtureSupport
import LinuxSystem
import NUMATopology
import Snapshots
import Testing
import TextOutput

@testable import Commands

/// Hosts that cannot be read whole, that show somebody else's view, or whose files are cut: what the commands say of them.
@Suite struct HostCaseTests {
    // Four nodes of two CPUs each: by what tells them, how the figures are marked, and what the note names.
    @Test(
        "A machine of which a list is missing has the nodes that the rest of it shows",
        arguments: [
            ("nodes-no-online", "reconstructed", "node/online"), ("nodes-online-nul", "kernel", nil),
            ("cpumap-only", "reconstructed", "nodeN/cpumap"), ("links-only", "reconstructed", "cpuN/nodeM"),
        ] as [(String, String, String?)])
    func fourNodes(name: String, provenance: String, note: String?) async throws {
        let host = try CaseRoot(name)
        let nodes = try await host.nodes()
        let rows = nodes.nodes.map(\.totals)
        #expect(rows.map(\.id.rawValue) == [0, 1, 2, 3])
        #expect(rows.map { $0.cpus?.listText } == ["0-1", "2-3", "4-5", "6-7"])
        if name != "links-only" {
            #expect(rows.allSatisfy { $0.meminfoBytes("MemTotal") ?? 0 > 0 && $0.distances?.count == 4 })
            #expect(try host.numastat([]).text.contains("node3"))
        }
        #expect(try await host.json(.topology).contains(#""provenance":"\#(provenance)""#))
        let status = try await host.status()
        #expect(status.contains("4 nodes"))
        #expect(status.contains("\nNote ") == (note != nil))
        if let note { #expect(status.contains(note)) }
        let tree = DomainsCommand.show(host.root, format: .tree)
        #expect(tree.text.contains("NUMA"))
        #expect(tree.notes.contains { $0.contains(note ?? "CPUs of node") } == (note != nil))
    }

    @Test("Nodes told by maps have two levels of NUMA domains, as by lists")
    func domainsByMap() throws {
        let text = DomainsCommand.show(try CaseRoot("cpumap-only").root, format: .tree, cpus: [0]).text
        #expect(text.ranges(of: " NUMA (level").count == 2)
    }

    @Test("With nothing left that tells nodes, they are the packages, marked as assumed, or unknown: never one")
    func nodesUnknown() async throws {
        let links = (0..<8).map { "/sys/devices/system/cpu/cpu\($0)/node\($0 / 2)" }
        let base = try CaseRoot("links-only").root
        let packages = CaseRoot(ChangedRoot(base, hiding: links))
        #expect(try await packages.nodes().nodes.map { $0.totals.cpus?.listText } == ["0-1", "2-3", "4-5", "6-7"])
        #expect(try await packages.json(.nodes).contains(#""provenance":"assumed""#))
        let topology = (0..<8).map { "/sys/devices/system/cpu/cpu\($0)/topology" }
        let unknown = CaseRoot(
            ChangedRoot(base, hiding: links + topology, changing: ["/proc/vmstat": "numa_hit 1\n"]))
        #expect(try await unknown.status().contains("nodes unknown"))
        let failure = await #expect(throws: CommandFailure.self) { try await unknown.nodes() }
        #expect(failure?.status == .noInput)
        #expect(throws: CommandFailure.self) { try unknown.numastat([]) }
        #expect(
            DomainsCommand.show(unknown.root, format: .tree).notes.contains { $0.contains("which nodes there are") })
    }

    @Test("A root that shows nothing of a host is an error with exit status 66")
    func nothing() async throws {
        for root in [MemoryRoot(), MemoryRoot(files: ["/passwd": "root\n", "/proc/x": "", "/sys/y": ""])] {
            let failure = await #expect(throws: CommandFailure.self) { try await CaseRoot(root).status() }
            #expect(failure?.status == .noInput)
        }
        #expect(try await CaseRoot("wrong-root").nodes().nodes.map { $0.totals.cpus?.listText } == ["0-1", "2-3"])
    }

    @Test("Under LXCFS nodes have the CPUs of the host, threads a node, and the contradiction is said")
    func lxcfs() async throws {
        let host = try CaseRoot("lxcfs-online")
        let nodes = try await host.nodes()
        let rows = nodes.nodes.map(\.totals)
        #expect(rows.map { $0.cpus?.listText } == ["0-15", "16-31"])
        // The container's own /proc/stat numbers its CPUs anew.
        #expect(rows.allSatisfy { $0.busyShare == nil })
        let process = try await host.process()
        #expect(process?.threadsByNode.nodes == [NodeID(1)] && process?.threadsByNode[NodeID(1)] == 2)
        #expect(process?.allowedCPUNodes == [NodeID(1)])
        #expect(try await host.status().contains("says 0-1, but the nodes list CPUs 0-31"))
    }

    @Test("A thread whose last CPU went offline is counted, so that threads add up")
    func offline() async throws {
        let text = try await CaseRoot("cpu-went-offline").processes()
        #expect(text.contains(" 0:1 ?:1 "))
    }

    @Test("NUMA domains say that distances were not read, and no topology type is made of guesses")
    func distances() throws {
        let root = try CaseRoot("distance-missing").root
        let tree = DomainsCommand.show(root, format: .tree)
        #expect(tree.text.contains("distances not read") && !tree.text.contains("up to distance"))
        #expect(tree.notes.contains { $0.contains("nodeN/distance is not in the capture") })
        let json = DomainsCommand.show(root, format: .json).text
        #expect(!json.contains("topology_type") && !json.contains(#""distance":"#))
        #expect(json.contains(#""span": "assumed""#))
    }

    @Test("The kernel is the one of /proc/version where there is no release, for all commands")
    func kernel() async throws {
        let host = try CaseRoot("kernel-in-proc-version")
        #expect(DomainsCommand.show(host.root, format: .json).text.contains(#""kernel": "5.10.209""#))
        #expect(try await host.status().contains("kernel 5.10.0-28-amd64"))
        let unknown = CaseRoot(ChangedRoot(host.root, hiding: ["/proc/version"]))
        let json = DomainsCommand.show(unknown.root, format: .json)
        #expect(!json.text.contains(#""kernel": "#) && json.text.contains(#""assumed_kernel": "6.12""#))
        #expect(json.text.contains(#""name": "assumed""#) && json.text.contains(#""flags": "assumed""#))
        #expect(json.notes.contains { $0.contains("the kernel's release is unknown") })
        #expect(try await unknown.status().contains("kernel unknown"))
    }

    @Test("A numa_maps that is cut gives its whole lines and says so; one of which nothing is left is malformed")
    func cutNumaMaps() async throws {
        let host = try CaseRoot("numa-maps-cut")
        let process = try await host.process()
        #expect(process?.placement?.isCut == true)
        #expect(process?.placement?.bytes.nodes.isEmpty == false)
        let text = try await host.processes()
        #expect(text.contains(" (cut) ") && !text.contains("exited"))
        let table = try host.numastat(["-p", "500"])
        #expect(table.report.complaints.map(\.status) == [.badData])
        #expect(table.text.contains("PID 500"))
        let odd = CaseRoot(
            ChangedRoot(
                host.root, changing: ["/proc/500/numa_maps": "x\n7f00 default anon=2 N0=2 kernelpagesize_kB=4\ny\n"]))
        #expect(try await odd.processes().contains("0:8.0K (2 odd lines)"))
        let noise = CaseRoot(ChangedRoot(host.root, changing: ["/proc/500/numa_maps": "7f0"]))
        #expect(try await noise.processes().contains("- (malformed)"))
    }

    @Test("numastat -p NAME finds processes by name where the capture has no command lines, and says so")
    func pattern() throws {
        let host = try CaseRoot("numastat-pattern")
        let found = try host.numastat(["-p", "postgres"])
        #expect(found.text.contains("PID 500 (postgres)"))
        #expect(found.report.notes.contains { $0.contains("no command lines") })
        #expect(try host.numastat(["-p", "mysqld"]).text.contains("Found no processes containing pattern"))
        let lines = ChangedRoot(host.root, changing: ["/proc/500/cmdline": "/usr/bin/pg\0-D\0"])
        #expect(try CaseRoot(lines).numastat(["-p", "postgres"]).text.contains("Found no processes"))
    }

    @Test("What numastat lacks of a capture is said to be missing from the capture, not from the kernel")
    func missingOfCapture() throws {
        let host = try CaseRoot("numastat-pattern")
        let without = CaseRoot(ChangedRoot(host.root, hiding: ["/proc/500/numa_maps"]))
        let table = try without.numastat(["-p", "500"])
        #expect(table.report.complaints.map(\.message).first?.contains("the capture does not hold it") == true)
        let half = CaseRoot(ChangedRoot(host.root, hiding: ["/sys/devices/system/node/node1/numastat"]))
        let plain = try half.numastat([])
        #expect(plain.report.notes.contains { $0.contains("node1/numastat is not in the capture") })
        #expect(plain.text.split(separator: "\n").dropFirst().allSatisfy { $0.hasSuffix(" -") })
    }

    @Test("What the kernel shows of its domains is explained in sentences")
    func schedstat() throws {
        let shown = DomainsCommand.show(try CaseRoot("schedstat-wording").root, format: .tree)
        let notes = shown.notes
        // Of CPUs 2-3 the file says nothing: that is not that they have no domains.
        #expect(shown.text.contains("CPUs 2-3") && !shown.text.contains("no domain"))
        #expect(
            notes.contains("the kernel's domains end at CPUs 0-1: the host is read as if its CPUs were parted there"))
        #expect(notes.contains { $0.hasPrefix("/proc/schedstat: it has CPUs 0-1 of the online CPUs 0-3") })
        #expect(!notes.contains { $0.contains("likely partition") || $0.contains("host read ") })
    }

    @Test(
        "One odd or cut line costs that line, and is reported",
        arguments: [
            ("/sys/devices/system/node/node0/meminfo", "Node 0 MemTotal: 1024 kB\nNode 0 MemFree: 1x kB\nNode 0 Dirt"),
            ("/sys/devices/system/node/node0/numastat", "numa_hit 7\nnuma_miss\nnuma_foreign 1"),
            ("/proc/vmstat", "numa_hint_faults 7\nnuma_pte_updates -\nnuma_hint_faults_loc"),
            ("/proc/stat", "cpu 1 2 3 4\ncpu0 1 2 3 4\ncpu1 1 2 x 4\ncpu2 1 2 3 4\ncpu3 1 2 3 4\nctx"),
        ])
    func oddLines(path: String, text: String) async throws {
        let host = CaseRoot(ChangedRoot(try CaseRoot("wrong-root").root, changing: [path: text]))
        let nodes = try await host.nodes()
        let rows = nodes.nodes.map(\.totals)
        #expect(rows.count == 2)
        switch path.split(separator: "/").last {
        case "meminfo": #expect(rows[0].meminfoBytes("MemTotal") == 1 << 20 && rows[0].meminfoBytes("MemFree") == nil)
        case "numastat": #expect(rows[0].numastat == [.init(name: "numa_hit", value: 7)])
        case "vmstat": #expect(try await host.status().contains("7 faults since boot"))
        default: break
        }
        let notes = nodes.notes
        #expect(notes.contains { $0.kind == .damaged && $0.about == path && $0.text.contains("2 lines are left out") })
        #expect(try await host.doctor().contains("damaged  \(path)"))
    }

    @Test("A schedstat that is cut is compared as far as it goes")
    func cutSchedstat() throws {
        let zeros = String(repeating: " 0", count: 36)
        var text = "version 16\ntimestamp 1\n"
        for cpu in 0..<4 {
            text += "cpu\(cpu) 0 0 0 0 0 0 0 0 0\ndomain0 \(cpu < 2 ? "3" : "c")\(zeros)\ndomain1 f\(zeros)\n"
        }
        text.removeLast(20)
        let root = ChangedRoot(try CaseRoot("wrong-root").root, changing: ["/proc/schedstat": text])
        let output = DomainsCommand.show(root, format: .json)
        #expect(output.text.contains(#""spans_checked": true"#))
        #expect(output.text.contains(#""span": "observed""#))
        #expect(output.notes.contains { $0.hasPrefix("/proc/schedstat: ") && $0.contains("CPUs 3 are not compared") })
        #expect(!output.notes.contains { $0.contains("the kernel has") })
    }
}
