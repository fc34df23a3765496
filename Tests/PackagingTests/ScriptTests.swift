import Testing

@Suite("Scripts")
struct ScriptTests {
    @Test(
        "every script is valid POSIX shell",
        arguments: [
            "scripts/install-packages.sh", "scripts/extract-tool.sh", "scripts/check-layers.sh",
            "scripts/check-text.sh", "scripts/install.sh", "scripts/package-deb.sh", "scripts/debian-changelog.sh",
            "scripts/version.sh", "scripts/fleet.sh", "packaging/debian/postinst", "packaging/debian/prerm",
            "packaging/debian/postrm",
            "scripts/run.sh", "scripts/bench.sh", ".ci/run",
        ])
    func syntax(_ script: String) throws {
        let result = try Command("/bin/sh", ["-n", "\(repository)/\(script)"])
        #expect(result.status == 0, "\(result.output)")
        #expect(try text(of: "\(repository)/\(script)").hasPrefix("#!/bin/sh\n"))
    }

    @Test("make help lists every verb")
    func help() throws {
        let result = try Command("/usr/bin/make", ["-C", repository, "--no-print-directory", "help"])
        #expect(result.status == 0)
        for verb in ["run", "test", "build", "install", "deb", "uninstall", "lint", "format", "bench"] {
            #expect(result.output.contains("make \(verb) "), "\(verb)")
        }
    }
}

@Suite("The check of layers")
struct LayerCheckTests {
    /// A repository with one target, checked by the script with the given table.
    private func check(_ source: String, target: String = "Upper", table: String) throws -> Command {
        let directory = try TemporaryDirectory()
        try directory.write("scripts/layers.txt", table)
        try directory.write(
            "scripts/check-layers.sh", try text(of: "\(repository)/scripts/check-layers.sh"), isExecutable: true)
        try directory.write("Sources/\(target)/A.swift", source)
        return try Command("/bin/sh", ["\(directory.path)/scripts/check-layers.sh"])
    }

    @Test("imports the table allows pass")
    func allowed() throws {
        let result = try check(
            "package import Lower\nimport struct Lower.Thing\n@testable import Lower\nimport Glibc\n// import Foundation\n",
            table: "Lower\nUpper Lower\n")
        #expect(result.status == 0, "\(result.output)")
    }

    @Test(
        "imports the table does not allow are named with their place",
        arguments: ["import Foundation", "internal import Other", "import func Other.f", "import FoundationEssentials"])
    func refused(_ line: String) throws {
        let result = try check("import Lower\n\(line)\n", table: "Lower\nUpper Lower\n")
        #expect(result.status == 1)
        #expect(result.output.contains("Sources/Upper/A.swift:2: Upper may not import"), "\(result.output)")
    }

    @Test("a target the table does not have is refused")
    func unknownTarget() throws {
        #expect(try check("", target: "New", table: "Lower\n").status == 1)
    }

    @Test("a table whose arrows reverse is refused")
    func reversed() throws {
        let result = try check("", table: "Lower Upper\nUpper Lower\n")
        #expect(result.status == 1)
        #expect(result.output.contains("Lower may not import Upper"))
    }

    @Test("unsafe code is refused outside the targets that face C", arguments: [("Upper", 1), ("LinuxSystem", 0)])
    func unsafeCode(_ target: String, _ status: Int32) throws {
        let result = try check("let x = unsafe f()\n", target: target, table: "LinuxSystem\nUpper\n")
        #expect(result.status == status, "\(result.output)")
    }
}
