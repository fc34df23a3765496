import HostReading
import LinuxSystem
import NUMATopology
import SchedDomains
import SystemPackage
import Testing

/// Reading a root: made-up machines, old places, missing and broken files.
@Suite struct DomainsReaderTests {
    private static let shape = SyntheticTopology.make(nodes: 2, coresPerNode: 2, threads: 2)

    private func read(_ root: MemoryRoot) -> DomainHierarchy {
        DomainDerivation.derive(DomainsReader.read(root).input)
    }

    private func names(_ root: MemoryRoot, cpu: Int = 0) -> [String] {
        read(root).domains(of: cpu).map(\.name)
    }

    @Test("A machine written out and read back has the domains it had", arguments: [Architecture.x86, .arm64])
    func roundTrip(_ architecture: Architecture) {
        var shape = SyntheticTopology.make(nodes: 4, coresPerNode: 3, threads: 2, numbering: .threadsLast) { from, to in
            10 + 10 * abs(from - to)
        }
        shape.architecture = architecture
        let reading = DomainsReader.read(SyntheticRoot.make(shape))
        #expect(reading.input.architecture == architecture)
        #expect(reading.failures.filter { $0.path.contains("/sys/devices") }.map(\.path) == [])
        #expect(
            KernelDump(DomainDerivation.derive(reading.input)).text
                == KernelDump(DomainDerivation.derive(shape.input)).text)
    }

    @Test("An empty root has no CPUs, and every missing file is named")
    func nothing() {
        let reading = DomainsReader.read(MemoryRoot())
        #expect(reading.input.machine.onlineCPUs.isEmpty)
        #expect(DomainDerivation.derive(reading.input).online.isEmpty)
        #expect(reading.failures.contains { $0.path == "/proc/sys/kernel/osrelease" })
        #expect(reading.failures.contains { $0.path == "/sys/devices/system/cpu/online" })
    }

    @Test("CPU numbers above any kernel's limit are dropped and reported")
    func implausibleCPUs() {
        var root = SyntheticRoot.make(Self.shape)
        root.addFile("/sys/devices/system/cpu/online", text: "0-7,1000000\n")
        let reading = DomainsReader.read(root)
        #expect(reading.input.machine.onlineCPUs == CPUSet(0..<8))
        #expect(reading.failures.contains { $0.reason == "CPU 1000000 is above any kernel's limit" })
    }

    @Test("The old names of the sibling files do as well")
    func oldNames() throws {
        var root = SyntheticRoot.make(Self.shape)
        for cpu in 0..<8 {
            let directory = "/sys/devices/system/cpu/cpu\(cpu)/topology"
            root.addFile("\(directory)/thread_siblings_list", try root.readBytes("\(directory)/core_cpus_list"))
            root.addFile("\(directory)/core_siblings_list", try root.readBytes("\(directory)/package_cpus_list"))
            root.remove("\(directory)/core_cpus_list")
            root.remove("\(directory)/package_cpus_list")
        }
        #expect(names(root) == ["SMT", "MC", "NUMA"])
    }

    @Test("A CPU listed by several nodes belongs to the one it links to, without links to the lowest")
    func fakeNodes() {
        var root = SyntheticRoot.make(SyntheticTopology.make(nodes: 1, coresPerNode: 4))
        root.addFile("/sys/devices/system/node/online", text: "0-1\n")
        root.addFile("/sys/devices/system/node/has_cpu", text: "0-1\n")
        for node in 0...1 {
            root.addFile("/sys/devices/system/node/node\(node)/cpulist", text: "0-3\n")
            root.addFile("/sys/devices/system/node/node\(node)/distance", text: "10 10\n")
        }
        for cpu in 0..<4 {
            root.remove("/sys/devices/system/cpu/cpu\(cpu)/node0")
        }
        #expect(DomainsReader.read(root).input.cpus.map { $0?.node?.rawValue } == [0, 0, 0, 0])
        for cpu in 2..<4 {
            root.addLink("/sys/devices/system/cpu/cpu\(cpu)/node1", target: "../../node/node1")
        }
        #expect(DomainsReader.read(root).input.cpus.map { $0?.node?.rawValue } == [0, 0, 1, 1])
        #expect(names(root) == ["MC"] || names(root).isEmpty == false)
    }

    @Test(
        "isolcpus= isolates only without flags or with domain, where sysfs does not say",
        arguments: [
            ("isolcpus=1", "1"), ("isolcpus=domain,1-2", "1-2"), ("isolcpus=nohz,1", ""),
            ("isolcpus=managed_irq,domain,3", "3"),
            ("nohz_full=1", ""), ("quiet", ""),
        ])
    func isolation(_ option: String, _ expected: String) {
        var root = SyntheticRoot.make(Self.shape)
        root.addFile("/proc/cmdline", text: "root=/dev/vda \(option)\n")
        root.remove("/sys/devices/system/cpu/isolated")
        #expect(DomainsReader.read(root).input.isolated.listText == expected)
        root.addFile("/sys/devices/system/cpu/isolated", text: "5\n")
        #expect(DomainsReader.read(root).input.isolated.listText == "5")
    }

    @Test(
        "cpusets of v1 make partitions, wherever the hierarchy is",
        arguments: [
            "/sys/fs/cgroup/cpuset", "/sys/fs/cgroup", "/dev/cpuset", "/mnt/v1", "/cpusets",
        ])
    func cpusetsV1(_ place: String) {
        var root = SyntheticRoot.make(Self.shape)
        func add(_ name: String, _ cpus: String, _ balance: Int, relax: Int) {
            root.addFile("\(place)/\(name)cpuset.cpus", text: cpus + "\n")
            root.addFile("\(place)/\(name)cpuset.effective_cpus", text: cpus + "\n")
            root.addFile("\(place)/\(name)cpuset.sched_load_balance", text: "\(balance)\n")
            root.addFile("\(place)/\(name)cpuset.sched_relax_domain_level", text: "\(relax)\n")
        }
        add("", "0-7", 0, relax: -1)
        add("left/", "0-3", 1, relax: 1)
        add("right/", "4-7", 0, relax: -1)
        add("right/inner/", "6-7", 1, relax: -1)
        let requests = DomainsReader.read(root).input.effectivePartitions
        #expect(
            requests == [PartitionRequest(cpus: CPUSet(0..<4), relaxDomainLevel: 1), PartitionRequest(cpus: [6, 7])])
        #expect(read(root).domains(of: 4).isEmpty)
    }

    @Test("cpusets of v2 make partitions; cpuset-isolated CPUs have no domains")
    func cpusetsV2() {
        var root = SyntheticRoot.make(Self.shape)
        func add(_ name: String, _ cpus: String, _ partition: String?) {
            root.addFile("/sys/fs/cgroup/\(name)cpuset.cpus.effective", text: cpus + "\n")
            if let partition {
                root.addFile("/sys/fs/cgroup/\(name)cpuset.cpus.partition", text: partition + "\n")
            }
        }
        add("", "0-2", nil)
        add("a/", "4-5", "root")
        add("b/", "3", "isolated")
        add("c/", "6-7", "member")
        add("c/d/", "6-7", "root")
        add("e/", "0", "root invalid (Parent is not a partition root)")
        let hierarchy = read(root)
        #expect(hierarchy.partitions.map { hierarchy.spans[$0.span].listText } == ["0-2", "4-5", "6-7"])
        #expect(hierarchy.domains(of: 3).isEmpty)
    }

    @Test(
        "The distribution's release hides the stable number; the banner tells it",
        arguments: [
            (
                "6.1.0-53-amd64",
                "Linux version 6.1.0-53-amd64 (a@b) (gcc (Debian 12.2.0-14) 12.2.0) #1 SMP Debian 6.1.187-1 (2026)", 187
            ),
            ("6.12.107+deb12-amd64", "Linux version 6.12.107+deb12-amd64 (Debian 6.12.107-1)", 107),
            ("6.8.0-45-generic", "Linux version 6.8.0-45-generic (x) #45-Ubuntu", nil), ("6.10.0-rc3", "", 0),
            ("6.9.0", "", 0),
        ])
    func releases(_ release: String, _ banner: String, _ patch: Int?) {
        var root = SyntheticRoot.make(Self.shape)
        root.addFile("/proc/sys/kernel/osrelease", text: release + "\n")
        root.addFile("/proc/version", text: banner + "\n")
        #expect(DomainsReader.read(root).input.kernel.patch == patch)
    }

    @Test("Ubuntu's signature tells the stable number")
    func ubuntu() {
        var root = SyntheticRoot.make(Self.shape)
        root.addFile("/proc/sys/kernel/osrelease", text: "6.8.0-45-generic\n")
        root.addFile("/proc/version_signature", text: "Ubuntu 6.8.0-45.45-generic 6.8.12\n")
        #expect(DomainsReader.read(root).input.kernel == SchedKernelVersion(6, 8, 12))
    }

    @Test("Without a configuration, names seen prove levels and the rest is assumed")
    func withoutConfiguration() {
        var root = SyntheticRoot.make(Self.shape)
        root.remove("/boot")
        root.addFile("/sys/devices/system/cpu/cpu0/topology/die_cpus_list", text: "0-3\n")
        var input = DomainsReader.read(root).input
        #expect(input.architecture == .x86)
        #expect(input.configuration.mc == Sourced(true, .assumed))
        #expect(DomainDerivation.derive(input).domains(of: 0)[0].pattern.origins.name == .assumed)
        root.addFile(
            "/proc/schedstat",
            text: "version 17\ntimestamp 1\ncpu0 0 0 0 0 0 0 0 0 0\ndomain0 MC 0f" + String(repeating: " 0", count: 45)
                + "\n")
        input = DomainsReader.read(root).input
        #expect(input.configuration.mc == Sourced(true, .inferred))
    }

    @Test(
        "The CPU maker comes from cpuinfo, then modalias, then how level 2 caches are numbered",
        arguments: [
            ("vendor_id\t: AuthenticAMD\ncpu family\t: 25\n\n", "", CPUMaker.amd(isZen: true)),
            ("vendor_id\t: AuthenticAMD\ncpu family\t: 16\n\n", "", .amd(isZen: false)),
            ("vendor_id\t: GenuineIntel\ncpu family\t: 6\n\n", "", .intel),
            ("", "cpu:type:x86,ven0000fam0006mod00AD:feature:,0000", .intel),
            // Clearwater Forest.
            ("", "cpu:type:x86,ven0000fam0006mod00DD:feature:,0000", .intel),
            ("", "cpu:type:x86,ven0002fam0019mod0001:feature:", .amd(isZen: true)),
            ("", "cpu:type:x86,ven0009fam0018mod0001:feature:", .hygon), ("", "", .other),
        ])
    func maker(_ cpuinfo: String, _ modalias: String, _ expected: CPUMaker) {
        var root = SyntheticRoot.make(Self.shape)
        if !cpuinfo.isEmpty { root.addFile("/proc/cpuinfo", text: cpuinfo) }
        if !modalias.isEmpty { root.addFile("/sys/devices/system/cpu/modalias", text: modalias + "\n") }
        for cpu in 0..<8 {
            root.addFile("/sys/devices/system/cpu/cpu\(cpu)/cache/index2/level", text: "2\n")
            root.addFile("/sys/devices/system/cpu/cpu\(cpu)/cache/index2/shared_cpu_list", text: "\(cpu)\n")
        }
        let input = DomainsReader.read(root).input
        #expect(input.cpuMaker?.value == expected)
        #expect(input.rewritesDistances == (modalias.contains("mod00AD") || modalias.contains("mod00DD")))
    }

    @Test("Names, flags and parameters are read from their place before 5.13, too")
    func oldDebugPlace() throws {
        var root = SyntheticRoot.make(Self.shape)
        let directory = "/proc/sys/kernel/sched_domain/cpu0/domain0"
        for (name, text) in [
            ("name", "SMT"), ("flags", "SD_BALANCE_NEWIDLE SD_FUTURE "), ("min_interval", "2"), ("max_interval", "4"),
            ("busy_factor", "16"), ("imbalance_pct", "110"), ("cache_nice_tries", "0"), ("max_newidle_lb_cost", "77"),
        ] {
            root.addFile("\(directory)/\(name)", text: text + "\n")
        }
        let observed = DomainsReader.read(root).observed
        let domain = try #require(observed[0]?.first)
        #expect(observed.hasDetails && !observed.hasSpans)
        #expect(domain.name == "SMT")
        #expect(domain.flags == FlagNames(.balanceNewidle, unknown: ["SD_FUTURE"]))
        #expect(domain.parameters?.imbalancePercent == 110)
        #expect(domain.maxNewidleCostNanoseconds == 77)
    }

    @Test("Under lockdown the tunable files cannot be opened; names and flags still can")
    func lockdown() throws {
        var root = try CapturedMachine("x86-2s2c2t-6.12").root
        for cpu in 0..<8 {
            for domain in 0..<3 {
                for file in ["min_interval", "max_interval", "busy_factor", "imbalance_pct", "cache_nice_tries"] {
                    root.fail("/sys/kernel/debug/sched/domains/cpu\(cpu)/domain\(domain)/\(file)", with: .notPermitted)
                }
            }
        }
        let reading = DomainsReader.read(root)
        let report = DomainReconciliation.reconcile(reading.input, reading.observed)
        #expect(report.disagreements == [])
        let origins = report.hierarchy.domains(of: 0)[0].pattern.origins
        #expect(origins.flags == .observed && origins.parameters == .derived)
        #expect(reading.failures.contains { $0.path.hasSuffix("/cpuN/domainN/min_interval") })
    }

    @Test("A file cut short or filled with noise is reported, never fatal", arguments: 0..<12)
    func noise(_ seed: UInt8) throws {
        let whole = try CapturedMachine("x86-4n-ring-6.12").root
        var root = whole
        var state = seed
        for path in whole.paths {
            state = state &* 37 &+ 11
            guard state % 5 == 0 else { continue }
            var bytes = try whole.readBytes(path)
            if state % 2 == 0 {
                bytes.removeLast(min(bytes.count, Int(state)))
            } else {
                for index in bytes.indices {
                    state = state &* 109 &+ 89
                    bytes[index] = state
                }
            }
            root.addFile(path, bytes)
        }
        let reading = DomainsReader.read(root)
        let report = DomainReconciliation.reconcile(reading.input, reading.observed)
        #expect(KernelDump(report.hierarchy).blocks.count == report.hierarchy.loggedCPUs.count)
    }
}

/// Noticing a rebuild.
@Suite struct DomainsFingerprintTests {
    @Test("A fingerprint changes with CPUs, cpusets and spans, and with nothing else")
    func changes() throws {
        let whole = try CapturedMachine("x86-cpuset-root").root
        let plain = DomainsFingerprint(whole, includesSpans: true)
        #expect(DomainsFingerprint(whole, includesSpans: true) == plain)
        var counted = whole
        let text = try whole.readText("/proc/schedstat")
        counted.addFile("/proc/schedstat", text: text.replacing(" 0 0\n", with: " 0 1\n") + "\n")
        #expect(DomainsFingerprint(counted, includesSpans: true) == plain)
        for (path, text) in [
            ("/sys/devices/system/cpu/online", "0-6\n"), ("/sys/fs/cgroup/a/cpuset.cpus.partition", "member\n"),
            ("/proc/schedstat", text.replacing("domain0 03 ", with: "domain0 07 ") + "\n"),
            ("/proc/sys/kernel/sched_itmt_enabled", "1\n"),
        ] {
            var root = whole
            root.addFile(path, text: text)
            #expect(DomainsFingerprint(root, includesSpans: true) != plain, "\(path)")
        }
    }
}
