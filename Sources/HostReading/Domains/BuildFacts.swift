import KernelText
import LinuxSystem
import NUMATopology
import SchedDomains

/// Reads what decides the rules of domain building: kernel version, configuration, command line, CPU maker.
struct BuildFacts {
    private static let options: Set<String> = [
        "CONFIG_SCHED_SMT", "CONFIG_SCHED_CLUSTER", "CONFIG_SCHED_MC", "CONFIG_NUMA", "CONFIG_X86_64", "CONFIG_ARM64",
        "CONFIG_RISCV", "CONFIG_PPC64", "CONFIG_S390",
    ]

    /// `uname -r`; absent if nothing tells it.
    let release: String?
    let kernel: SchedKernelVersion
    /// Whether the version was read rather than assumed.
    let isKernelKnown: Bool

    /// The version whose rules are taken where nothing tells the kernel's.
    static let assumedKernel = SchedKernelVersion(6, 12)
    let config: KernelConfig?
    /// Where the configuration was read.
    let configPath: String?
    let commandLine: KernelCommandLine?
    let cpuInfo: CPUInfo?
    let modalias: String?

    init(_ facts: inout FactReader) {
        let identity = KernelIdentity(of: facts.root)
        let release = identity.release
        if release == nil, let failure = identity.failure { facts.note(failure) }
        self.release = release?.text
        isKernelKnown = release != nil
        kernel = release.map { Self.version($0, &facts) } ?? Self.assumedKernel
        let file = KernelConfigFile.read(release?.text, of: facts.root, keeping: Self.options) { path, reason in
            facts.note(path, reason)
        }
        config = file?.config
        configPath = file?.path
        commandLine = facts.bytes("/proc/cmdline").map { KernelCommandLine(parsing: $0.span) }
        if facts.root.exists("/proc/cpuinfo"), let bytes = facts.bytes("/proc/cpuinfo") {
            cpuInfo = try? CPUInfo(parsing: bytes.span)
        } else {
            cpuInfo = nil
        }
        let modaliasPath = "/sys/devices/system/cpu/modalias"
        modalias = facts.root.exists(modaliasPath) ? facts.word(modaliasPath) : nil
    }

    /// The mainline version of a release. A distribution's release may hide the stable number (`6.1.0-53-amd64`); the
    /// banner of `/proc/version` or Ubuntu's signature tells it.
    private static func version(_ release: KernelRelease, _ facts: inout FactReader) -> SchedKernelVersion {
        let named = release.version
        let hidesPatch = named.patch == 0 && release.suffix.hasPrefix("-") && !release.isReleaseCandidate
        guard hidesPatch else { return SchedKernelVersion(named.major, named.minor, named.patch) }
        var words: [Substring] = []
        for path in ["/proc/version_signature", "/proc/version"] where facts.root.exists(path) {
            words += (facts.word(path) ?? "").split(whereSeparator: { $0 == " " || $0 == "-" || $0 == "(" })
        }
        let patches = words.compactMap { word -> Int? in
            let numbers = word.split(separator: ".").map { Int($0) }
            guard numbers.count >= 3, numbers[0] == named.major, numbers[1] == named.minor else { return nil }
            return numbers[2]
        }
        let patch = patches.max() ?? 0
        return SchedKernelVersion(named.major, named.minor, patch > 0 ? patch : nil)
    }

    /// Which architecture's rules apply, by the most reliable source there is.
    func architecture(_ facts: FactReader, someCPU: Int) -> Architecture {
        for (option, architecture) in [
            ("CONFIG_X86_64", Architecture.x86), ("CONFIG_ARM64", .arm64), ("CONFIG_RISCV", .riscv),
            ("CONFIG_PPC64", .other("ppc64")), ("CONFIG_S390", .other("s390x")),
        ] where config?[option] == .yes {
            return architecture
        }
        if facts.root.isLive {
            switch HostFacts.kernelName().machine {
            case "x86_64", "i686": return .x86
            case "aarch64": return .arm64
            case "riscv64": return .riscv
            case let other: return .other(other)
            }
        }
        let directory = "/sys/devices/system/cpu/cpu\(someCPU)"
        if facts.root.exists("\(directory)/topology/die_cpus_list") { return .x86 }
        if facts.root.exists("\(directory)/cpu_capacity") { return .arm64 }
        return .other("unknown")
    }

