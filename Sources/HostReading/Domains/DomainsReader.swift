import KernelText
package import LinuxSystem
package import NUMATopology
package import SchedDomains

/// What was read of a root for its scheduling domains.
package struct DomainsReading: Sendable {
    package var input: DomainsInput
    package var observed: ObservedDomains
    /// `uname -r`; absent if unreadable.
    package var release: String?
    /// The configuration file used.
    package var configPath: String?
    /// Files that could not be read or understood: the path with numbers replaced by N, and why; whether hosts that lack
    /// nothing may be without it.
    package var failures: [(path: String, reason: String, isExpected: Bool)]
    /// The switches of cache-aware scheduling; absent where the kernel has none, or they cannot be seen.
    package var cacheAware: CacheAwareScheduling?
    /// The CPUs that do the kernel's own work (`cpu/housekeeping`, since 7.0); absent where there is no such file, empty
    /// where none are set apart.
    package var housekeeping: CPUSet?
    /// Whether the set of online CPUs changed while reading.
    package var changedWhileReading: Bool

    /// Whether the notes on the machine give a file, of ``failures``, as a reason.
    package func isNoted(_ path: String) -> Bool {
        let name = path.split(separator: "/").suffix(2).joined(separator: "/")
        return input.notes.contains { $0.text.contains(name) }
    }
}

