/// What `--help` of a program says that parses its arguments by hand, taken apart:
///
/// ```
/// numawatchd: watch automatic NUMA balancing on this host
///
/// Usage: numawatchd [--config FILE]
///        numawatchd --version
///
///   --config FILE    read FILE instead
///   --version        print the version
///
/// Signals: HUP reads the configuration again.
/// ```
struct ProgramHelp: Sendable {
    var name: String
    var summary: String
    var usage: [String]
    var options: [(form: String, text: String)]
    /// What follows the options, a paragraph each.
    var remarks: [String]

    /// - Throws: Where the text has another form: a page without options would not be noticed.
    init(_ text: String) throws(ManualProblem) {
        var paragraphs: [[Substring]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty { paragraphs.append([]) } else { paragraphs[paragraphs.count - 1].append(line) }
        }
        paragraphs.removeAll(where: \.isEmpty)
        guard paragraphs.count >= 3, let title = paragraphs[0].first, let colon = title.firstIndex(of: ":") else {
            throw ManualProblem("a help text does not begin with “NAME: SUMMARY”, its usage and its options")
        }
        name = String(title[..<colon])
        summary = String(title[colon...].dropFirst(2))
        usage = try Self.usage(paragraphs[1], of: name)
        options = try Self.options(paragraphs[2], of: name)
        remarks = paragraphs.dropFirst(3).map { $0.joined(separator: " ") }
    }

    private static func usage(_ lines: [Substring], of name: String) throws(ManualProblem) -> [String] {
        guard let first = lines.first, first.lowercased().hasPrefix("usage: ") else {
            throw ManualProblem("the help of \(name) has no line “Usage: …”")
        }
        return [String(first.dropFirst("Usage: ".count))] + lines.dropFirst().map { String($0.drop { $0 == " " }) }
    }

    private static func options(
        _ lines: [Substring], of name: String
    ) throws(ManualProblem) -> [(form: String, text: String)] {
        var options: [(form: String, text: String)] = []
        for line in lines {
            let words = line.drop { $0 == " " }
            if words.hasPrefix("-"), let gap = words.firstRange(of: "  ") {
                options.append((String(words[..<gap.lowerBound]), String(words[gap.upperBound...].drop { $0 == " " })))
            } else if options.isEmpty {
                throw ManualProblem("the help of \(name): “\(line)” is no option")
            } else {
                options[options.count - 1].text += " \(words)"
            }
        }
        return options
    }
}
