import HostReading
import LinuxSystem
import Snapshots
import SystemPackage
import Testing

/// A root in memory that answers as a live host does.
private struct LiveRoot: HostRoot {
    var memory: MemoryRoot
    var isLive: Bool { true }

    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        try memory.read(path, into: &buffer, limitBytes: limitBytes)
    }

    func list(_ directory: String) throws(ReadFailure) -> [String] { try memory.list(directory) }

    func linkTarget(_ path: String) throws(ReadFailure) -> String { try memory.linkTarget(path) }
}

@Suite struct SourceProbesTests {
    private func status(_ name: String, _ memory: MemoryRoot) throws -> SourceStatus {
        try #require(SourceProbes(LiveRoot(memory: memory)).run().first { $0.name == name })
    }

    private static let base = [
        "/proc/sys/kernel/osrelease": "6.12.0-fake\n",
        "/proc/filesystems": "nodev\tdebugfs\nnodev\tsecurityfs\nnodev\ttracefs\n",
        "/proc/mounts": "debugfs /sys/kernel/debug debugfs rw 0 0\nsecurityfs /sys/kernel/security securityfs rw 0 0\n",
    ]

    @Test func whatIsReadableIsSaidToBe() throws {
        var memory = MemoryRoot(files: Self.base)
        memory.addFile("/proc/vmstat", text: "numa_hit 1\n")
        let status = try status("vmstat", memory)
        #expect(status.isReadable)
        #expect(status.remedy == nil)
    }

    // Source, file, errno, its name, what the remedy says.
    @Test(
        arguments: [
            ("vmstat", "/proc/vmstat", .noSuchFileOrDirectory, "ENOENT", "subset=pid"),
            ("schedstat", "/proc/schedstat", .noSuchFileOrDirectory, "ENOENT", "CONFIG_SCHEDSTATS"),
            (
                "balancing-mode", "/proc/sys/kernel/numa_balancing", .noSuchFileOrDirectory, "ENOENT",
                "CONFIG_NUMA_BALANCING"
            ),
            ("sched-verbose", "/sys/kernel/debug/sched/verbose", .notPermitted, "EPERM", "without lockdown"),
            ("sched-verbose", "/sys/kernel/debug/sched/verbose", .permissionDenied, "EACCES", "root"),
            ("balancing-knobs", "/sys/kernel/debug", .notPermitted, "EPERM", "without lockdown"),
            ("tracefs", "/sys/kernel/tracing", .noSuchFileOrDirectory, "ENOENT", "mount tracefs"),
            ("tracefs", "/sys/kernel/tracing", .permissionDenied, "EACCES", "numawatchd.service.d/tracing.conf"),
            ("kprobes", "/sys/kernel/tracing", .permissionDenied, "EACCES", "numawatchd.service.d/tracing.conf"),
        ] as [(String, String, Errno, String, String)])
    func aFailureNamesErrnoAndRemedy(
        name: String, path: String, errno: Errno, errnoName: String, remedy: String
    ) throws {
        var memory = MemoryRoot(files: Self.base)
        memory.addFile("/sys/kernel/security/lockdown", text: "none [integrity] confidentiality\n")
        if errno != .noSuchFileOrDirectory {
            memory.addFile("/sys/kernel/debug/sched/verbose", text: "N\n")
            memory.addDirectory("/sys/kernel/tracing")
            memory.fail(path, with: errno)
        }
        let status = try status(name, memory)
        #expect(status.state == .unavailable(errno: errno.rawValue, errnoName: errnoName))
        #expect(status.remedy?.contains(remedy) == true, "\(status.remedy ?? "none")")
        #expect(!status.lostWithout.isEmpty)
    }

    // A kernel of 6.12 booted with lockdown=confidentiality has an empty tracefs.
    @Test(arguments: ["tracefs", "kprobes"])
    func anEmptyTracefsOfALockedDownKernelIsNamed(name: String) throws {
        var files = Self.base
        files["/proc/mounts"] = "none /sys/kernel/tracing tracefs rw 0 0\n"
        files["/boot/config-6.12.0-fake"] = "CONFIG_TRACING=y\nCONFIG_KPROBE_EVENTS=y\n"
        files["/sys/kernel/security/lockdown"] = "none integrity [confidentiality]\n"
        #expect(try status(name, MemoryRoot(files: files)).remedy?.contains("boot without lockdown") == true)
        files["/sys/kernel/security/lockdown"] = "none [integrity] confidentiality\n"
        #expect(try status(name, MemoryRoot(files: files)).remedy?.contains("lockdown") == false)
    }

    @Test func anUnmountedFileSystemIsToBeMounted() throws {
        var files = Self.base
        files["/proc/mounts"] = "proc /proc proc rw 0 0\n"
        #expect(try status("sched-verbose", MemoryRoot(files: files)).remedy?.contains("mount -t debugfs") == true)
        files["/proc/filesystems"] = "ext4\n"
        #expect(try status("sched-verbose", MemoryRoot(files: files)).remedy == "a kernel built with CONFIG_DEBUG_FS=y")
    }

