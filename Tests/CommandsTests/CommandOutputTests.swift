import ArgumentParser
import Testing

@testable import Commands

@Suite("Text on a terminal and in a pipe")
struct CommandOutputTests {
    private static let hostile = "numawatch_x{group=\"a\u{1b}[31m\u{9b}2J\u{202e}b\u{7f}\"} 1\n"

    @Test("a document is escaped for a terminal and left as it is to the byte for anything else")
    func documents() {
        let terminal = CommandOutput(widthLimit: 80, hasColour: false)
        let pipe = CommandOutput(widthLimit: nil, hasColour: false)
        #expect(
            String(decoding: terminal.rendered(Array(Self.hostile.utf8)), as: UTF8.self)
                == "numawatch_x{group=\"a\\u{1b}[31m\\u{9b}2J\\u{202e}b\\u{7f}\"} 1\n")
        let bytes = Array(Self.hostile.utf8) + [0xff, 0xfe]
        #expect(pipe.rendered(bytes) == bytes)
    }

    @Test("the status of help and of a wrong argument is the parser's")
    func statuses() {
        func status(_ arguments: [String]) -> Int32? {
            do {
                _ = try NumawatchCommand.parseAsRoot(arguments)
                return nil
            } catch {
                return NumawatchCommand.exitCode(for: error).rawValue
            }
        }
        #expect(status(["--version"]) == 0)
        #expect(status(["status", "--nonsense"]) == 64)
    }
}
