/// The command line of `numawatch-iterator`.
package struct IteratorArguments: Equatable, Sendable {
    package enum Action: Equatable, Sendable {
        case load
        case remove
        /// Print the program that would be loaded.
        case list
        case printVersion
        case printHelp
    }

    /// What is wrong with a command line.
    package struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
        package var description: String
    }

    package var action = Action.load
    /// Where it is pinned.
    package var path = TaskIteratorFile.pin
    /// Who may read it; nil: the group the program runs as.
    package var group: String?

    /// - Parameter arguments: Without the program's name.
    package init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            func value(_ form: String) throws(UsageError) -> String {
                guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
                    throw UsageError(description: "\(parts[0]) needs a value: \(parts[0]) \(form)")
                }
                return value
            }
            switch parts[0] {
            case "--group": group = try value("NAME")
            case "--pin":
                path = try value("PATH")
                guard path.hasPrefix("/"), !path.hasSuffix("/") else {
                    throw UsageError(description: "--pin needs an absolute path: \(path)")
                }
            case "--remove" where parts.count == 1: action = .remove
            case "--list" where parts.count == 1: action = .list
            case "--version" where parts.count == 1: action = .printVersion
            case "--help" where parts.count == 1, "-h" where parts.count == 1: action = .printHelp
            default: throw UsageError(description: "unknown argument: \(argument)")
            }
        }
    }

    package static let help = """
        numawatch-iterator: lets numawatchd read all threads at once, by a BPF program that copies them out

        usage: numawatch-iterator [--group NAME] [--pin PATH]
               numawatch-iterator --remove [--pin PATH]
               numawatch-iterator --list

          --group NAME  who may read it, beside root; default: the group it runs as
          --pin PATH    its name in the BPF file system; default: \(TaskIteratorFile.pin)
          --remove      take it away
          --list        print the program's instructions for this kernel; nothing is loaded
          --version     print the version
          --help        print this

        It loads the program, pins it in the place of an older one, and ends. CAP_BPF and CAP_PERFMON are needed.
        See docs/iterator.md.

        """
}
