import ArgumentParser
import LinuxSystem
import SystemPackage
import TextOutput

/// Where a command's text goes: standard output, with what the terminal can take.
///
/// Colour only on a terminal and not under `NO_COLOR` (https://no-color.org). A closed pipe is not an error: the reader had
/// enough, and the program ends well.
struct CommandOutput: Sendable {
    /// Columns of the terminal; absent when output is not one, and lines are then not cut.
    var widthLimit: Int?
    var hasColour: Bool

    /// What standard output is.
    static func standard() -> CommandOutput {
        let isTerminal = Terminal.isTerminal(Terminal.standardOutput)
        let columns =
            HostFacts.environmentVariable("COLUMNS").flatMap { Int($0) }
            ?? Terminal.size(Terminal.standardOutput)?.columns
        return CommandOutput(
            widthLimit: isTerminal ? max(40, columns ?? 80) : nil,
            hasColour: isTerminal && (HostFacts.environmentVariable("NO_COLOR") ?? "").isEmpty
                && HostFacts.environmentVariable("TERM") != "dumb")
    }

    enum Emphasis: String {
        case heading = "1"
        case good = "32"
        case warning = "33"
        case bad = "31"
        case faint = "2"
    }

    func styled(_ text: String, _ emphasis: Emphasis) -> String {
        hasColour ? "\u{1B}[\(emphasis.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Writes to standard output. A closed pipe ends the program with success.
    func write(_ bytes: [UInt8]) throws {
        do {
            try Output.write(bytes, to: Terminal.standardOutput)
        } catch let failure where failure.errno == .brokenPipe {
            throw ExitCode.success
        } catch {
            throw CommandFailure(.cannotWrite, "\(error)")
        }
    }

    func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// Writes a line to standard error; there is nowhere to complain if that fails.
    static func complain(_ text: String) {
        try? Output.write(Array("numawatch: \(text)\n".utf8), to: Terminal.standardError)
    }
}
