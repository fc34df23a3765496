import ArchiveFiles
import ArgumentParser
import DomainReports
import Exposition
import LinuxSystem
import NUMATopology
import Tracing

/// `numawatch record -o FILE`: hint faults of this host into a `trace.dat`.
struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record hint faults and what the kernel decides on them, for replay.",
        discussion: """
            Makes a trace instance of its own and probes in the group numawatch, and removes them at the end: after \
            --duration, on Ctrl-C, or when the recording was ended some other way, at the next start. Needs root and \
            tracefs. The file is a trace.dat of version 6, which trace-cmd and KernelShark read as well; it holds the \
            host's topology, settings and ledgers, so that “numawatch replay FILE” needs nothing else.

            Setting up takes some seconds, of which nothing is recorded: standard error says when the recording begins, \
            and at the end what it holds.
            """)

    @Option(name: .shortAndLong, help: ArgumentHelp("The recording.", valueName: "file"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "End after this many seconds from its beginning; without it, on Ctrl-C.", valueName: "seconds"))
    var duration: Double?

    @Option(
        help: ArgumentHelp(
            "Record only this process, its threads and what they start (more than once: these).", valueName: "pid"))
    var pid: [Int32] = []

    @Option(help: ArgumentHelp("Buffer of each CPU in MiB.", valueName: "MiB"))
    var buffer = 8

    @Option(help: ArgumentHelp("Between two readings of the kernel's ledgers.", valueName: "seconds"))
    var ledgers = 2.0

    func validate() throws {
        if let duration, !(duration > 0 && duration <= 86_400 * 7) {
            throw ValidationError("--duration is more than 0 seconds and at most a week.")
        }
        guard (1...1024).contains(buffer) else { throw ValidationError("--buffer is 1 to 1024 MiB.") }
        guard ledgers >= 0.1, ledgers <= 3600 else { throw ValidationError("--ledgers is 0.1 to 3600 seconds.") }
        if output == "-" { throw ValidationError("A recording is no stream: --output names a file.") }
    }

    func run() throws {
        var configuration = TraceSessionConfiguration()
        configuration.instanceName = TraceRecorder.instanceName(pid: HostFacts.processID)
        configuration.bufferBytesPerCPU = buffer << 20
        if !pid.isEmpty { configuration.filter.scope = .processes(Set(pid)) }
        StopSignals.watch()
        let time = SystemTime()
        let marks = LedgerMarks(root: HostRoots.live, processes: pid)
        let recorder: TraceRecorder
        var summary = RecordSummary(path: output, processes: pid, setUpNanoseconds: time.monotonicNanoseconds)
        do throws(TraceSessionError) {
            recorder = try TraceRecorder(path: output, configuration, uname: Self.uname)
            for event in recorder.capability.missing {
                CommandOutput.complain("not recorded: \(event.name): \(event.obstacle.map { "\($0)" } ?? "")")
            }
            if let totals = marks.totals() { recorder.mark(totals) }
            let start = time.monotonicNanoseconds
            summary.began(
                atNanoseconds: start, clock: UTCTime.text(nanoseconds: time.realtimeNanoseconds), duration: duration)
            CommandOutput.complain(summary.beginning)
            var nextLedgers = start
            while !StopSignals.isRaised {
                let now = time.monotonicNanoseconds
                if let duration, Double(now - start) >= duration * 1e9 { break }
                if now >= nextLedgers {
                    marks.ledgers(atStart: nextLedgers == start) { recorder.mark($0) }
                    nextLedgers = now + UInt64(ledgers * 1e9)
                }
                try recorder.poll(timeoutMilliseconds: 100)
            }
            summary.ended(atNanoseconds: time.monotonicNanoseconds)
            marks.ledgers { recorder.mark($0) }
            if let totals = marks.totals() { recorder.mark(totals) }
        } catch {
            throw Self.failure(error)
        }
        try finish(recorder, &summary)
    }

    private func finish(_ recorder: TraceRecorder, _ summary: inout RecordSummary) throws {
        let lost = recorder.cpuStatistics.reduce(into: 0 as UInt64) {
            $0 = [$1.overrun, $1.droppedEvents, $1.commitOverrun].reduce($0) { $0.addingSaturated($1) }
        }
        do {
            let leftovers = try recorder.finish { (descriptor: Int32) throws(ArchiveFailure) in
                try Self.writeHost(to: descriptor, output)
            }
            for leftover in leftovers { CommandOutput.complain("\(leftover)") }
        } catch let error as TraceSessionError {
            throw Self.failure(error)
        }
        summary.counts = recorder.eventCounts
        summary.bytes = recorder.recordedBytes
        summary.lost = lost
        for line in summary.end { CommandOutput.complain(line) }
    }

    private static func writeHost(to descriptor: Int32, _ path: String) throws(ArchiveFailure) {
        let copy: OwnedDescriptor
        do {
            copy = try OwnedDescriptor(duplicating: descriptor)
        } catch {
            throw ArchiveFailure(path: path, kind: .system(error))
        }
        let writer = try TarWriter(copy, path: path, compression: nil)
        for (path, content) in HostCapture(HostRoots.patientLive).members.sorted(by: { $0.key < $1.key }) {
            let name = String(path.dropFirst())
            switch content {
            case .file(let bytes): try writer.addFile(name, bytes)
            case .link(let target): try writer.addLink(name, target: target)
            }
        }
        try writer.finish()
    }

    /// As `uname -a` prints it: what trace-cmd shows of the host.
    private static var uname: String {
        let name = HostFacts.kernelName()
        return [name.system, name.node, name.release, name.version, name.machine].joined(separator: " ")
    }

    private static func failure(_ error: TraceSessionError) -> CommandFailure {
        let isPermission = error.errno == 1 || error.errno == 13
        return CommandFailure(isPermission ? .noPermission : .unavailable, "\(error)")
    }
}
