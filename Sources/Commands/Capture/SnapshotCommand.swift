import ArchiveFiles
import ArgumentParser
import DomainReports
import LinuxSystem

/// `numawatch snapshot -o FILE.tar`: a host's files in an archive, so that every command can run on it elsewhere.
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Capture this host's topology, scheduler and balancing files in an archive for --root.",
        discussion: """
            Holds nothing of processes unless asked: --processes adds their status, groups, fault ledgers and what the \
            kernel accounts to their cgroups, --numa-maps also where their memory is, which walks their page tables. \
            The file has its name once it is whole.
            """)

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The archive (.tar, .tar.gz, .tar.xz, .tar.bz2, .tar.zst), or - for standard output.", valueName: "file"))
    var output: String

    @Option(help: ArgumentHelp("Take it from a captured root instead of this host.", valueName: "path"))
    var root: String?

    @Flag(
        help: "Add every process's stat, status, cgroup with its memory, and ledger (no command lines or file names).")
    var processes = false

    @Flag(name: .customLong("numa-maps"), help: "Add numa_maps of every process that may be read; implies --processes.")
    var numaMaps = false

    func run() throws {
        let root =
            try root.map { path throws(CommandFailure) in try HostRoots.open(path, asStored: true) }
            ?? HostRoots.patientLive
        let capture = HostCapture(root)
        var members = capture.members
        var failures = capture.failures
        if processes || numaMaps {
            let processes = ProcessCapture(root, includesPlacement: numaMaps)
            for (path, bytes) in processes.files {
                members[path] = .file(bytes)
            }
            failures += processes.failures
        }
        // From here on an interruption ends it by itself, with nothing left behind.
        if output != "-" { StopSignals.watch() }
        var isWhole = false
        do throws(ArchiveFailure) {
            let writer = try writer()
            for (path, content) in members.sorted(by: { $0.key < $1.key }) {
                if StopSignals.isRaised { break }
                let name = String(path.dropFirst())
                switch content {
                case .file(let bytes): try writer.addFile(name, bytes)
                case .link(let target): try writer.addLink(name, target: target)
                }
            }
            isWhole = !StopSignals.isRaised
            if isWhole { try writer.finish() }
        } catch {
            throw CommandFailure(.cannotWrite, "\(error)")
        }
        guard isWhole else { throw CommandFailure(.cannotWrite, "Interrupted: there is no \(output).") }
        for failure in failures where failure.kind != .missing && failure.kind != .gone {
            CommandOutput.complain("left out: \(failure)")
        }
    }

    private func writer() throws(ArchiveFailure) -> TarWriter {
        try output == "-" ? TarWriter.standardOutput() : TarWriter(path: output)
    }
}
