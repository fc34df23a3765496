/// One guest of the matrix: a topology on a kernel with all its checks.
package struct LabRun: Sendable {
    /// A line of the table.
    package struct Row: Sendable, Hashable {
        package enum Outcome: Sendable, Hashable {
            case passed(String)
            case failed([String])
            /// Not made, and why.
            case skipped(String)
        }

        package var topology: String
        package var kernel: String
        package var check: String
        package var outcome: Outcome

        package init(topology: String, kernel: String, check: String, outcome: Outcome) {
            self.topology = topology
            self.kernel = kernel
            self.check = check
            self.outcome = outcome
        }

        package var isFailed: Bool { if case .failed = outcome { true } else { false } }
    }

    package var topology: LabTopology
    package var series: KernelSeries
    package var files: GuestFiles
    package var programs: ProgramDisk
    /// For a topology whose system it is.
    package var userland: Userland?
    /// Where results are kept, in a directory per guest; nil: they are removed.
    package var keep: String?

    package init(
        topology: LabTopology, series: KernelSeries, files: GuestFiles, programs: ProgramDisk,
        userland: Userland? = nil, keep: String? = nil
    ) {
        self.topology = topology
        self.series = series
        self.files = files
        self.programs = programs
        self.userland = userland
        self.keep = keep
    }

    /// Boots the guest, runs the topology's preparation and the checks' steps, and judges.
    ///
    /// - Returns: A row per check. A guest that cannot be run is one row of the check `boot`, also where there is no such
    ///   kernel any more.
    package func run() async -> [Row] {
        let name = LabKernel(series, topology.architecture).name
        do {
            guard let kernel = try await KernelPackage.find(series, topology.architecture) else {
                return [
                    row("boot", name, .skipped("Debian's archive no longer has a kernel of this series"))
                ]
            }
            if topology.system == .systemd, !kernel.hasModules {
                return [row("boot", kernel.release, .skipped("without modules there is no disk for Debian's userland"))]
            }
            if !topology.architecture.runsPrograms, !kernel.hasModules {
                return [row("boot", kernel.release, .skipped("without modules there is no disk for its results"))]
            }
            let checks = try CheckCatalogue.checks(for: topology, series)
            var plan = GuestPlan(steps: Self.preparation(topology))
            for check in checks {
                plan.steps += check.steps(for: topology).filter { !plan.steps.contains($0) }
            }
            let guest = Guest(
                topology: topology, kernel: kernel, files: files, programs: programs, plan: plan,
                userland: userland)
            let directory = keep.map { "\($0)/\(topology.name)-\(series.rawValue)" }
            return try await guest.withResult(keptIn: directory) { result throws(LabFailure) in
                await rows(checks, result, kernel)
            }
        } catch {
            return [row("boot", name, .failed(["\(error)"]))]
        }
    }

    /// The step that brings the machine into the topology's state; none if it is in it by itself.
    package static func preparation(_ topology: LabTopology) -> [GuestStep] {
        topology.preparation.isEmpty
            ? [] : [GuestStep("prepare", "set -e\n" + topology.preparation.joined(separator: "\n"))]
    }

    private func rows(_ checks: [any LabCheck], _ result: GuestResult, _ kernel: KernelPackage) async -> [Row] {
        if let step = result.step("prepare"), step.status != 0 {
            return [row("prepare", kernel.release, .failed(["the topology's Prepare= lines: \(step.summary)"]))]
        }
        // Told, not hidden: what crashes or hangs might be ours after all.
        var rows: [Row] = []
        if let failure = result.earlierFailure {
            let reason = failure.reason.prefix { $0 != "\n" }
            rows.append(row("boot", kernel.release, .passed("at the second attempt; the first: \(reason)")))
        }
        for check in checks {
            do throws(LabFailure) {
                let verdict = try await check.judge(result, topology)
                rows.append(
                    row(
                        check.name, kernel.release,
                        verdict.isPassed ? .passed(verdict.compared) : .failed(verdict.problems)))
            } catch {
                rows.append(row(check.name, kernel.release, .failed(["\(error)"])))
            }
        }
        return rows
    }

    private func row(_ check: String, _ kernel: String, _ outcome: Row.Outcome) -> Row {
        Row(topology: topology.name, kernel: kernel, check: check, outcome: outcome)
    }
}

/// The programs of the product and the workloads, as they go into guests.
package enum GuestPrograms {
    /// By name.
    package static let names = ["numawatch", "numawatchd", "numawatch-iterator", "numawatch-workload"]
    /// What the daemon loads once it traces, and so no list of its libraries has.
    private static let libraries = ["libtracefs.so.1", "libtraceevent.so.1"]
    /// Programs of the host, with the package each is in: clients and figures that are not ours, and what systemd starts
    /// the daemon with.
    private static let tools = [
        ("curl", "curl"), ("numastat", "numactl"), ("setpriv", "util-linux"), ("systemd-socket-activate", "systemd"),
    ]

    /// The programs of a directory, with their libraries.
    ///
    /// - Parameter staging: Where what is installed is staged, for guests with systemd; nil: there are none.
    /// - Throws: ``LabFailure`` if one is not there.
    package static func files(_ binaries: String, staging: String? = nil) async throws(LabFailure) -> GuestFiles {
        var files = GuestFiles()
        for name in names { try await files.addProgram("\(binaries)/\(name)") }
        for name in libraries { try await files.addLibrary(name) }
        for (name, package) in tools {
            guard HostFiles.exists("/usr/bin/\(name)") else {
                throw LabFailure(
                    "put \(name) into a guest", "there is no /usr/bin/\(name)",
                    remedy: "install the package \(package) (scripts/install-packages.sh lab)")
            }
            try await files.addProgram("/usr/bin/\(name)")
        }
        if let staging { try await InstalledFiles.add(to: &files, binaries: binaries, staging: staging) }
        return files
    }
}

extension Guest {
    /// Runs the guest and hands its result to a function; then the result is removed, unless it is to be kept.
    package func withResult<Value: Sendable>(
        keptIn directory: String?, _ body: (GuestResult) async throws(LabFailure) -> Value
    ) async throws(LabFailure) -> Value {
        if let directory { return try await body(try await run(resultsIn: directory)) }
        let temporary = try await HostFiles.makeTemporaryDirectory()
        do {
            let value = try await body(try await run(resultsIn: temporary))
            try await HostFiles.remove(temporary)
            return value
        } catch {
            try await HostFiles.remove(temporary)
            throw error
        }
    }
}
