/// The letters of numactl's `numastat`, as people type them: `-vc`, `-s1`, `-czs2`, `-p 12 postgres`.
///
/// `-s` takes its node only when it is attached, which no general argument parser offers; hence this one.
package struct NumastatArguments: Sendable, Equatable {
    /// `-c`: narrow columns, whole megabytes.
    package var isCompact = false
    /// `-m`: system memory per node.
    package var showsMeminfo = false
    /// `-n`: allocation statistics per node.
    package var showsStatistics = false
    /// `-v`: a table for each process, however many.
    package var isVerbose = false
    /// `-z`: no rows and columns of zeros.
    package var skipsZeros = false
    /// `-s`, `-s<node>`.
    package var sortsByTotal = false
    package var sortNode: Int?
    /// `-V`
    package var showsVersion = false
    /// `--help`
    package var showsHelp = false
    /// `--json`
    package var isJSON = false
    /// `--root DIR`
    package var rootPath: String?
    /// `-p` and what stands alone: process ids and parts of command lines.
    package var processes: [String] = []

    package init() {}

    /// Reads the arguments after `numastat`.
    ///
    /// - Throws: ``CommandFailure`` with status `usage`.
    package init(parsing arguments: [String]) throws(CommandFailure) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                processes += rest
                return
            }
            if argument.hasPrefix("--") {
                try parseLong(argument, &rest)
            } else if argument.hasPrefix("-"), argument.utf8.count > 1 {
                try parseLetters(argument.dropFirst(), &rest)
            } else {
                processes.append(argument)
            }
        }
    }

    private mutating func parseLong(_ argument: String, _ rest: inout ArraySlice<String>) throws(CommandFailure) {
        switch argument {
        case "--json": isJSON = true
        case "--help": showsHelp = true
        case "--local": break  // It always reads the host itself, as the original does.
        case "--root": rootPath = try Self.value(of: argument, &rest)
        case _ where argument.hasPrefix("--root="): rootPath = String(argument.dropFirst("--root=".count))
        default: throw Self.unknown(argument)
        }
    }

    private mutating func parseLetters(
        _ letters: Substring, _ rest: inout ArraySlice<String>
    ) throws(CommandFailure) {
        var letters = letters
        while let letter = letters.popFirst() {
            switch letter {
            case "c": isCompact = true
            case "m": showsMeminfo = true
            case "n": showsStatistics = true
            case "v": isVerbose = true
            case "V": showsVersion = true
            case "z": skipsZeros = true
            case "h": showsHelp = true
            case "p":
                processes.append(letters.isEmpty ? try Self.value(of: "-p", &rest) : String(letters))
                return
            case "s":
                sortsByTotal = true
                guard !letters.isEmpty else { return }
                guard let node = Int(letters), node >= 0 else {
                    throw CommandFailure(.usage, "“-s\(letters)”: \(letters) is not the number of a node.")
                }
                sortNode = node
                return
            default: throw Self.unknown("-\(letter)")
            }
        }
    }

    private static func value(of option: String, _ rest: inout ArraySlice<String>) throws(CommandFailure) -> String {
        guard let value = rest.popFirst() else {
            throw CommandFailure(.usage, "\(option) wants a value.", remedy: "See “numawatch numastat --help”.")
        }
        return value
    }

    private static func unknown(_ option: String) -> CommandFailure {
        CommandFailure(.usage, "numastat knows no option \(option).", remedy: "See “numawatch numastat --help”.")
    }

    /// How the tables are to look.
    package var style: NumastatTable.Style {
        var style = NumastatTable.Style()
        style.isCompact = isCompact
        style.skipsZeros = skipsZeros
        style.order = sortNode.map { .byNode($0) } ?? (sortsByTotal ? .byTotal : .asGiven)
        return style
    }

    /// What `--help` prints.
    package static let help = """
        USAGE: numawatch numastat [-c] [-m] [-n] [-p <pid|pattern>] [-s[<node>]] [-v] [-V] [-z]
                                  [--json] [--root <dir>] [<pid|pattern> ...]

        The tables of numactl's numastat, read from the host itself; no daemon is asked.

          -c                 narrow columns, whole megabytes
          -m                 system memory per node
          -n                 allocation statistics per node
          -p <pid|pattern>   where the memory of processes is: by id, or all whose command line holds the pattern.
                             Reading it walks the processes' page tables: see docs/watching.md
          -s[<node>]         largest first, by total or by one node
          -v                 a table for each process, however many
          -V                 the version
          -z                 leave out rows and columns of zeros
          --json             the same as JSON
          --root <dir>       read a captured root directory instead of this host

        Without options, the counters of every node in pages.

        """
}