    /// The options that decide levels; inferred from the level names seen anywhere if there is no configuration.
    func configuration(_ architecture: Architecture, seen names: Set<String>, hasNodes: Bool) -> SchedConfiguration {
        let numa = Sourced(hasNodes, Origin.derived)
        guard let config else {
            func option(_ name: String) -> Sourced<Bool> {
                names.contains(name) ? Sourced(true, .inferred) : Sourced(true, .assumed)
            }
            return SchedConfiguration(smt: option("SMT"), cluster: option("CLS"), mc: option("MC"), numa: numa)
        }
        func option(_ name: String, _ absent: Bool = false) -> Sourced<Bool> {
            Sourced(config[name]?.isEnabled ?? absent, .derived)
        }
        // x86 always has threads where it has several CPUs; a trimmed file may not say so.
        return SchedConfiguration(
            smt: option("CONFIG_SCHED_SMT", architecture == .x86), cluster: option("CONFIG_SCHED_CLUSTER"),
            mc: option("CONFIG_SCHED_MC", architecture == .x86),
            numa: Sourced((config["CONFIG_NUMA"]?.isEnabled ?? hasNodes) && hasNodes, .derived))
    }

    /// The CPU maker, from what the host exposes; on x86 the last resort is how the kernel numbers level 2 caches.
    func maker(_ architecture: Architecture, _ cpus: [CPUTopology?]) -> Sourced<CPUMaker>? {
        guard architecture == .x86 else { return nil }
        if let maker = cpuInfo?.maker {
            switch maker {
            case .intel: return Sourced(.intel, .observed)
            case .hygon: return Sourced(.hygon, .observed)
            case .other: return Sourced(.other, .observed)
            case .amd:
                if let family = cpuInfo?.family { return Sourced(.amd(isZen: family >= 0x17), .observed) }
            }
        }
        switch modaliasField("ven") {
        case 0: return Sourced(.intel, .observed)
        case 2: return Sourced(.amd(isZen: modaliasField("fam") ?? 0x17 >= 0x17), .observed)
        case 9: return Sourced(.hygon, .observed)
        case .some: return Sourced(.other, .observed)
        case nil: break
        }
        guard kernel.has(.clusterIDTellsMaker) else { return nil }
        let withCache = cpus.compactMap { $0 }.filter(\.hasLevel2Cache)
        guard !withCache.isEmpty else { return nil }
        if withCache.allSatisfy({ !$0.hasClusterID }) { return Sourced(.amd(isZen: true), .assumed) }
        return Sourced(.other, .assumed)
    }

    /// A hexadecimal field of `cpu:type:x86,ven0000fam0006mod00AD:feature:…`.
    private func modaliasField(_ name: String) -> Int? {
        guard let modalias, modalias.hasPrefix("cpu:type:x86,") else { return nil }
        let head = modalias.dropFirst("cpu:type:x86,".count)
        let bytes = Array(head.utf8.prefix(64))
        let key = Array(name.utf8)
        guard bytes.count >= key.count + 4 else { return nil }
        for start in 0...(bytes.count - key.count - 4) where Array(bytes[start..<start + key.count]) == key {
            let digits = bytes[start + key.count..<start + key.count + 4]
            return Int(String(decoding: digits, as: UTF8.self), radix: 16)
        }
        return nil
    }

    /// Whether x86 rewrites the distances of this model (Granite Rapids-X, Darkmont-X).
    var rewritesDistances: Bool {
        let isIntel = cpuInfo?.maker == .intel || modaliasField("ven") == 0
        let family = cpuInfo?.family ?? modaliasField("fam")
        let model = cpuInfo?.model ?? modaliasField("mod")
        return isIntel && family == 6 && (model == 0xAD || model == 0xDD)
    }
}
