import LinuxSystem

/// The command line of `numawatchd`.
///
/// Parsed by hand on purpose: with swift-argument-parser, which links a part of Foundation, the statically linked daemon
/// grew from 8.7 to 24.4 MB and its resident size at start from 5.3 to 9.0 MB (Swift 6.3.1, x86-64), for five options.
/// The command line tool, which does not stay in memory, uses the parser.
package struct DaemonArguments: Equatable, Sendable {
    /// What is asked for.
    package enum Action: Equatable, Sendable {
        case run
        /// Read the configuration, say what is wrong with it, exit.
        case checkConfiguration
        case printConfiguration(Document)
        case printVersion
        case printHelp
    }

    /// What `--print-config` prints.
    package enum Document: String, CaseIterable, Sendable {
        /// The shipped `numawatchd.conf`.
        case file
        /// The manual page in Markdown.
        case manual
        /// What is in force: the files of this host applied over the defaults.
        case effective
    }

    package var action: Action = .run
    /// Read this file, and `<file>.d/`, instead of searching.
    package var configurationFile: String?
    /// Listen here, for the own user only, instead of where the configuration says.
    package var socketPath: String?
    /// Where the kernel's text is read.
    package var root: String = "/"

    package init() {}

    /// - Parameters:
    ///   - arguments: Without the program's name.
    ///   - currentDirectory: What relative paths begin at; nil where that cannot be told.
    /// - Throws: The first argument that is not understood.
    package init(
        _ arguments: [String], currentDirectory: String? = HostFacts.currentDirectory
    ) throws(DaemonUsageError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            var inline = parts.count == 2 ? String(parts[1]) : nil
            func value(_ form: String) throws(DaemonUsageError) -> String {
                defer { inline = nil }
                guard let value = inline ?? rest.popFirst(), !value.isEmpty else {
                    throw DaemonUsageError("\(name) needs a value: \(name) \(form)")
                }
                return value
            }
            // Once it runs, a daemon has no current directory to rely on, and its messages name whole paths.
            func path(_ form: String) throws(DaemonUsageError) -> String {
                let path = try value(form)
                if path.hasPrefix("/") { return path }
                guard let currentDirectory else {
                    throw DaemonUsageError("\(name): “\(path)” is relative, and there is no current directory")
                }
                return currentDirectory + (currentDirectory.hasSuffix("/") ? "" : "/") + path
            }
            switch name {
            case "--config": configurationFile = try path("FILE")
            case "--socket": socketPath = try path("PATH")
            case "--root": root = try path("DIR")
            case "--check-config": action = .checkConfiguration
            case "--print-config":
                let text = inline ?? Document.file.rawValue
                inline = nil
                guard let document = Document(rawValue: text) else {
                    throw DaemonUsageError(
                        "--print-config= takes one of "
                            + Document.allCases.map(\.rawValue).joined(separator: ", ") + ", not “\(text)”")
                }
                action = .printConfiguration(document)
            case "--version": action = .printVersion
            case "--help", "-h": action = .printHelp
            default:
                let suggestion = NearestName.of(name, among: Self.names)
                throw DaemonUsageError(
                    "unknown argument “\(argument)”" + (suggestion.map { "; did you mean \($0)?" } ?? ""))
            }
            if inline != nil { throw DaemonUsageError("\(name) takes no value") }
        }
    }

    private static let names = [
        "--config", "--socket", "--root", "--check-config", "--print-config", "--version", "--help",
    ]

    /// The text of `--help`.
    package static let help = """
        numawatchd: watch automatic NUMA balancing on this host

        Usage: numawatchd [--config FILE] [--socket PATH] [--root DIR]
               numawatchd --check-config | --print-config[=file|manual|effective] | --version | --help

          --config FILE    read FILE and FILE.d/*.conf instead of /etc/numawatch/numawatchd.conf
          --socket PATH    listen on PATH, for your own user only (mode 0600), instead of the configured socket
          --root DIR       read the kernel's files below DIR instead of /
          --check-config   say what is wrong with the configuration, and exit
          --print-config   print the default configuration file, its manual, or what is in force here
          --version        print the version
          --help           print this

        Signals: HUP reads the configuration again; TERM and INT stop it.
        Exit status: 0 stopped as asked; 1 failed; 64 wrong usage; 69 the host lacks what it needs; 78 the
        configuration was refused.

        """
}

/// A command line that was not understood.
package struct DaemonUsageError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
