import DaemonRuntime
import Exposition
import FixtureSupport
import LinuxSystem
import Testing

@testable import Manuals

@Suite("What is made for an installation")
struct ManualFilesTests {
    private static let version = "1.2.3"

    private func text(_ name: String) throws -> String {
        try #require(try ManualFiles.all(version: Self.version).first { $0.name == name }).text
    }

    /// As it stands in a page.
    private func contains(_ name: String, _ words: String) throws -> Bool {
        try text(name).contains(ManualPage.escaped(words))
    }

    @Test("numawatch(1) has every command with every option, each option shared by many once")
    func commandLine() throws {
        let page = try text("numawatch.1")
        let leaves = try HelpDump.ofNumawatch().leaves()
        #expect(leaves.count >= 14)
        for (words, command) in leaves {
            #expect(page.contains(".SS \(ManualPage.escaped(words.joined(separator: " ")))\n"))
            #expect(page.contains(ManualPage.escaped(command.abstract)), "\(words)")
            for argument in command.arguments {
                #expect(page.contains(ManualPage.escaped(argument.form)), "\(words) \(argument.form)")
            }
        }
        #expect(page.ranges(of: ".B \"\\-\\-socket <path>\"\n").count == 1)
        #expect(page.contains(".B \"77\"\nnot permitted\n"))
    }

    @Test("the pages of the other programs have every option that --help prints")
    func programs() throws {
        for (page, help) in [("numawatchd.8", DaemonArguments.help)] {
            for option in try ProgramHelp(help).options {
                #expect(try contains(page, option.form), "\(option.form)")
            }
        }
        #expect(try contains("numawatch-iterator.8", "--group NAME"))
    }

    @Test("numawatchd.conf(5) has every key with its default")
    func configuration() throws {
        for key in ConfigurationTable.keys {
            #expect(try contains("numawatchd.conf.5", "\(key.name)="))
            #expect(try contains("numawatchd.conf.5", key.summary))
        }
    }

    @Test("numawatch-events(7) and the journal's catalogue have every event, with its identifier")
    func events() throws {
        let catalogue = try text("numawatch.catalog")
        for event in DaemonEvent.allCases {
            #expect(try contains("numawatch-events.7", event.messageID))
            #expect(try contains("numawatch-events.7", event.explanation.advice))
            #expect(catalogue.contains("\n-- \(event.messageID)\nSubject: "))
        }
        #expect(!catalogue.contains("@"), "what stands between two @ is replaced by the journal")
    }

    @Test("every event says what it means and what to do, in whole sentences")
    func explanations() {
        for event in DaemonEvent.allCases {
            for text in [event.explanation.meaning, event.explanation.advice] {
                #expect(text.hasSuffix(".") || text.hasSuffix("…."), "\(event): \(text)")
                #expect(text.first?.isUppercase == true || text.hasPrefix("kernel.") || text.hasPrefix("systemd"))
            }
        }
        #expect(Set(DaemonEvent.allCases.map(\.explanation.meaning)).count == DaemonEvent.allCases.count)
    }

    @Test("numawatch-api(7) has every path and every metric, the server's own included")
    func interface() throws {
        for family in InterfaceManual.catalogue(version: Self.version).families {
            #expect(try contains("numawatch-api.7", family.name))
        }
        for path in ["/metrics", "/v1/status", "/v1/explain", "/openapi.json", "numawatch_socket_connections"] {
            #expect(try contains("numawatch-api.7", path), "\(path)")
        }
    }

    @Test(
        "completions of three shells know every command", arguments: ["numawatch.bash", "_numawatch", "numawatch.fish"])
    func completions(_ name: String) throws {
        let script = try text(name)
        for command in try HelpDump.ofNumawatch().subcommands {
            #expect(script.contains(command.name), "\(command.name)")
        }
    }

    /// To renew it, run once with `NUMAWATCH_UPDATE_GOLDEN=1`.
    @Test("the table of docs/events.md is the one of the program")
    func document() throws {
        let root = String(Fixture.directory.dropLast("/Tests/Fixtures".count))
        let text = String(decoding: try DirectoryRoot(root).readBytes("/docs/events.md"), as: UTF8.self)
        let start = try #require(text.firstRange(of: "| event | level |")).lowerBound
        let end = try #require(text[start...].firstRange(of: "\n\n")).lowerBound
        if HostFacts.environmentVariable("NUMAWATCH_UPDATE_GOLDEN") != nil {
            let new = text[..<start] + EventManual.table.dropLast() + text[end...]
            try Output.replaceFile(root + "/docs/events.md", with: Array(new.utf8))
        } else {
            // Not compared within the expectation, which would look for every letter that differs.
            let isUpToDate = text[start..<end] == EventManual.table.dropLast()
            #expect(isUpToDate, "run once with NUMAWATCH_UPDATE_GOLDEN=1")
        }
    }
}
