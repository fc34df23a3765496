package import BalancingModel
import KernelText
package import LinuxSystem
package import NUMATopology
import Snapshots

/// What the balancing model must know of a host: its nodes, its kernel, and the settings in force.
package struct BalancingHost: Sendable {
    /// One fact and where it came from.
    package struct Fact: Sendable, Equatable {
        package var name: String
        package var value: String
        /// The file, or why the value is assumed.
        package var origin: String
        package var isAssumed: Bool
    }

    package var machine: Machine
    package var layout: NodeLayout
    package var profile: KernelProfile
    package var facts: [Fact]

    private static let wantedOptions: Set<String> = [
        "CONFIG_HZ", "CONFIG_NR_CPUS", "CONFIG_PAGE_SHIFT", "CONFIG_ARM64_4K_PAGES", "CONFIG_ARM64_16K_PAGES",
        "CONFIG_ARM64_64K_PAGES", "CONFIG_PPC_4K_PAGES", "CONFIG_PPC_64K_PAGES",
    ]

    /// Reads them.
    ///
    /// Captures are taken when the tunables are set: what `scan_period_min_ms` and its neighbours say is taken as in
    /// force all along.
    ///
    /// - Throws: Where CPUs or nodes cannot be told, or the kernel's release is missing or no release. Everything else
    ///   falls back to the kernel's defaults, which ``facts`` says.
    package static func read(from root: any HostRoot) throws(SourceFailure) -> BalancingHost {
        let reading = MachineReader.read(from: root)
        guard reading.hasShape else {
            throw reading.failures.first
                ?? .inconsistent(path: MachineReader.nodeDirectory, reason: "no node and no CPU can be told")
        }
        let machine = reading.machine
        var facts: [Fact] = []
        let (release, text) = try release(root, &facts)
        let configuration = configuration(root, text, &facts)
        let (tunables, mode) = controls(root, &facts)
        let profile = KernelProfile(release: release, configuration: configuration, tunables: tunables, mode: mode)
        let withMemory = nodes("/sys/devices/system/node/has_memory", root)
        let layout = NodeLayout(
            machine: machine, nodesWithMemory: withMemory,
            topTierNodes: NodeMemoryReader.tiers(in: root)?.topTierNodes(withCPUs: machine.nodesWithCPUs)
                ?? profile.assumedTopTierNodes(of: machine),
            countsMemoryOnlyNodes: profile.switches.contains(.memoryOnlyNodesPreferred))
        let doubt = machine.notes.first { $0.about != "distances" }
        facts.append(
            Fact(
                name: "nodes", value: "\(machine.nodes.count), \(machine.onlineCPUs.count) CPUs",
                origin: doubt?.text ?? MachineReader.nodeDirectory,
                isAssumed: doubt.map { $0.kind == .assumed } ?? false))
        if machine.distances == nil {
            facts.append(
                Fact(
                    name: "distances", value: "10 and 20", origin: "assumed: no readable distance files",
                    isAssumed: true))
        }
        return BalancingHost(machine: machine, layout: layout, profile: profile, facts: facts)
    }

    private static func release(
        _ root: any HostRoot, _ facts: inout [Fact]
    ) throws(SourceFailure) -> (BalancingModel.KernelRelease, text: String) {
        let identity = KernelIdentity(of: root)
        let path = identity.path ?? KernelIdentity.releasePath
        guard let text = identity.text else {
            throw identity.failure ?? .inconsistent(path: path, reason: "no kernel release")
        }
        guard let release = BalancingModel.KernelRelease(parsing: text) else {
            throw .inconsistent(path: path, reason: "no kernel release: \"\(text.prefix(40))\"")
        }
        facts.append(Fact(name: "kernel", value: text, origin: path, isAssumed: false))
        return (release, text)
    }

    private static func configuration(
        _ root: any HostRoot, _ release: String, _ facts: inout [Fact]
    ) -> KernelProfile.Configuration {
        let file = KernelConfigFile.read(release, of: root, keeping: wantedOptions)
        let config = file?.config
        let path = file?.path ?? "/boot/config-\(release)"
        var configuration = KernelProfile.Configuration { name in
            switch config?[name] {
            case .yes: "y"
            case .number(let number): String(number)
            case .text(let text): text
            default: nil
            }
        }
        var cpusOrigin = path
        if configuration.maximumCPUCount == nil, let highest = integer("/sys/devices/system/cpu/kernel_max", root) {
            configuration.maximumCPUCount = highest + 1
            cpusOrigin = "/sys/devices/system/cpu/kernel_max"
        }
        add("ticks per second", configuration.ticksPerSecond.map { "\($0)" }, path, assumed: "250", &facts)
        add("CPUs built for", configuration.maximumCPUCount.map { "\($0)" }, cpusOrigin, assumed: "8192", &facts)
        return configuration
    }

    private static func controls(
        _ root: any HostRoot, _ facts: inout [Fact]
    ) -> (BalancingTunables, BalancingMode) {
        var buffer: [UInt8] = []
        let controls = BalancingControls.read(from: root, buffer: &buffer)
        var tunables = BalancingTunables()
        let settings: [(String, UInt64?, WritableKeyPath<BalancingTunables, UInt32>)] = [
            ("scan delay ms", controls.knobs.scanDelayMilliseconds, \.scanDelayMilliseconds),
            ("scan period min ms", controls.knobs.scanPeriodMinMilliseconds, \.scanPeriodMinimumMilliseconds),
            ("scan period max ms", controls.knobs.scanPeriodMaxMilliseconds, \.scanPeriodMaximumMilliseconds),
            ("scan size MB", controls.knobs.scanSizeMegabytes, \.scanSizeMebibytes),
        ]
        for (name, value, field) in settings {
            if let value { tunables[keyPath: field] = UInt32(clamping: value) }
            add(
                name, value.map { "\($0)" }, place(of: controls),
                assumed: "\(tunables[keyPath: field])", &facts)
        }
        if let value = controls.knobs.hotThresholdMilliseconds {
            tunables.hotThresholdMilliseconds = UInt32(clamping: value)
        }
        if let value = controls.knobs.promoteRateLimitMegabytesPerSecond {
            tunables.promotionRateLimitMegabytesPerSecond = UInt32(clamping: value)
        }
        add(
            "numa_balancing", controls.mode.map { "\($0)" }, BalancingControls.modePath, assumed: "1", &facts)
        // A trace of hint faults was taken with balancing on, whatever the file says now.
        let mode = BalancingMode(rawValue: UInt32(clamping: controls.mode ?? 1))
        return (tunables, mode.isEmpty ? .normal : mode)
    }

    private static func place(of controls: BalancingControls) -> String {
        switch controls.settingsPlace {
        case BalancingControls.oldPrefix?: BalancingControls.oldPrefix + "*"
        default: BalancingControls.debugDirectory
        }
    }

    private static func add(
        _ name: String, _ value: String?, _ path: String, assumed: String, _ facts: inout [Fact]
    ) {
        facts.append(
            Fact(
                name: name, value: value ?? assumed, origin: value == nil ? "assumed: not readable at \(path)" : path,
                isAssumed: value == nil))
    }

    private static func nodes(_ path: String, _ root: any HostRoot) -> NodeSet? {
        let ranges = try? root.parse(path) { bytes throws(KernelTextError) in
            try CPUList.parse(bytes, largest: CPUList.largestNode)
        }
        // No kernel has memory on no node: such a list tells nothing.
        return ranges.flatMap { $0.isEmpty ? nil : NodeSet(ranges: $0) }
    }

    private static func integer(_ path: String, _ root: any HostRoot) -> Int? {
        (try? root.readText(path, limitBytes: 64)).flatMap { Int($0) }.flatMap { $0 >= 0 && $0 < 1 << 20 ? $0 : nil }
    }
}
