import ArgumentParser
import Commands
import TextOutput

/// A command as swift-argument-parser describes it (`numawatch --experimental-dump-help`).
struct HelpDump: Sendable {
    struct Argument: Sendable, Hashable {
        /// `--socket <path>`, `-h, --help`, `<pid>`.
        var form: String
        var text: String
        var isOption: Bool
        var isOptional: Bool
    }

    var name: String
    var abstract: String
    /// Paragraphs, and lines that are as they are.
    var discussion: String
    var arguments: [Argument]
    var subcommands: [HelpDump]

    /// The command line of `numawatch`.
    ///
    /// - Throws: Where the parser's form is another than the one that is known here.
    static func ofNumawatch() throws(ManualProblem) -> HelpDump {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: Array(NumawatchCommand._dumpHelp().utf8))
        } catch {
            throw ManualProblem("the help of numawatch is no JSON: \(error)")
        }
        guard let command = document["command"] else { throw ManualProblem("the help of numawatch has no command") }
        return try HelpDump(command)
    }

    init(_ value: JSONValue) throws(ManualProblem) {
        guard let name = value["commandName"]?.text else { throw ManualProblem("a command has no name") }
        self.name = name
        abstract = value["abstract"]?.text ?? ""
        discussion = value["discussion"]?.text ?? ""
        arguments = []
        for argument in value["arguments"]?.elements ?? [] where argument["shouldDisplay"] != .boolean(false) {
            arguments.append(try Argument(argument, of: name))
        }
        subcommands = []
        for command in value["subcommands"]?.elements ?? [] where command["commandName"]?.text != "help" {
            subcommands.append(try HelpDump(command))
        }
    }

    /// This command and those below it that do something, with the words that call them.
    func leaves(after words: [String] = []) -> [(words: [String], command: HelpDump)] {
        let here = words + [name]
        if subcommands.isEmpty { return [(here, self)] }
        return subcommands.flatMap { $0.leaves(after: here) }
    }
}

extension HelpDump.Argument {
    fileprivate init(_ value: JSONValue, of command: String) throws(ManualProblem) {
        guard let kind = value["kind"]?.text else { throw ManualProblem("an argument of \(command) has no kind") }
        let valueName = "<\(value["valueName"]?.text ?? "value")>"
        let names = (value["names"]?.elements ?? []).compactMap { entry -> String? in
            guard let name = entry["name"]?.text else { return nil }
            return entry["kind"]?.text == "long" ? "--\(name)" : "-\(name)"
        }
        let repeating = value["isRepeating"] == .boolean(true) ? " ..." : ""
        switch kind {
        case "positional":
            form = valueName + repeating
            isOption = false
        case "option":
            form = names.joined(separator: ", ") + " \(valueName)" + repeating
            isOption = true
        case "flag":
            form = names.joined(separator: ", ")
            isOption = true
        default: throw ManualProblem("an argument of \(command) is a “\(kind)”, which is not known")
        }
        isOptional = value["isOptional"] == .boolean(true)
        guard !form.isEmpty else { throw ManualProblem("an argument of \(command) has no name") }
        var text = value["abstract"]?.text ?? ""
        if let choices = value["allValues"]?.elements?.compactMap(\.text), !choices.isEmpty {
            text += " One of: \(choices.joined(separator: ", "))."
        }
        if kind != "flag", let initial = value["defaultValue"]?.text { text += " Default: \(initial)." }
        self.text = text
    }
}

/// Why a manual cannot be made.
package struct ManualProblem: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
