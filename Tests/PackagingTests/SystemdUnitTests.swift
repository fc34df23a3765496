import Testing

private let analyzer = Command.path(of: "systemd-analyze")

@Suite("The systemd units", .enabled(if: analyzer != nil, "systemd-analyze is missing: Debian package systemd"))
struct SystemdUnitTests {
    /// The units in a directory of their own, with a program that exists in place of the one not yet installed.
    private func units() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let service = try text(of: "\(repository)/systemd/numawatchd.service")
        #expect(service.contains("ExecStart=/usr/bin/numawatchd "))
        try directory.write("numawatchd.service", service.replacing("=/usr/bin/numawatchd", with: "=/bin/true"))
        try directory.write(
            "numawatch-iterator.service",
            try text(of: "\(repository)/systemd/numawatch-iterator.service")
                .replacing("=/usr/bin/numawatch-iterator", with: "=/bin/true"))
        for socket in ["numawatch.socket", "numawatch-metrics.socket"] {
            try directory.write(socket, try text(of: "\(repository)/systemd/\(socket)"))
        }
        return directory
    }

    @Test("systemd-analyze verify finds nothing to say")
    func verify() throws {
        let directory = try units()
        let result = try Command(
            try #require(analyzer),
            [
                "verify", "--man=no", "--recursive-errors=yes", "\(directory.path)/numawatchd.service",
                "\(directory.path)/numawatch.socket", "\(directory.path)/numawatch-metrics.socket",
                "\(directory.path)/numawatch-iterator.service",
            ],
            environment: ["SYSTEMD_UNIT_PATH": "\(directory.path):"])
        #expect(result.status == 0)
        #expect(result.output == "")
    }

    @Test(
        "the iterator's unit has two capabilities, takes away what it put in place, and is exposed by at most 2.0 of 10"
    )
    func iterator() throws {
        let directory = try units()
        let lines = try text(of: "\(repository)/systemd/numawatch-iterator.service").split(separator: "\n")
        for line in [
            "Type=oneshot", "RemainAfterExit=yes", "ExecStart=/usr/bin/numawatch-iterator",
            "ExecStop=/usr/bin/numawatch-iterator --remove", "ConditionPathExists=/sys/kernel/btf/vmlinux",
            "CapabilityBoundingSet=CAP_BPF CAP_PERFMON", "Group=numawatch", "Before=numawatchd.service",
            "ReadWritePaths=/sys/fs/bpf/numawatch", "SystemCallFilter=bpf",
        ] {
            #expect(lines.contains { $0 == line }, "\(line)")
        }
        let result = try Command(
            try #require(analyzer),
            [
                "security", "--offline=true", "--threshold=20", "--no-pager",
                "\(directory.path)/numawatch-iterator.service",
            ],
            environment: ["SYSTEMD_UNIT_PATH": "\(directory.path):"])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test("of the iterator the daemon gets a directory to read, and no privilege")
    func iteratorForTheDaemon() throws {
        let lines = try text(of: "\(repository)/systemd/numawatchd.service").split(separator: "\n")
        #expect(lines.contains("BindReadOnlyPaths=-/sys/fs/bpf/numawatch:/run/numawatch/iterator"))
        #expect(lines.contains("AmbientCapabilities=CAP_SYS_PTRACE"))
        #expect(lines.contains("CapabilityBoundingSet=CAP_SYS_PTRACE"))
        #expect(!lines.contains { $0.hasPrefix("SystemCallFilter=") && $0.contains("bpf") })
        let directories = try text(of: "\(repository)/systemd/tmpfiles.d/numawatch.conf").split(separator: "\n")
        #expect(directories.contains("d- /sys/fs/bpf/numawatch 0750 root numawatch -"))
    }

    @Test("the drop-in for tracing is understood, and adds one capability and three paths")
    func tracingDropIn() throws {
        let directory = try units()
        let dropIn = try text(of: "\(repository)/systemd/tracing.conf")
        try directory.write("numawatchd.service.d/tracing.conf", dropIn)
        let result = try Command(
            try #require(analyzer),
            ["verify", "--man=no", "--recursive-errors=yes", "\(directory.path)/numawatchd.service"],
            environment: ["SYSTEMD_UNIT_PATH": "\(directory.path):"])
        #expect(result.status == 0)
        #expect(result.output == "")
        let settings = dropIn.split(separator: "\n").filter { !$0.hasPrefix("#") && $0.contains("=") }
        #expect(
            settings == [
                "Wants=sys-kernel-tracing.mount", "After=sys-kernel-tracing.mount",
                "AmbientCapabilities=CAP_DAC_OVERRIDE", "CapabilityBoundingSet=CAP_DAC_OVERRIDE",
                "ReadWritePaths=-/sys/kernel/tracing/instances", "ReadWritePaths=-/sys/kernel/tracing/kprobe_events",
                "ReadWritePaths=-/sys/kernel/tracing/dynamic_events",
            ])
    }

    @Test("systemd-analyze verify would find a mistake")
    func verifyFindsMistakes() throws {
        let directory = try units()
        let service = try directory.read("numawatchd.service")
        try directory.write("numawatchd.service", service.replacing("WatchdogSec=", with: "WatchDogSec="))
        let result = try Command(
            try #require(analyzer),
            ["verify", "--man=no", "--recursive-errors=yes", "\(directory.path)/numawatchd.service"],
            environment: ["SYSTEMD_UNIT_PATH": "\(directory.path):"])
        #expect(result.output.contains("WatchDogSec"))
    }

    @Test(
        "the exposure of the service is at most 1.0 of 10, and 1.2 with the drop-in for tracing",
        arguments: [(false, 10), (true, 12)])
    func security(isTraced: Bool, limitTenths: Int) throws {
        let directory = try units()
        if isTraced {
            try directory.write(
                "numawatchd.service.d/tracing.conf", try text(of: "\(repository)/systemd/tracing.conf"))
        }
        let result = try Command(
            try #require(analyzer),
            [
                "security", "--offline=true", "--threshold=\(limitTenths)", "--no-pager",
                "\(directory.path)/numawatchd.service",
            ],
            environment: ["SYSTEMD_UNIT_PATH": "\(directory.path):"])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("Overall exposure level"))
        // The drop-in was read: its capability costs.
        #expect(result.output.contains("✗ CapabilityBoundingSet=~CAP_(DAC_*|FOWNER|IPC_OWNER)") == isTraced)
    }

    @Test("neither failing starts nor many requests make systemd give the socket up")
    func noLockOut() throws {
        func lines(_ file: String) throws -> [Substring] {
            try text(of: "\(repository)/systemd/\(file)").split(separator: "\n")
        }
        let service = try lines("numawatchd.service")
        #expect(service.contains("StartLimitIntervalSec=0"))
        #expect(service.contains("RestartPreventExitStatus=78"))
        #expect(!service.contains { $0.hasPrefix("StartLimitBurst=") })
        let socket = try lines("numawatch.socket")
        #expect(socket.contains("FlushPending=yes"))
        #expect(socket.contains("TriggerLimitIntervalSec=0"))
    }

    @Test("a reload checks the configuration first, with the options the daemon was started with")
    func reload() throws {
        let service = try text(of: "\(repository)/systemd/numawatchd.service").split(separator: "\n")
        let start = try #require(service.first { $0.hasPrefix("ExecStart=") })
        #expect(start == "ExecStart=/usr/bin/numawatchd $NUMAWATCHD_OPTIONS")
        #expect(service.contains("Environment=NUMAWATCHD_OPTIONS="))
        #expect(
            service.filter { $0.hasPrefix("ExecReload=") } == [
                "ExecReload=/usr/bin/numawatchd --check-config $NUMAWATCHD_OPTIONS",
                "ExecReload=/bin/kill -HUP $MAINPID",
            ])
    }

    @Test(
        "nothing blinds or throttles the observer",
        arguments: ["ProcSubset=pid", "ProtectProc=invisible", "CPUQuota=", "Nice=", "CPUSchedulingPolicy="])
    func neverBlinded(_ setting: String) throws {
        let lines = try text(of: "\(repository)/systemd/numawatchd.service").split(separator: "\n")
        #expect(!lines.contains { $0.hasPrefix(setting) })
    }

    @Test("the socket is the group's and nobody else's")
    func socket() throws {
        let lines = try text(of: "\(repository)/systemd/numawatch.socket").split(separator: "\n")
        for line in [
            "ListenStream=/run/numawatch/numawatch.sock", "SocketGroup=numawatch", "SocketMode=0660",
            "Service=numawatchd.service",
        ] {
            #expect(lines.contains { $0 == line }, "\(line)")
        }
    }

    @Test("the port for metrics is on the loopback address, and nobody but an administrator enables it")
    func metricsPort() throws {
        let lines = try text(of: "\(repository)/systemd/numawatch-metrics.socket").split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("ListenStream=") } == ["ListenStream=127.0.0.1:9786"])
        #expect(lines.contains("IPAddressDeny=any") && lines.contains("IPAddressAllow=localhost"))
        let service = try text(of: "\(repository)/systemd/numawatchd.service").split(separator: "\n")
        #expect(service.contains("RestrictAddressFamilies=AF_UNIX"))
        #expect(!service.contains { $0.contains("numawatch-metrics") })
        let preset = try text(of: "\(repository)/systemd/numawatch.preset").split(separator: "\n")
        #expect(
            preset.filter { !$0.hasPrefix("#") } == [
                "enable numawatch.socket", "enable numawatchd.service", "disable numawatch-metrics.socket",
                "disable numawatch-iterator.service",
            ])
    }

    @Test("the user of the service and the directory of the socket are created by the shipped files")
    func usersAndDirectories() throws {
        let directory = try TemporaryDirectory()
        try directory.write("etc/passwd", "")
        try directory.write("etc/group", "")
        let users = try Command(
            try #require(Command.path(of: "systemd-sysusers")),
            ["--root=\(directory.path)", "--dry-run", "\(repository)/systemd/sysusers.d/numawatch.conf"])
        #expect(users.status == 0, "\(users.output)")
        #expect(users.output.contains("numawatch"))
        let rules = try text(of: "\(repository)/systemd/tmpfiles.d/numawatch.conf")
        #expect(rules.split(separator: "\n").contains("d /run/numawatch 0755 root root -"))
    }
}
