import Testing

private let analyzer = Command.path(of: "systemd-analyze")

@Suite("The systemd units", .enabled(if: analyzer != nil, "systemd-analyze is missing: Debian package systemd"))
struct SystemdUnitTests {
    /// The units in a directory of their own, with a program that exists in place of the one not yet installed.
    private func units() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let service = try text(of: "\(repository)/systemd/numawatchd.service")
        #expect(service.contains("ExecStart=/usr/bin/numawatchd\n"))
        try directory.write(
            "numawatchd.service", service.replacing("ExecStart=/usr/bin/numawatchd", with: "ExecStart=/bin/true"))
        try directory.write("numawatch.socket", try text(of: "\(repository)/systemd/numawatch.socket"))
        return directory
    }

    @Test("systemd-analyze verify finds nothing to say")
    func verify() throws {
        let directory = try units()
        let result = try Command(
            try #require(analyzer),
            [
                "verify", "--man=no", "--recursive-errors=yes", "\(directory.path)/numawatchd.service",
                "\(directory.path)/numawatch.socket",
            ],
            environment: ["SYSTEMD_UNIT_PATH": "\(directory.path):"])
        #expect(result.status == 0)
        #expect(result.output == "")
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

    @Test("the exposure of the service is at most 1.5 of 10")
    func security() throws {
        let directory = try units()
        let result = try Command(
            try #require(analyzer),
            ["security", "--offline=true", "--threshold=15", "--no-pager", "\(directory.path)/numawatchd.service"])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("Overall exposure level"))
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
