/// numawatch(1), from the parser's own description of the command line.
enum CommandManual {
    static func page(_ program: HelpDump) -> ManualPage {
        var page = ManualPage(program.name, section: 1, ManualFiles.summary(program.abstract))
        let leaves = program.leaves()
        let shared = sharedArguments(leaves.map(\.command))
        page.add(.section("SYNOPSIS"))
        for (words, command) in leaves { page.add(.paragraph(synopsis(words, command, shared))) }
        page.add(.section("DESCRIPTION"))
        page.add(blocks(of: program.discussion, upTo: "EXIT STATUS"))
        page.add(.section("COMMANDS"))
        for (words, command) in leaves {
            page.add(.subsection(words.joined(separator: " ")), .paragraph(command.abstract))
            page.add(blocks(of: command.discussion))
            let own = command.arguments.filter { !isEverywhere($0) && !shared.contains($0) }
            page.add(own.map { .term($0.form, $0.text) })
            let common = command.arguments.filter(shared.contains).map { $0.form.prefix { $0 != " " } }
            if !common.isEmpty {
                page.add(.paragraph("Common options: \(common.joined(separator: ", "))."))
            }
        }
        page.add(.section("COMMON OPTIONS"))
        page.add(shared.map { .term($0.form, $0.text) })
        page.add(
            .term("-h, --help", "Print the help of the program or of a command."),
            .term("--version", "Print the version."))
        page.add(.section("EXIT STATUS"))
        page.add(statuses(in: program.discussion))
        page.add(
            .section("ENVIRONMENT"), .term("NO_COLOR", "Where it is set, nothing is coloured."),
            .section("FILES"),
            .term("/run/numawatch/numawatch.sock", "The daemon's socket."))
        page.seeAlso(ManualFiles.references)
        return page
    }

    /// The help and version of the parser's own.
    private static func isEverywhere(_ argument: HelpDump.Argument) -> Bool {
        argument.form == "--version" || argument.form == "-h, --help" || argument.form == "--help"
    }

    /// What at least four commands take, in the order in which it comes first.
    static func sharedArguments(_ commands: [HelpDump]) -> [HelpDump.Argument] {
        var counts: [HelpDump.Argument: Int] = [:]
        var order: [HelpDump.Argument] = []
        for argument in commands.flatMap(\.arguments) where argument.isOption && !isEverywhere(argument) {
            if counts[argument] == nil { order.append(argument) }
            counts[argument, default: 0] += 1
        }
        return order.filter { (counts[$0] ?? 0) >= 4 }
    }

    private static func synopsis(_ words: [String], _ command: HelpDump, _ shared: [HelpDump.Argument]) -> String {
        let options = command.arguments.contains { $0.isOption && !isEverywhere($0) } ? ["[options]"] : []
        return
            (words + options
            + command.arguments.filter { !$0.isOption }.map { $0.isOptional ? "[\($0.form)]" : $0.form })
            .joined(separator: " ")
    }

    /// Paragraphs are what stands between empty lines; lines that are indented are as they are.
    ///
    /// - Parameter end: The line at which to stop.
    static func blocks(of discussion: String, upTo end: String? = nil) -> [ManualPage.Block] {
        var blocks: [ManualPage.Block] = []
        var words: [Substring] = []
        var lines: [Substring] = []
        func flush() {
            if !words.isEmpty { blocks.append(.paragraph(words.joined(separator: " "))) }
            if !lines.isEmpty { blocks.append(.example(lines.joined(separator: "\n"))) }
            (words, lines) = ([], [])
        }
        for line in discussion.split(separator: "\n", omittingEmptySubsequences: false) {
            if let end, line == end { break }
            if line.isEmpty {
                flush()
            } else if line.first == " " {
                if !words.isEmpty { flush() }
                lines.append(line)
            } else {
                if !lines.isEmpty { flush() }
                words.append(line)
            }
        }
        flush()
        return blocks
    }

    /// `  64<tab>wrong arguments` below the line `EXIT STATUS`.
    private static func statuses(in discussion: String) -> [ManualPage.Block] {
        let lines = discussion.split(separator: "\n")
        guard let start = lines.firstIndex(of: "EXIT STATUS") else { return [] }
        return lines[(start + 1)...].prefix { $0.first == " " }.compactMap { line in
            let parts = line.split(separator: "\t", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return .term(String(parts[0].drop { $0 == " " }), "\(parts[1])")
        }
    }
}
