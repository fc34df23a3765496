package import LinuxSystem
package import Logging
import Sampling
import SystemPackage
import TextOutput

/// What has to be settled before the daemon has threads: its command line, its configuration, its log and the sockets it
/// was given (taking them changes the environment, which only a process with one thread may do).
package struct DaemonStart: Sendable {
    package let arguments: DaemonArguments
    package let configuration: DaemonConfiguration
    package let threshold: LogThresholdBox
    package let logger: Logger
    package let root: DirectoryRoot
    package let passedSockets: [PassedSocket]

    package static let programName = "numawatchd"

    /// To be called before anything asks for the command line, which Swift reads from there.
    package static func requireOwnProcess() throws(DaemonExit) {
        do throws(SystemFailure) {
            try HostFacts.requireOwnProcess()
        } catch {
            complain("\(error)")
            throw .unavailable
        }
    }

    /// Reads everything, and does at once what needs no daemon.
    ///
    /// - Parameter commandLine: Without the program's name.
    /// - Throws: The status to exit with, success included; what there is to say has been said.
    package init(commandLine: [String]) throws(DaemonExit) {
        do throws(DaemonUsageError) {
            arguments = try DaemonArguments(commandLine)
        } catch {
            Self.complain("\(error)\nTry \(Self.programName) --help.")
            throw .usage
        }
        switch arguments.action {
        case .printHelp: try Self.finish(DaemonArguments.help)
        case .printVersion: try Self.finish("\(Self.programName) \(DaemonVersion.current)\n")
        case .printConfiguration(.file): try Self.finish(ConfigurationTable.shippedFile)
        case .printConfiguration(.manual): try Self.finish(ConfigurationTable.manual)
        case .printConfiguration(.effective), .checkConfiguration, .run: break
        }

        threshold = LogThresholdBox(DaemonConfiguration().log.level)
        let handler = LogDestination.ofThisProcess.handler(identifier: Self.programName, threshold: threshold)
        logger = Logger(label: Self.programName) { _ in handler }
        do throws(ConfigurationError) {
            configuration = try Self.loadConfiguration(file: arguments.configurationFile)
        } catch {
            for problem in error.problems {
                logger.log(
                    .configurationRefused, "\(problem)", metadata: ["config_file": .string(problem.file)])
            }
            throw .configuration
        }
        threshold.set(configuration.log.level)
        switch arguments.action {
        case .printConfiguration: try Self.finish(ConfigurationTable.file(of: configuration, onlyChanged: false))
        case .checkConfiguration:
            let problems = Self.readNames(besideFile: arguments.configurationFile).problems
            for problem in problems {
                logger.log(.nameRefused, "\(problem)", metadata: ["names_file": .string(problem.file)])
            }
            guard problems.isEmpty else { throw .configuration }
            try Self.finish("The configuration is valid.\n")
        case .run, .printHelp, .printVersion: break
        }

        do throws(ReadFailure) {
            root = arguments.root == "/" ? .live : try DirectoryRoot(arguments.root)
        } catch {
            logger.log(.failed, "The root cannot be read: \(error)")
            throw .unavailable
        }
        guard root.isLive || root.holdsMachine() else {
            logger.log(.failed, "The root cannot be read: \(arguments.root) holds no /proc and no /sys")
            throw .unavailable
        }
        do throws(SystemFailure) {
            passedSockets = try PassedSocket.takeAll()
        } catch {
            logger.log(.failed, "The sockets systemd passed cannot be used: \(error)")
            throw .failure
        }
    }

    /// The configuration of this host, or one file of it.
    static func loadConfiguration(file: String?) throws(ConfigurationError) -> DaemonConfiguration {
        try ConfigurationLoader.load(ConfigurationSearch.sources(in: DirectoryRoot.plainFiles, file: file))
    }

    /// What an administrator calls pods, containers and jobs on this host.
    func readNames() -> NamesReader { Self.readNames(besideFile: arguments.configurationFile) }

    /// - Parameter file: The configuration file that was named: then names lie beside it.
    private static func readNames(besideFile file: String?) -> NamesReader {
        guard let file, let slash = file.lastIndex(of: "/") else { return NamesReader(DirectoryRoot.plainFiles) }
        return NamesReader(DirectoryRoot.plainFiles, directories: ["\(file[..<slash])/names.d"])
    }

    /// Prints what was asked for. A reader that has gone away is no failure of ours; anything else is.
    private static func finish(_ text: String) throws(DaemonExit) -> Never {
        // Else the process would end by the signal.
        Terminal.ignoreBrokenPipe()
        do throws(SystemFailure) {
            try Output.write(Array(text.utf8), to: Terminal.standardOutput)
        } catch {
            if error.errno == .brokenPipe { throw .success }
            complain("\(error)")
            throw .failure
        }
        throw .success
    }

    /// There is nowhere to complain if this fails.
    private static func complain(_ text: String) {
        try? Output.write(Array("\(programName): \(text.terminalSafeLines)\n".utf8), to: Terminal.standardError)
    }
}
