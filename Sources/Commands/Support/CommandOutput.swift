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

    /// Whether someone looks at it.
    var isTerminal: Bool { widthLimit != nil }

    /// Writes a document.
    func write(_ document: [UInt8]) throws {
        try write(raw: rendered(document))
    }

    /// A document as it is written: byte for byte, but for a terminal with everything escaped that the terminal would act
    /// on. Names in it may hold anything, and no format but JSON escapes all of it.
    func rendered(_ document: [UInt8]) -> [UInt8] {
        isTerminal ? Array(String(decoding: document, as: UTF8.self).terminalSafeLines.utf8) : document
    }

    /// Writes a command's own text, in which names are safe already.
    func write(_ text: String) throws {
        try write(raw: Array(text.utf8))
    }

    /// Writes to standard output. A closed pipe ends the program with success.
    private func write(raw bytes: [UInt8]) throws {
        do {
            try Output.write(bytes, to: Terminal.standardOutput)
        } catch let failure where failure.errno == .brokenPipe {
            throw ExitCode.success
        } catch {
            throw CommandFailure(.cannotWrite, "\(error)")
        }
    }

    /// Writes a line to standard error; there is nowhere to complain if that fails.
    static func complain(_ text: String) {
        tell("numawatch: \(text)")
    }

    /// The same of a text that needs no name in front.
    static func tell(_ text: String) {
        try? Output.write(Array("\(text.terminalSafeLines)\n".utf8), to: Terminal.standardError)
    }
}