    @Test func aKnownConfigurationMakesTheCauseCertain() throws {
        var files = Self.base
        files["/boot/config-6.12.0-fake"] = "# CONFIG_SCHEDSTATS is not set\nCONFIG_NUMA=y\n"
        #expect(
            try status("schedstat", MemoryRoot(files: files)).remedy
                == "a kernel built with CONFIG_SCHEDSTATS=y (this one is not)")
    }

    @Test("A kernel without CONFIG_CPUSETS_V1 has cpusets all the same: nothing is said to be lost")
    func cpusetsWithoutFirstVersion() throws {
        var files = Self.base
        files["/proc/sys/kernel/osrelease"] = "7.0.13+deb13-amd64\n"
        files["/sys/fs/cgroup/cgroup.controllers"] = "cpuset cpu io memory pids\n"
        let found = try status("cpuset", MemoryRoot(files: files))
        #expect(found.isReadable && found.path == "/sys/fs/cgroup/cgroup.controllers")
        // An older one, and one that has none at all, name the option.
        files["/sys/fs/cgroup/cgroup.controllers"] = "cpu io memory pids\n"
        let missing = try status("cpuset", MemoryRoot(files: files))
        #expect(!missing.isReadable && missing.path == "/proc/self/cpuset")
        #expect(missing.remedy?.contains("CONFIG_CPUSETS=y") == true)
        files["/proc/self/cpuset"] = "/\n"
        #expect(try status("cpuset", MemoryRoot(files: files)).path == "/proc/self/cpuset")
    }

    @Test("Domains that are sysctls, before 5.13, are the check of the derived ones")
    func oldDomains() throws {
        var files = Self.base
        files["/proc/sys/kernel/osrelease"] = "5.10.0-46-amd64\n"
        files["/proc/sys/kernel/sched_domain/cpu0/domain0/name"] = "MC\n"
        let domains = try status("sched-domains", MemoryRoot(files: files))
        #expect(domains.isReadable && domains.path == "/proc/sys/kernel/sched_domain/cpu0/domain0/name")
        guard case .notApplicable = try status("sched-verbose", MemoryRoot(files: files)).state else {
            Issue.record("the switch is asked for")
            return
        }
    }

    @Test func aLedgerWithoutNUMALinesNamesTheOption() throws {
        var memory = MemoryRoot(files: Self.base)
        let text = "x (1, #threads: 1)\n" + String(repeating: "-", count: 60) + "\npolicy : 0\n"
        memory.addFile("/proc/self/task/\(HostFacts.processID)/sched", text: text)
        let status = try status("task-ledger", memory)
        #expect(!status.isReadable)
        #expect(status.remedy?.contains("CONFIG_NUMA_BALANCING") == true)
    }

    @Test func withoutPtraceOthersMapsNeedTheCapability() throws {
        var memory = MemoryRoot(files: Self.base)
        let other = HostFacts.effectiveUserID == 0 ? 1000 : 0
        let uids = Array(repeating: "\(other)", count: 4).joined(separator: "\t")
        memory.addFile("/proc/5/status", text: "Name:\tx\nUid:\t\(uids)\nVmRSS:\t100 kB\n")
        memory.addFile("/proc/5/numa_maps", text: "")
        memory.fail("/proc/5/numa_maps", with: .permissionDenied)
        let status = try status("numa_maps-others", memory)
        #expect(status.state == .unavailable(errno: Errno.permissionDenied.rawValue, errnoName: "EACCES"))
        #expect(status.remedy?.contains("CAP_SYS_PTRACE") == true)
    }

    @Test func aCopyOfAHostIsToHoldTheFile() throws {
        let sources = SourceProbes(MemoryRoot()).run()
        #expect(sources.allSatisfy { !$0.isReadable })
        #expect(sources.first { $0.name == "vmstat" }?.remedy?.contains("capture the file") == true)
        #expect(Set(sources.map(\.name)).count == sources.count)
    }

    @Test func anyErrnoAnywhereIsAnAnswer() {
        for errno in [Errno.permissionDenied, .ioError, .noSuchProcess, .noMemory, .tooManyOpenFiles] {
            for path in ["/proc", "/sys", "/"] {
                var memory = MemoryRoot(files: Self.base)
                memory.fail(path, with: errno)
                #expect(SourceProbes(LiveRoot(memory: memory)).run().count > 15)
            }
        }
    }
}

@Suite struct BalancingControlsTests {
    private func read(_ memory: MemoryRoot) -> BalancingControls {
        var buffer: [UInt8] = []
        return BalancingControls.read(from: memory, buffer: &buffer)
    }

    // Where the settings are: debugfs since 5.13, sysctl before.
    @Test(arguments: [BalancingControls.debugDirectory + "/", BalancingControls.oldPrefix])
    func settingsAreFoundAtEitherPlace(prefix: String) {
        let controls = read(
            MemoryRoot(files: [
                BalancingControls.modePath: "3\n", prefix + "scan_delay_ms": "1000\n",
                prefix + "scan_period_min_ms": "1\n", prefix + "scan_period_max_ms": "60000\n",
                prefix + "scan_size_mb": "256\n",
            ]))
        #expect(controls.mode == 3)
        #expect(controls.knobs.scanDelayMilliseconds == 1000)
        #expect(controls.knobs.scanPeriodMaxMilliseconds == 60000)
        #expect(controls.knobs.scanSizeMegabytes == 256)
        #expect(controls.failures.isEmpty)
        #expect(!controls.isRefused)
    }

    @Test func refusedIsNotMissing() {
        #expect(!read(MemoryRoot()).isRefused)
        #expect(read(MemoryRoot()).failures.count == 5)
        var memory = MemoryRoot()
        memory.addFile(BalancingControls.debugDirectory + "/scan_delay_ms", text: "1\n")
        memory.fail("/sys/kernel/debug", with: .notPermitted)
        #expect(read(memory).isRefused)
    }

    @Test(arguments: ["", "x\n", "-1\n", "99999999999999999999\n", "4294967296\n"])
    func aDamagedModeIsAbsent(text: String) {
        let controls = read(MemoryRoot(files: [BalancingControls.modePath: text]))
        #expect(controls.mode == nil)
        #expect(controls.failures.contains { $0.path == BalancingControls.modePath })
    }
}
