/// Boots one guest, waits for its end and unpacks what it left.
package struct Guest: Sendable {
    package var topology: LabTopology
    package var kernel: KernelPackage
    package var files: GuestFiles
    /// Made of the same files; shared by all guests of a run.
    package var programs: ProgramDisk
    package var plan: GuestPlan
    /// For a topology whose system it is.
    package var userland: Userland?
    /// QEMU, or what stands for it in tests of this very code.
    package var emulator: String
    /// See ``QEMUArguments/instructionShift``.
    package var instructionShift: Int?
    /// See ``QEMUArguments/plugin``.
    package var plugin: String?

    package init(
        topology: LabTopology, kernel: KernelPackage, files: GuestFiles, programs: ProgramDisk, plan: GuestPlan,
        userland: Userland? = nil, emulator: String? = nil
    ) {
        self.topology = kernel.hasModules ? topology : topology.withRoomForPrograms
        self.kernel = kernel
        self.files = files
        self.programs = programs
        self.emulator = emulator ?? topology.architecture.emulator
        self.plan = plan
        if topology.system == .systemd {
            self.plan.overheadSeconds = max(plan.overheadSeconds, Self.systemdOverheadSeconds)
        }
        self.userland = userland
    }

    /// What of the console a failure shows: a panic with its registers and calls takes about 60.
    private static let consoleLines = 80
    /// Room for what steps collect; takes none on the host until it is written.
    private static let resultsBytes = 1 << 30
    /// The time systemd may take to bring a guest up, half a minute on two quiet cores, where there are other things to do.
    private static let systemdOverheadSeconds = 300
    /// What a result consists of.
    private static let leftovers = ["complete", "console", "dmesg", "files", "steps"]
    private static let failedConsole = "console-failed"
    /// How often its console is looked at.
    private static let lookSeconds = 1.0

    /// Runs the guest.
    ///
    /// - Parameter directory: Where its results go; made if it is not there.
    /// - Throws: ``LabFailure`` with the console's end if it did not come to its end in two attempts.
    package func run(resultsIn directory: String) async throws(LabFailure) -> GuestResult {
        try await HostFiles.makeDirectory(directory)
        let initramfs = try await Initramfs.make(
            kernel: kernel, files: files, programs: programs, plan: plan, system: topology.system)
        try await HostFiles.remove("\(directory)/\(Self.failedConsole)")
        do {
            return try await runOnce(initramfs, directory)
        } catch {
            // Emulation crashes now and then, mostly early in boot, for no fault of ours.
            if HostFiles.exists("\(directory)/console") {
                try await HostCommand.succeed(
                    "mv", ["\(directory)/console", "\(directory)/\(Self.failedConsole)"])
            }
            var result = try await runOnce(initramfs, directory)
            result.earlierFailure = error
            return result
        }
    }

    private func runOnce(_ initramfs: [UInt8], _ directory: String) async throws(LabFailure) -> GuestResult {
        let work = try await HostFiles.makeTemporaryDirectory()
        do throws(LabFailure) {
            var arguments = QEMUArguments(
                topology: topology, kernelPath: kernel.imagePath, initramfsPath: "\(work)/initramfs",
                resultsPath: "\(work)/results", consolePath: "\(work)/console",
                programsPath: topology.architecture.runsPrograms ? programs.path : nil,
                userlandPath: userland?.path, bootArguments: plan.bootArguments)
            arguments.hasDisks = kernel.hasModules
            arguments.instructionShift = instructionShift
            arguments.plugin = plugin
            try HostFiles.write(initramfs, to: arguments.initramfsPath)
            try HostFiles.makeSparse(arguments.resultsPath, sizeBytes: Self.resultsBytes)
            // What an earlier attempt left, or an earlier run that was kept, is no result of this one.
            for name in Self.leftovers { try await HostFiles.remove("\(directory)/\(name)") }
            // timeout(1) ends the guest also where the lab was killed; in the foreground, so that an interrupt from the
            // keyboard ends both.
            let ending = await watched(
                "timeout",
                ["--foreground", "--kill-after=10", "\(plan.deadlineSeconds)", emulator] + arguments.arguments,
                console: arguments.consolePath)
            // An empty disk or line is an empty archive; the marker of completeness is then not there.
            _ = try await HostCommand.run("tar", ["-xf", arguments.resultsPath, "-C", directory])
            _ = try await HostCommand.run("cp", [arguments.consolePath, "\(directory)/console"])
            try await HostFiles.remove(work)
            let result = GuestResult(directory: directory)
            guard result.isComplete else { throw failure(ending, console: result.console) }
            return result
        } catch {
            try await HostFiles.remove(work)
            throw error
        }
    }

    private enum Ending {
        case ended(HostCommand.Result)
        case failed(LabFailure)
        case hung(String)
    }

    /// Runs the emulator until it ends, or its console shows that the guest hangs.
    private func watched(_ program: String, _ arguments: [String], console: String) async -> Ending {
        await withTaskGroup(of: Ending?.self) { group in
            group.addTask {
                do throws(LabFailure) {
                    return .ended(try await HostCommand.run(program, arguments))
                } catch {
                    return .failed(error)
                }
            }
            group.addTask { await hang(console: console).map(Ending.hung) }
            let first = await group.next() ?? nil
            // Ends the other: the emulator with SIGTERM.
            group.cancelAll()
            await group.waitForAll()
            return first ?? .failed(LabFailure("run the guest \(topology.name)", "it was cancelled"))
        }
    }

    /// Waits for a guest that hangs; nil when the task is cancelled first.
    private func hang(console: String) async -> String? {
        let clock = ContinuousClock()
        let start = clock.now
        var progress = GuestProgress(plan, now: 0)
        while (try? await clock.sleep(for: .seconds(Self.lookSeconds))) != nil {
            let text = (try? HostFiles.read(console)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            if let hang = progress.hang(console: text, now: (clock.now - start) / .seconds(1)) { return hang }
        }
        return nil
    }

    private func failure(_ ending: Ending, console: String) -> LabFailure {
        let reason: String
        switch ending {
        case .failed(let failure): return failure
        case .hung(let hang): reason = hang
        case .ended(let run):
            reason =
                switch run.status {
                case 0: "it stopped before its end, as after a panic"
                case 124, 137: "it did not end within \(plan.deadlineSeconds) s and was killed"
                case 127: "\(emulator) is not installed (scripts/install-packages.sh lab)"
                default: "QEMU ended with status \(run.status): \(run.complaint)"
                }
        }
        let tail = console.split(separator: "\n").suffix(Self.consoleLines).joined(separator: "\n")
        return LabFailure(
            "run the guest \(topology.name) on \(kernel.release)",
            "\(reason)\n--- console\n\(tail)\n--- end of the console")
    }
}
