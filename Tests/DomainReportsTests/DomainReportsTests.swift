import DomainReports
import HostReading
import LinuxSystem
import NUMATopology
import SchedDomains
import SystemPackage
import Testing

/// The commands around domains, apart from the parsing of arguments.
@Suite struct DomainReportsTests {
    private static let shape = SyntheticTopology.make(nodes: 2, coresPerNode: 2, threads: 2)
    private static let root = SyntheticRoot.make(shape)

    @Test("Every format shows something, and the kernel's is the kernel's", arguments: DomainsCommand.Format.allCases)
    func formats(_ format: DomainsCommand.Format) {
        let output = DomainsCommand.show(Self.root, format: format)
        #expect(output.isSuccess)
        #expect(output.notes == [])
        #expect(output.text.hasSuffix("\n"))
        if format == .kernel {
            #expect(output.text == KernelDump(DomainDerivation.derive(Self.shape.input)).text)
        }
    }

    @Test("A choice of CPUs limits what is shown")
    func chosenCPUs() {
        let text = DomainsCommand.show(Self.root, format: .kernel, cpus: [5]).text
        #expect(text.hasPrefix("CPU5 attaching"))
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("CPU") }.count == 1)
    }

    @Test("JSON names every part and its source")
    func json() {
        let text = DomainsCommand.show(Self.root, format: .json, cpus: [0]).text
        for part in [
            #""kernel": "6.12""#, #""topology_type": "direct""#, #""name": "SMT""#, #""span": "0-1""#,
            #""imb_numa_nr": 1"#, #""balance_mask": "0-3""#, #""nominal_capacity": 4096"#, #""groups": "derived""#,
            #""disagreements": []"#, #""llc_cpus": 4"#,
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains(#""cpu": 1,"#))
    }

    @Test("A root without CPUs is no success, and the notes say what is missing")
    func emptyRoot() {
        let output = DomainsCommand.show(MemoryRoot(), format: .tree)
        #expect(!output.isSuccess)
        #expect(output.notes.contains { $0.hasPrefix("/sys/devices/system/cpu/online: ") })
    }

    @Test("A disagreement with the kernel is a note")
    func disagreement() {
        var root = Self.root
        let zeros = String(repeating: " 0", count: 36)
        var text = "version 16\ntimestamp 1\n"
        for cpu in 0..<8 {
            text += "cpu\(cpu) 0 0 0 0 0 0 0 0 0\ndomain0 \(cpu < 4 ? "0f" : "f0")\(zeros)\n"
        }
        root.addFile("/proc/schedstat", text: text)
        let output = DomainsCommand.show(root, format: .kernel)
        #expect(
            output.notes.contains { $0.hasPrefix("CPUs 0-1: spans: the kernel has 0-3, derived are 0-1 < 0-3 < 0-7; ") }
        )
    }

    @Test("A diff of equal roots is a success without text; of others it is not")
    func diff() {
        let same = DomainsCommand.diff(Self.root, Self.root)
        #expect(same.isSuccess && same.text.isEmpty)
        var other = Self.root
        other.addFile("/sys/devices/system/cpu/isolated", text: "7\n")
        let changed = DomainsCommand.diff(Self.root, other)
        #expect(!changed.isSuccess)
        #expect(changed.text.contains("- partition 0-7\n+ partition 0-6\n"))
    }

    @Test("A capture holds what the commands read, and reading it gives the same domains")
    func capture() {
        let capture = HostCapture(Self.root)
        var root = MemoryRoot()
        for (path, content) in capture.members {
            switch content {
            case .file(let bytes): root.addFile(path, bytes)
            case .link(let target): root.addLink(path, target: target)
            }
        }
        #expect(capture.failures == [])
        #expect(DomainsCommand.diff(Self.root, root).isSuccess)
        #expect(DomainsCommand.show(root, format: .kernel).text == DomainsCommand.show(Self.root, format: .kernel).text)
    }

    @Test("A capture holds what a replay reads of the machine: the limit of CPUs and the tiers of memory")
    func captureForReplay() {
        var root = Self.root
        let tier = "/sys/devices/virtual/memory_tiering/memory_tier4"
        root.addFile("/sys/devices/system/cpu/kernel_max", text: "8191\n")
        root.addFile("\(tier)/nodelist", text: "0-1\n")
        root.addFile("\(tier)/uevent", text: "")
        let members = HostCapture(root).members
        #expect(members["/sys/devices/system/cpu/kernel_max"] == .file(Array("8191\n".utf8)))
        #expect(members["\(tier)/nodelist"] == .file(Array("0-1\n".utf8)))
        #expect(members["\(tier)/uevent"] == nil)
    }

    @Test("A capture holds no process data, and lists what it may not read")
    func captureLimits() {
        var root = Self.root
        root.addFile("/proc/1/cmdline", text: "init")
        root.addFile("/proc/1/sched", text: "x")
        root.addFile("/sys/kernel/debug/sched/debug", text: "every process")
        root.addFile("/sys/kernel/debug/sched/verbose", text: "Y\n")
        root.addFile("/proc/schedstat", text: "version 16\n")
        root.fail("/proc/schedstat", with: .permissionDenied)
        let capture = HostCapture(root)
        #expect(!capture.members.keys.contains { $0.hasPrefix("/proc/1/") || $0.hasSuffix("/debug") })
        #expect(capture.members["/sys/kernel/debug/sched/verbose"] == .file(Array("Y\n".utf8)))
        #expect(capture.failures.map(\.path) == ["/proc/schedstat"])
    }

    @Test("Statistics follow the domains as a table, and are part of JSON")
    func statistics() throws {
        var root = Self.root
        let zeros = String(repeating: " 0", count: 36)
        root.addFile("/proc/schedstat", text: "version 16\ntimestamp 1\ncpu0 0 0 0 0 0 0 0 0 0\ndomain0 03\(zeros)\n")
        root.addFile("/proc/sys/kernel/sched_schedstats", text: "0\n")
        let sampling = try BalanceSampling.Beginning(root, nanoseconds: 0).finish(root, nanoseconds: 2_000_000_000)
        #expect(BalanceSampling.isCounting(root) == false)
        #expect(BalanceSampling.isCounting(Self.root) == nil)
        #expect(DomainsCommand.show(root, format: .table, sampling: sampling).text.contains("SMT    1     busy"))
        #expect(DomainsCommand.show(root, format: .json, sampling: sampling).text.contains(#""balancing": {"#))
        #expect(!DomainsCommand.show(root, format: .kernel, sampling: sampling).text.contains("TRIES"))
    }

    @Test("Cache-aware scheduling and the CPUs of the kernel's own work are told below the domains")
    func surroundings() {
        var root = Self.root
        #expect(!DomainsCommand.show(root, format: .picture).text.contains("cache-aware"))
        root.addFile("/sys/kernel/debug/sched/llc_balancing/enabled", text: "1\n")
        root.addFile("/sys/kernel/debug/sched/llc_balancing/aggr_tolerance", text: "100\n")
        root.addFile("/sys/devices/system/cpu/housekeeping", text: "0-3\n")
        for format in [DomainsCommand.Format.picture, .tree, .table] {
            let text = DomainsCommand.show(root, format: format).text
            #expect(text.contains("\ncache-aware scheduling: on: "), "\(format)")
            #expect(text.hasSuffix("\nthe kernel's own work is kept to CPUs 0-3\n"), "\(format)")
        }
        #expect(DomainsCommand.show(root, format: .json).text.contains("\"cpus_housekeeping\": \"0-3\""))
        // The file is there and empty where no CPUs are set apart.
        root.addFile("/sys/devices/system/cpu/housekeeping", text: "\n")
        let output = DomainsCommand.show(root, format: .table)
        #expect(!output.text.contains("own work"))
        #expect(output.notes == [])
        #expect(!DomainsCommand.show(root, format: .kernel).text.contains("cache-aware"))
    }

    @Test("With one cache only there is nothing to choose")
    func oneCache() {
        var root = SyntheticRoot.make(SyntheticTopology.make(nodes: 1, coresPerNode: 2, threads: 2))
        root.addFile("/sys/kernel/debug/sched/llc_balancing/enabled", text: "1\n")
        #expect(DomainsCommand.show(root, format: .table).text.contains("no effect here"))
    }

    @Test("A snapshot has what older and newer kernels keep elsewhere")
    func otherPlaces() {
        var root = Self.root
        let paths = [
            "/proc/sys/kernel/numa_balancing_scan_delay_ms", "/proc/sys/kernel/numa_balancing_scan_size_mb",
            "/proc/sys/kernel/numa_balancing_promote_rate_limit_MBps",
            "/proc/sys/kernel/sched_domain/cpu0/domain0/name", "/sys/kernel/debug/sched/llc_balancing/enabled",
            "/sys/devices/system/cpu/housekeeping", "/sys/fs/cgroup/cgroup.controllers",
        ]
        for path in paths { root.addFile(path, text: "1\n") }
        let members = HostCapture(root).members
        for path in paths { #expect(members[path] == .file(Array("1\n".utf8)), "\(path)") }
    }
}