/// Reads everything that domain building depends on, and what the kernel shows of the result.
package enum DomainsReader {
    /// How much of debugfs to read.
    package enum Detail: Sendable, Hashable {
        /// Every file of every CPU: about ten opens per domain.
        case everything
        /// Every file of at most this many CPUs, spread over the nodes.
        case sample(cpus: Int)
        /// Nothing.
        case none
    }

    /// Reads a root.
    ///
    /// - Parameters:
    ///   - detail: How much of debugfs to read; absent: everything up to 256 CPUs, else 64 CPUs.
    ///   - ignoresObservations: Leave out what the kernel shows of the result (schedstat, debugfs).
    /// - Returns: What could be read; what could not is listed. Never fails: with nothing readable there are no CPUs.
    package static func read(
        _ root: any HostRoot, detail: Detail? = nil, ignoresObservations: Bool = false
    ) -> DomainsReading {
        var facts = FactReader(root)
        let build = BuildFacts(&facts)
        let (machine, withCPUs, hasNodes) = TopologyReader.machine(&facts)
        let splitLLC = build.commandLine?.splitLLC
        var guesses = guesses(build, machine)
        let cpus = TopologyReader.cpus(
            machine, withCPUs: withCPUs, readsCoreIDs: splitLLC != nil, guessed: &guesses, &facts)
        var observed = ObservedDomains()
        if !ignoresObservations {
            observed = ObservationReader.read(machine, kernel: build.kernel, detail: detail, &facts)
        }

        let architecture = build.architecture(facts, someCPU: machine.onlineCPUs.first ?? 0)
        var input = DomainsInput(
            architecture: architecture, kernel: build.kernel,
            configuration: build.configuration(architecture, seen: observed.names, hasNodes: hasNodes),
            machine: machine, spans: facts.spans, cpus: cpus)
        input.guesses = guesses
        input.nodesWithCPUs = withCPUs
        input.hasNodeDirectory = hasNodes
        input.presentCPUs = facts.cpus("/sys/devices/system/cpu/present", mayBeMissing: true)
        input.cpuMaker = build.maker(architecture, cpus)
        input.rewritesDistances = build.rewritesDistances
        input.splitLLC = splitLLC
        input.hasEmulatedNodes = build.commandLine?.hasEmulatedNodes ?? false
        input.isolated = isolated(build, machine, &facts)
        input.relaxDomainLevel = build.commandLine?.relaxDomainLevel.flatMap { $0 >= 0 ? $0 : nil }
        input.isSchedVerbose =
            build.commandLine.map { $0.contains("sched_verbose") || $0.contains("sched_debug") } ?? false
        let housekeeping = machine.possibleCPUs.union(machine.onlineCPUs).subtracting(input.isolated)
        if let partitions = CpusetReader.partitions(housekeeping: housekeeping, &facts) {
            input.partitions = Sourced(partitions, .derived)
        }
        if architecture == .x86 {
            readX86(build, &input, &facts)
        } else {
            input.hasACPI = hasACPI(facts)
        }
        input.spans = facts.spans
        return DomainsReading(
            input: input, observed: observed, release: build.release, configPath: build.configPath,
            failures: facts.failures.sorted { $0.key < $1.key }.map { ($0.key, $0.value.reason, $0.value.isExpected) },
            cacheAware: ignoresObservations ? nil : CacheAwareReader.read(from: root),
            housekeeping: facts.cpus("/sys/devices/system/cpu/housekeeping", mayBeMissing: true),
            changedWhileReading: hasChanged(machine, facts.root))
    }

    /// Whether CPUs came or went since the machine was read: a copy stands still.
    private static func hasChanged(_ machine: Machine, _ root: any HostRoot) -> Bool {
        guard root.isLive else { return false }
        let now = MachineReader.read(from: root, withMemory: false)
        return now.hasShape && now.machine.onlineCPUs != machine.onlineCPUs
    }

    private static func guesses(_ build: BuildFacts, _ machine: Machine) -> DomainsInput.Guesses {
        var guesses: DomainsInput.Guesses = build.isKernelKnown ? [] : .kernel
        let areNodesUnsure = machine.notes.contains { note in
            (note.kind == .assumed || note.kind == .unknown) && note.about != "distances"
        }
        if areNodesUnsure { guesses.insert(.nodes) }
        if machine.distances == nil, machine.nodes.count > 1 { guesses.insert(.distances) }
        return guesses
    }

    /// The CPUs outside the boot-time housekeeping set.
    private static func isolated(_ build: BuildFacts, _ machine: Machine, _ facts: inout FactReader) -> CPUSet {
        let path = "/sys/devices/system/cpu/isolated"
        if facts.root.exists(path), let cpus = facts.cpus(path) { return cpus }
        let last = machine.possibleCPUs.last ?? machine.onlineCPUs.last ?? 0
        guard let isolation = try? build.commandLine?.isolation(lastCPU: last), isolation.isolatesDomains else {
            return []
        }
        return CPUSet(ranges: isolation.cpus)
    }

    private static func readX86(_ build: BuildFacts, _ input: inout DomainsInput, _ facts: inout FactReader) {
        for path in ["/proc/sys/kernel/sched_itmt_enabled", "/sys/kernel/debug/x86/sched_itmt_enabled"]
        where facts.root.exists(path) {
            let word = facts.word(path)
            input.isITMTEnabled = word == "1" || word == "Y"
            break
        }
        input.isHybrid =
            facts.root.exists("/sys/devices/cpu_atom/cpus") && facts.root.exists("/sys/devices/cpu_core/cpus")
        let hasSiblings = input.cpus.contains { topology in
            topology.map { facts.spans.weight($0.coreCPUs) > 1 } ?? false
        }
        let controlPath = "/sys/devices/system/cpu/smt/control"
        let control = facts.root.exists(controlPath) ? facts.word(controlPath) : nil
        if hasSiblings {
            input.hasHardwareThreads = true
        } else if let control {
            // Switched off while running, the table of levels still has SMT; switched off at boot, it has not.
            let isOffSinceBoot = build.commandLine?.contains("nosmt") ?? false
            input.hasHardwareThreads = (control == "off" || control == "forceoff") && !isOffSinceBoot || control == "on"
        } else {
            input.hasHardwareThreads = false
        }
    }

    private static func hasACPI(_ facts: FactReader) -> Bool? {
        guard let names = try? facts.root.list("/sys/firmware") else { return nil }
        return names.contains("acpi")
    }
}
