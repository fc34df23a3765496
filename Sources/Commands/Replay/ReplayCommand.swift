import ArgumentParser
import BalancingModel
import Insight
import LinuxSystem
import SystemPackage
import TextOutput
import TraceReplay

/// `numawatch replay TRACE`: the kernel's decisions, replayed through the model and compared.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Replay a trace of hint faults through the model of the balancing algorithm.",
        discussion: """
            Reads a trace.dat of version 6 (numawatch record, trace-cmd) or ftrace text (the kernel's trace file, \
            trace-cmd report, perf script), plain or compressed. In the \
            shadow drive the model predicts each decision, compares it with the kernel's and goes on from what the kernel \
            did; in the blind drive everything that reveals a decision is ignored and the model's own outcome stands in.

            The machine the trace was taken on is read from --root, else from a directory root/ beside the trace, else \
            concluded from the trace itself, which the report says.
            """)

    @Argument(help: "The trace; - for standard input, which needs --root.")
    var trace: String

    @Option(
        help: ArgumentHelp("The captured root the trace was taken on: a directory or an archive.", valueName: "path"))
    var root: String?

    @Flag(help: "Ignore everything that reveals a decision.")
    var blind = false

    @Option(help: "report, json, decisions or ledger.")
    var format: TraceReplay.Format?

    @Flag(name: .customLong("json"), help: "The same as --format json.")
    var isJSON = false

    func validate() throws {
        if isJSON, format != nil {
            throw ValidationError("Give --format or --json, not both.")
        }
    }

    func run() throws {
        var options = TraceReplay.Options(path: trace)
        options.drive = blind ? .blind : .shadow
        options.format = isJSON ? .json : format ?? .report
        options.width = CommandOutput.standard().widthLimit ?? 100
        if let root {
            options.root = try HostRoots.open(root)
        }
        var sink = BufferedByteSink(StandardOutputSink())
        let report: ReplayReport
        do throws(TraceReplay.Failure) {
            report = try TraceReplay.run(options, sink: &sink)
            try Self.flush(&sink)
        } catch {
            throw try Self.failure(error)
        }
        if let problem = report.readFailure {
            CommandOutput.complain("\(problem); what was readable is reported")
            throw ExitCode(ExitStatus.badData.rawValue)
        }
    }

    private static func flush(_ sink: inout BufferedByteSink<StandardOutputSink>) throws(TraceReplay.Failure) {
        do throws(ByteSinkError) {
            try sink.flush()
        } catch {
            throw .sink(error)
        }
    }

    /// What a failure means for the caller: its status; a closed pipe is success.
    static func failure(_ failure: TraceReplay.Failure) throws -> CommandFailure {
        switch failure {
        case .source: CommandFailure(.noInput, "\(failure)")
        case .root: CommandFailure(.badData, "\(failure)")
        case .machineUnknown: CommandFailure(.usage, "\(failure)")
        case .notATrace: CommandFailure(.badData, "\(failure)")
        case .sink(.closed): throw ExitCode.success
        case .sink(.failed): CommandFailure(.cannotWrite, "\(failure)")
        }
    }
}

extension TraceReplay.Format: ExpressibleByArgument {}

/// Standard output as a sink.
struct StandardOutputSink: ByteSink {
    mutating func write(_ bytes: Span<UInt8>) throws(ByteSinkError) {
        var copy: [UInt8] = []
        copy.append(span: bytes)
        do throws(SystemFailure) {
            try Output.write(copy, to: Terminal.standardOutput)
        } catch {
            throw error.errno == .brokenPipe ? .closed : .failed(errno: error.errno.rawValue)
        }
    }
}
