import Testing

@Suite("make install and make uninstall")
struct InstallTests {
    /// What install puts in place, below DESTDIR with the default prefix.
    private static let installed = [
        "etc/numawatch/numawatchd.conf",
        "usr/bin/numawatch",
        "usr/bin/numawatchd",
        "usr/lib/systemd/system/numawatch.socket",
        "usr/lib/systemd/system/numawatchd.service",
        "usr/lib/sysusers.d/numawatch.conf",
        "usr/lib/tmpfiles.d/numawatch.conf",
        "usr/share/numawatch/tracing.conf",
    ]

    private func programs() throws -> TemporaryDirectory {
        let programs = try TemporaryDirectory()
        for name in ["numawatchd", "numawatch"] {
            try programs.write(name, "#!/bin/sh\nexit 0\n", isExecutable: true)
        }
        return programs
    }

    private func run(_ verb: String, _ programs: TemporaryDirectory, _ target: TemporaryDirectory, _ prefix: String)
        throws -> Command
    {
        try Command("\(repository)/scripts/install.sh", [verb, programs.path, target.path, prefix])
    }

    @Test("install puts every file below DESTDIR, and uninstall removes every one")
    func installAndUninstall() throws {
        let programs = try programs()
        let target = try TemporaryDirectory()
        #expect(try run("install", programs, target, "/usr").status == 0)
        #expect(try target.files == Self.installed)
        #expect(try run("uninstall", programs, target, "/usr").status == 0)
        #expect(try target.files == [])
    }

    @Test("the unit starts the program where PREFIX put it")
    func prefix() throws {
        let programs = try programs()
        let target = try TemporaryDirectory()
        #expect(try run("install", programs, target, "/usr/local").status == 0)
        let service = try target.read("usr/local/lib/systemd/system/numawatchd.service")
        #expect(service.contains("ExecStart=/usr/local/bin/numawatchd\n"))
        #expect(try target.files.contains("usr/local/bin/numawatchd"))
    }

    @Test("a configuration the administrator changed survives both")
    func changedConfiguration() throws {
        let programs = try programs()
        let target = try TemporaryDirectory()
        _ = try run("install", programs, target, "/usr")
        try target.write("etc/numawatch/numawatchd.conf", "[Log]\nLevel=debug\n")
        #expect(try run("install", programs, target, "/usr").status == 0)
        #expect(try target.read("etc/numawatch/numawatchd.conf") == "[Log]\nLevel=debug\n")
        #expect(try run("uninstall", programs, target, "/usr").status == 0)
        #expect(try target.files == ["etc/numawatch/numawatchd.conf"])
    }
}
