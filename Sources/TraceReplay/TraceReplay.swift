import ArchiveFiles
package import BalancingModel
package import HostReading
package import Insight
package import LinuxSystem
package import TextOutput
package import Tracing

/// What `numawatch replay` does: from a trace and a captured root to a report or lines.
package enum TraceReplay {
    /// What is written.
    package enum Format: String, Sendable, CaseIterable {
        /// The report for people.
        case report
        /// The report as one JSON object.
        case json
        /// One line for each `misplaced` event; see ``ReplayRun/Lines/decisions``.
        case decisions
        /// One line for each change of a task's ledger; see ``ReplayRun/Lines/ledger``.
        case ledger
    }

    package struct Options: Sendable {
        /// The trace's path; `-` is standard input.
        package var path: String
        package var drive: ReplayDrive = .shadow
        package var format: Format = .report
        /// Columns of the terminal, for the report.
        package var width = 100
        /// Where the trace was taken: a captured root. If nil, `root/` beside the trace is looked for, and without that
        /// the machine is concluded from the stream.
        package var root: (any HostRoot)?

        package init(path: String) { self.path = path }
    }

    /// Why there is no result.
    package enum Failure: Error, Sendable, CustomStringConvertible {
        /// The trace cannot be opened.
        case source(TraceSourceError)
        /// The root that was named does not tell the machine.
        case root(SourceFailure)
        /// A trace from a pipe needs `--root`.
        case machineUnknown
        /// Nothing in the file is a trace: it holds no event at all, known or unknown.
        case notATrace(name: String, detail: String)
        case sink(ByteSinkError)

        package var description: String {
            switch self {
            case .source(let error): "\(error)"
            case .root(let failure): "\(failure); --root wants the root the trace was taken on"
            case .machineUnknown:
                "a trace that can be read only once needs --root: its machine cannot be looked for ahead"
            case .notATrace(let name, let detail):
                "\(name): no trace: \(detail); expected the kernel's trace file, trace-cmd report or perf script"
            case .sink(.closed): "the reader of the output is gone"
            case .sink(.failed(let errno)): "cannot write the output: errno \(errno)"
            }
        }
    }

    /// Replays a trace and writes what was asked for.
    ///
    /// A trace that is cut off or damaged is replayed as far as it can be read; the report says so.
    ///
    /// - Returns: The report, whatever the format: the caller may want to complain of what it says.
    @discardableResult
    package static func run(_ options: Options, sink: inout some ByteSink) throws(Failure) -> ReplayReport {
        let source = FileTrace(path: options.path, isReopenable: isRegular(options.path))
        let machine = try machine(for: options)
        let lines: ReplayRun.Lines =
            switch options.format {
            case .report, .json: .none
            case .decisions: .decisions
            case .ledger: .ledger
            }
        let report: ReplayReport
        do {
            report = try ReplayDriver.run(
                source, machine: machine, drive: options.drive, lines: lines, sink: &sink)
        } catch {
            switch error {
            case .source(let failure): throw .source(failure)
            case .sink(let failure): throw .sink(failure)
            case .machineUnknown: throw .machineUnknown
            }
        }
        let diagnostics = report.diagnostics
        if diagnostics.events == 0, diagnostics.unknownEvents.isEmpty, diagnostics.entriesWritten == nil,
            diagnostics.foreignMarks == 0, diagnostics.lossMarks == 0
        {
            throw .notATrace(
                name: report.name,
                detail: report.readFailure ?? "\(diagnostics.lines) lines, none of them an event")
        }
        var output: [UInt8] = []
        switch options.format {
        case .decisions, .ledger: return report
        case .report: report.appendText(to: &output, width: options.width)
        case .json:
            var json = JSONWriter(isIndented: true)
            report.write(to: &json)
            output = json.bytes
            output.append(0x0a)
        }
        do {
            try sink.write(output.span)
        } catch {
            throw .sink(error)
        }
        return report
    }

    static func machine(for options: Options) throws(Failure) -> ReplayMachine? {
        if let root = options.root {
            do {
                return ReplayMachine(try BalancingHost.read(from: UnpackingRoot(root)))
            } catch {
                throw .root(error)
            }
        }
        return foundRoot(options.path)?.machine
    }

    /// The host that a trace was taken on, where it came with one: in the recording itself, or in `root/` beside it.
    ///
    /// - Returns: nil where there is none, or what is there does not tell the machine: then the stream tells.
    package static func root(of path: String) -> (any HostRoot)? { foundRoot(path)?.root }

    private static func foundRoot(_ path: String) -> (root: any HostRoot, machine: ReplayMachine)? {
        guard path != "-" else { return nil }
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let beside = try? DirectoryRoot((directory.isEmpty ? "/" : directory) + "/root")
        for root in [recordedRoot(path), beside] as [(any HostRoot)?] {
            guard let root = root.map(UnpackingRoot.init), let host = try? BalancingHost.read(from: root) else {
                continue
            }
            return (root, ReplayMachine(host))
        }
        return nil
    }

    /// The host that a recording carries with it.
    private static func recordedRoot(_ path: String) -> ArchiveRoot? {
        guard isRegular(path), StoredFile.isTraceDat(path), let file = try? StoredFile(path: path),
            let layout = try? TraceDatLayout(reading: file),
            let section = try? TraceDatHostSection(of: layout, in: file)
        else { return nil }
        return try? ArchiveRoot.load(path, offsetBytes: section.offsetBytes)
    }

    /// Pipes, terminals and sockets cannot be read twice.
    static func isRegular(_ path: String) -> Bool {
        !path.hasPrefix("/dev/") && !path.hasPrefix("/proc/self/fd/")
    }
}

extension ReplayMachine {
    /// The machine as a captured root tells it.
    package init(_ host: BalancingHost) {
        self.init(
            layout: host.layout, profile: host.profile,
            facts: host.facts.map {
                Fact(name: $0.name, value: $0.value, origin: $0.origin, isAssumed: $0.isAssumed)
            })
    }
}
