import Foundation
import Testing

@Suite("What an installed numawatch needs of its host")
struct RunTimePackagesTests {
    /// Parts of glibc and what glibc itself depends on: on every Debian.
    private static let everywhere: Set<String> = ["libc6", "libgcc-s1"]
    private static let binaries = ProcessInfo.processInfo.environment["NUMAWATCH_LAB_BINARIES"]

    /// The packages of a group of `scripts/packages.txt`, with their reasons.
    private func packages(_ group: String) throws -> [(name: String, reason: String)] {
        try text(of: "\(repository)/scripts/packages.txt").split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
            guard words.count == 3, words[0] == group else { return nil }
            return (String(words[1]), String(words[2].drop { $0 == " " }))
        }
    }

    @Test(
        "the README names the packages of the table, in one command for each group",
        arguments: ["runtime", "runtime-tracing"])
    func readme(_ group: String) throws {
        let names = try packages(group).map(\.name)
        #expect(!names.isEmpty)
        #expect(
            try text(of: "\(repository)/README.md").contains("    apt-get install \(names.joined(separator: " ")) "))
    }

    @Test(
        "what the documentation of tracing and its drop-in install is the table's",
        arguments: ["docs/tracing.md", "systemd/tracing.conf"])
    func tracing(_ file: String) throws {
        let names = try packages("runtime-tracing").map(\.name).joined(separator: " ")
        #expect(try text(of: "\(repository)/\(file)").contains("apt-get install \(names)\n"))
    }

    @Test(
        "the release programs ask for the libraries of the table's packages and for no others",
        .enabled(
            if: binaries != nil,
            "NUMAWATCH_LAB_BINARIES names no directory of release programs; “make test” builds them and sets it"),
        arguments: ["numawatchd", "numawatch", "numawatch-iterator"])
    func needed(_ program: String) throws {
        let readelf = try #require(Command.path(of: "readelf"), "readelf is missing: Debian package binutils")
        let dynamic = try Command(readelf, ["--dynamic", "--wide", "\(try #require(Self.binaries))/\(program)"])
        #expect(dynamic.status == 0, "\(dynamic.output)")
        let libraries = dynamic.output.split(separator: "\n").filter { $0.contains("(NEEDED)") }.compactMap { line in
            line.split(separator: "[").last.map { String($0.dropLast()) }
        }
        #expect(libraries.contains("libc.so.6"), "\(dynamic.output)")
        var found: Set<String> = []
        for library in libraries {
            // libnuma1:amd64: /usr/lib/x86_64-linux-gnu/libnuma.so.1
            let search = try Command("/usr/bin/dpkg-query", ["--search", "*/\(library)"])
            let owners = search.output.split(separator: "\n").filter {
                $0.hasSuffix("/\(library)") && $0.contains("/lib")
            }
            found.insert(String(try #require(owners.first, "\(library)").prefix { $0 != ":" }))
        }
        // Those of the command line alone say so.
        let expected = try packages("runtime").filter { program == "numawatch" || $0.reason.hasPrefix("all programs") }
        #expect(found.subtracting(Self.everywhere) == Set(expected.map(\.name)))
    }
}
