import ArgumentParser
import Lab

/// `numawatch-lab boot TOPOLOGY [--kernel 6.1] -- COMMAND…`: a guest to try something in.
struct BootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "boot", abstract: "Boot one guest, run shell commands in it, show what they wrote.",
        discussion: """
            The commands are one line for the guest's shell (busybox) as root; numawatchd and numawatch are in the path, \
            and what Tests/Lab/Guest/functions.sh defines can be called. Files written below $OUT come back with --keep. \
            The exit status is that of the commands.

            With --systemd the guest is a Debian with systemd as its first process, and nothing is installed in it yet: \
            “. /lab/installed.sh; install_staged” installs what “make install” stages, as the README says.
            """)

    @Argument(help: ArgumentHelp("A topology by name, or a file by path.", valueName: "topology"))
    var topology: String

    @Flag(help: "Debian's own userland with systemd, in place of busybox.")
    var systemd = false

    @Option(help: ArgumentHelp("The kernel series.", valueName: "5.10 … 7.3"))
    var kernel = KernelSeries.linux612

    @Option(help: ArgumentHelp("A program of the host to put into /bin, with its libraries.", valueName: "path"))
    var program: [String] = []

    @Option(help: ArgumentHelp("A file of the host to put somewhere.", valueName: "host=guest"))
    var file: [String] = []

    @Option(help: ArgumentHelp("Arguments for the kernel.", valueName: "text"))
    var append = ""

    @Option(help: ArgumentHelp("When the commands are killed.", valueName: "seconds"))
    var deadline = 300

    @OptionGroup var options: GuestOptions

    @Argument(parsing: .postTerminator, help: ArgumentHelp("For the guest's shell.", valueName: "commands"))
    var commands: [String] = []

    func run() async throws {
        var topology = try TopologyFile.load(topology)
        if systemd { topology.system = .systemd }
        let isInstalled = topology.system == .systemd
        let userland = isInstalled ? try await Userland.fetch() : nil
        let (files, programs, directory) = try await options.programs(isInstalled: isInstalled) {
            files throws(LabFailure) in
            for path in program { try await files.addProgram(path) }
            for pair in file {
                guard let equals = pair.firstIndex(of: "=") else {
                    throw LabFailure("use --file \(pair)", "expected HOST=GUEST")
                }
                files.add(String(pair[pair.index(after: equals)...]), host: String(pair[..<equals]))
            }
        }
        let step = GuestStep("commands", deadlineSeconds: deadline, commands.joined(separator: " "))
        let plan = GuestPlan(
            steps: LabRun.preparation(topology) + [step], bootArguments: append.split(separator: " ").map(String.init))
        let guest = Guest(
            topology: topology, kernel: try await KernelPackage.fetch(kernel, topology.architecture), files: files,
            programs: programs, plan: plan, userland: userland)
        let status = try await guest.withResult(keptIn: options.keep) { result in
            if let prepared = result.step("prepare"), prepared.status != 0 {
                CommandLineOutput.note("Prepare=: \(prepared.summary)")
            }
            guard let step = result.step("commands") else { return 1 }
            print(step.output, terminator: step.output.isEmpty ? "" : "\n")
            if !step.complaint.isEmpty { CommandLineOutput.note(step.complaint) }
            return step.status
        }
        try await HostFiles.remove(directory)
        if status != 0 { throw ExitCode(Int32(status)) }
    }
}
