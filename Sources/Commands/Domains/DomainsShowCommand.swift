import ArgumentParser
import DomainReports
import KernelText
import LinuxSystem
import NUMATopology

/// `numawatch domains [show]`: reads the host, or a captured one, itself: all of it is cheap and readable for everyone.
struct DomainsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the domains and groups of this host or of a captured root.",
        discussion: """
            What the kernel shows (debugfs, schedstat) is preferred where it can be read; the rest follows from the \
            topology by the kernel's own rules. Where the two disagree, both are shown: the result on standard output is \
            the kernel's, and each disagreement is a line on standard error.
            """)

    @Option(
        name: .customLong("cpu"), help: ArgumentHelp("Only these CPUs, in the kernel's list format.", valueName: "list")
    )
    var cpuList: String?

    @Option(help: ArgumentHelp("Read a captured root: a directory or an archive.", valueName: "path"))
    var root: String?

    @Option(help: "picture, tree, table, kernel (what the kernel prints with sched_verbose), svg or json.")
    var format: DomainsCommand.Format?

    @Flag(help: "Draw the hierarchy; the default.")
    var picture = false

    @Flag(name: .customLong("json"), help: "The same as --format json.")
    var isJSON = false

    @Flag(name: .customLong("local"), help: .hidden)
    var isLocal = false

    @Flag(help: "Add the rates of load balancing, measured over --interval.")
    var stats = false

    @Option(help: "Seconds --stats measures over.")
    var interval = 1.0

    func validate() throws {
        if let cpuList {
            _ = try Self.cpus(cpuList)
        }
        if (picture || isJSON) && format != nil || picture && isJSON {
            throw ValidationError("Give one of --format, --picture and --json.")
        }
        guard interval.isFinite, interval > 0, interval <= 3600 else {
            throw ValidationError("--interval wants seconds, more than 0 and at most 3600.")
        }
        if stats, root != nil {
            throw ValidationError("--stats measures this host; a captured root stands still.")
        }
        if stats, format == .svg || format == .kernel {
            throw ValidationError("--stats adds a table: svg and kernel have none.")
        }
    }

    func run() async throws {
        let output = CommandOutput.standard()
        if format == .svg, output.isTerminal {
            throw CommandFailure(
                .usage, "A picture is not for a terminal.", remedy: "numawatch domains --format svg >domains.svg")
        }
        let root = try root.map { path throws(CommandFailure) in try HostRoots.open(path) } ?? HostRoots.live
        let result = DomainsCommand.show(
            root, format: isJSON ? .json : format ?? .picture, cpus: try cpuList.map(Self.cpus),
            widthLimit: output.widthLimit ?? 100, sampling: stats ? try await measure(root) : nil)
        try output.write(result.text)
        for note in result.notes {
            CommandOutput.complain(note)
        }
        guard result.isSuccess else {
            throw CommandFailure(
                .noInput, "No online CPU was found: this root does not hold a host's /sys/devices/system/cpu.")
        }
    }

    /// Two readings of the kernel's counters, `interval` apart.
    private func measure(_ root: any HostRoot) async throws -> BalanceSampling {
        let path = "/proc/schedstat"
        if BalanceSampling.isCounting(root) == false {
            throw CommandFailure(
                .negative, "The kernel does not count load balancing: kernel.sched_schedstats is 0.",
                remedy: "Switch it on with “sysctl kernel.sched_schedstats=1”; it costs the scheduler a little.")
        }
        let time = SystemTime()
        do {
            let beginning = try BalanceSampling.Beginning(root, nanoseconds: time.monotonicNanoseconds)
            try await time.sleep(untilMonotonicNanoseconds: time.monotonicNanoseconds + UInt64(interval * 1e9))
            return try beginning.finish(root, nanoseconds: time.monotonicNanoseconds)
        } catch let failure as ReadFailure {
            throw CommandFailure(
                .noInput, "\(failure)", remedy: "--stats needs a kernel built with CONFIG_SCHEDSTATS=y.")
        } catch let error as KernelTextError {
            throw CommandFailure(.badData, "\(path): \(error)")
        }
    }

    private static func cpus(_ text: String) throws -> CPUSet {
        let bytes = Array(text.utf8)
        do {
            return CPUSet(ranges: try CPUList.parse(bytes.span))
        } catch {
            throw ValidationError("--cpu “\(text)”: \(error.reason) at character \(error.byteOffset + 1).")
        }
    }
}

extension DomainsCommand.Format: ExpressibleByArgument {}
