import Foundation
import Testing

@Suite("Scripts")
struct ScriptTests {
    /// Those of `scripts`, and those that lie elsewhere.
    static let all =
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(repository)/scripts")) ?? []).filter {
            $0.hasSuffix(".sh")
        }.sorted().map { "scripts/\($0)" } + [
            "packaging/debian/postinst", "packaging/debian/prerm", "packaging/debian/postrm", ".ci/run",
        ]

    @Test("every script is valid POSIX shell", arguments: all)
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
    ///
    /// - Parameter manifest: Dependencies of targets; nil: those of the table.
    private func check(
        _ source: String, target: String = "Upper", table: String, manifest: [String: [String]]? = nil
    ) throws -> Command {
        let directory = try TemporaryDirectory()
        try directory.write("scripts/layers.txt", table)
        try directory.write(
            "scripts/check-layers.sh", try text(of: "\(repository)/scripts/check-layers.sh"), isExecutable: true)
        try directory.write("Sources/\(target)/A.swift", source)
        let lines = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let declared = manifest ?? Dictionary(uniqueKeysWithValues: lines.map { ($0[0], Array($0.dropFirst())) })
        let targets = declared.sorted { $0.key < $1.key }.map { name, dependencies in
            let list = dependencies.map { "\"\($0)\"" }.joined(separator: ", ")
            return ".target(name: \"\(name)\", dependencies: [\(list)])"
        }
        try directory.write("Package.swift", "let targets = [\n\(targets.joined(separator: ",\n"))\n]\n")
        let result = try Command("/bin/sh", ["\(directory.path)/scripts/check-layers.sh"])
        withExtendedLifetime(directory) {}
        return result
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

    @Test("an allowance that no file uses is refused")
    func unused() throws {
        let result = try check("import Glibc\n", table: "Lower\nUpper Lower\n")
        #expect(result.status == 1)
        #expect(result.output.contains("Upper may import Lower, but no file of it does"), "\(result.output)")
    }

    @Test("a manifest that says something else than the table is refused, either way")
    func manifest() throws {
        let more = try check("import Glibc\n", table: "Lower\nUpper\n", manifest: ["Upper": ["Lower"]])
        #expect(more.status == 1)
        #expect(more.output.contains("Upper depends on Lower, which"), "\(more.output)")
        let fewer = try check("import Lower\n", table: "Lower\nUpper Lower\n", manifest: ["Upper": []])
        #expect(fewer.status == 1)
        #expect(fewer.output.contains("on which it does not depend in Package.swift"), "\(fewer.output)")
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
