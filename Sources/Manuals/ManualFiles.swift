import ArgumentParser
import Commands
import Exposition
import LinuxSystem

/// What is made for an installation and lies in no repository: manual pages, the journal's catalogue, completions.
package enum ManualFiles {
    package struct File: Sendable {
        package var name: String
        package var text: String
    }

    /// Every page there is, for the sections SEE ALSO.
    static let references = [
        "numawatch(1)", "numawatchd(8)", "numawatch-iterator(8)", "numawatchd.conf(5)", "numawatch-events(7)",
        "numawatch-api(7)",
    ]

    /// - Throws: ``ManualProblem`` where a text that they are made from has not the form that is known.
    package static func all(version: String) throws(ManualProblem) -> [File] {
        let pages = [
            CommandManual.page(try HelpDump.ofNumawatch()), try ProgramManuals.daemon(), try ProgramManuals.iterator(),
            ConfigurationManual.page, EventManual.page, InterfaceManual.page(version: version),
        ]
        return pages.map { File(name: $0.fileName, text: $0.roff(version: version)) } + [
            File(name: "numawatch.catalog", text: EventManual.journalCatalogue),
            File(name: "numawatch.bash", text: sourced(NumawatchCommand.completionScript(for: .bash)) + "\n"),
            File(name: "_numawatch", text: NumawatchCommand.completionScript(for: .zsh) + "\n"),
            File(name: "numawatch.fish", text: NumawatchCommand.completionScript(for: .fish) + "\n"),
        ]
    }

    /// A script without the line that names its interpreter: a shell reads it into itself.
    private static func sourced(_ script: String) -> String {
        script.hasPrefix("#!") ? String(script.drop { $0 != "\n" }.dropFirst()) : script
    }

    /// Writes them into a directory.
    ///
    /// - Returns: What to say, where it did not succeed.
    package static func write(into directory: String, version: String) -> String? {
        do {
            for file in try all(version: version) {
                try Output.replaceFile("\(directory)/\(file.name)", with: Array(file.text.utf8))
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// An abstract as the half sentence of a page's name.
    static func summary(_ abstract: String) -> String {
        let text = abstract.last == "." ? String(abstract.dropLast()) : abstract
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    static func sentence(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst() + (text.last == "." ? "" : ".")
    }

    /// Lines of at most 78 columns.
    static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + word.count + 1 > 78 {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
