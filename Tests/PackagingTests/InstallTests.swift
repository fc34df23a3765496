import Testing

@Suite("make install and make uninstall")
struct InstallTests {
    private func run(_ verb: String, _ programs: TemporaryDirectory, _ target: TemporaryDirectory, _ prefix: String)
        throws -> Command
    {
        try Command("\(repository)/scripts/install.sh", [verb, programs.path, target.path, prefix])
    }

    @Test("install puts every file below DESTDIR, and uninstall removes every one")
    func installAndUninstall() throws {
        let programs = try standInPrograms()
        let target = try TemporaryDirectory()
        #expect(try run("install", programs, target, "/usr").status == 0)
        #expect(try target.files == FileTable().places)
        #expect(try target.read("usr/share/man/man1/numawatch.1").hasPrefix(".\\\""))
        #expect(try run("uninstall", programs, target, "/usr").status == 0)
        #expect(try target.files == [])
    }

    @Test("the table names every unit, page of documentation and file of systemd's that there is, or says why not")
    func completeness() throws {
        let sources = Set(try FileTable().entries.map(\.source))
        // About how numawatch is made and measured; useless where there is no source.
        let left = ["architecture.md", "benchmarks.md", "harm.md", "lab.md", "truth.md"]
        for (directory, except) in [("systemd", []), ("docs", left)] {
            let listing = try Command("/usr/bin/find", ["\(repository)/\(directory)", "-type", "f"])
            for path in listing.output.split(separator: "\n") {
                let name = String(path.dropFirst(repository.count + 1))
                #expect(sources.contains(name) != except.contains { name.hasSuffix("/\($0)") }, "\(name)")
            }
        }
    }

    @Test("the unit starts the program where PREFIX put it")
    func prefix() throws {
        let programs = try standInPrograms()
        let target = try TemporaryDirectory()
        #expect(try run("install", programs, target, "/usr/local").status == 0)
        let service = try target.read("usr/local/lib/systemd/system/numawatchd.service")
        #expect(service.contains("ExecStart=/usr/local/bin/numawatchd $NUMAWATCHD_OPTIONS\n"))
        #expect(service.contains("ExecReload=/usr/local/bin/numawatchd --check-config $NUMAWATCHD_OPTIONS\n"))
        #expect(service.contains("ExecReload=/bin/kill -HUP $MAINPID\n"))
        let iterator = try target.read("usr/local/lib/systemd/system/numawatch-iterator.service")
        #expect(iterator.contains("ExecStart=/usr/local/bin/numawatch-iterator\n"))
        #expect(iterator.contains("ExecStop=/usr/local/bin/numawatch-iterator --remove\n"))
        let lines = (service + iterator).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(!lines.contains { $0.contains("/usr/bin/") })
        #expect(
            try target.read("usr/local/share/numawatch/tracing.conf").contains(
                "install -D -m 644 /usr/local/share/numawatch/tracing.conf"))
        #expect(try target.files.contains("usr/local/bin/numawatchd"))
    }

    @Test("uninstall removes the drop-in for tracing where it is the shipped one, and leaves one that was changed")
    func tracingDropIn() throws {
        let programs = try standInPrograms()
        let target = try TemporaryDirectory()
        let place = "etc/systemd/system/numawatchd.service.d/tracing.conf"
        _ = try run("install", programs, target, "/usr")
        try target.write(place, try target.read("usr/share/numawatch/tracing.conf"))
        #expect(try run("uninstall", programs, target, "/usr").status == 0)
        #expect(try target.files == [])
        _ = try run("install", programs, target, "/usr")
        try target.write(place, try target.read("usr/share/numawatch/tracing.conf") + "# mine\n")
        #expect(try run("uninstall", programs, target, "/usr").status == 0)
        #expect(try target.files == [place])
    }

    @Test("the README's steps to start are those that install prints, and they start anew what runs already")
    func printedSteps() throws {
        let script = try text(of: "\(repository)/scripts/install.sh")
        let printed = script.split(separator: "\n").compactMap { line -> String? in
            let line = line.drop { $0 == " " }
            guard line.hasPrefix("echo \"  ") else { return nil }
            return String(line.dropFirst("echo \"  ".count).dropLast())
        }
        #expect(printed.count == 4)
        #expect(printed.last == "systemctl restart numawatch.socket numawatchd.service")
        let readme = try text(of: "\(repository)/README.md")
        #expect(readme.contains(printed.map { "    \($0)\n" }.joined()))
    }

    @Test("what the daemon remembers is kept, and how to remove it is said")
    func remembered() throws {
        let programs = try standInPrograms()
        let target = try TemporaryDirectory()
        _ = try run("install", programs, target, "/usr")
        try target.write("var/lib/numawatch/history.db", "x")
        let uninstall = try run("uninstall", programs, target, "/usr")
        #expect(
            uninstall.output
                == "Kept \(target.path)/var/lib/numawatch; to remove it: rm -r \(target.path)/var/lib/numawatch\n")
        #expect(try target.files == ["var/lib/numawatch/history.db"])
    }

    @Test("a configuration the administrator changed survives both")
    func changedConfiguration() throws {
        let programs = try standInPrograms()
        let target = try TemporaryDirectory()
        _ = try run("install", programs, target, "/usr")
        try target.write("etc/numawatch/numawatchd.conf", "[Log]\nLevel=debug\n")
        #expect(try run("install", programs, target, "/usr").status == 0)
        #expect(try target.read("etc/numawatch/numawatchd.conf") == "[Log]\nLevel=debug\n")
        #expect(try run("uninstall", programs, target, "/usr").status == 0)
        #expect(try target.files == ["etc/numawatch/numawatchd.conf"])
    }
}
