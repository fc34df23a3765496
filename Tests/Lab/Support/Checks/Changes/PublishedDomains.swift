import FixtureSupport
import NUMATopology
import SchedDomains
import TextOutput

/// `/v1/domains` held against the kernel: its dump in the log, and the files it shows in debugfs.
struct PublishedDomains {
    /// The document as a dump would say it: a block for each CPU that is published as online.
    private let dump: KernelDump
    /// The CPUs that are published as online.
    let online: String
    private let document: JSONValue

    init(_ document: JSONValue) {
        self.document = document
        online = document["cpus_online"]?.text ?? "nothing"
        let blocks = (document["cpus"]?.elements ?? []).map { cpu in
            KernelDump.Block(
                cpu: cpu.whole("cpu").map(Int.init) ?? -1, domains: (cpu["domains"]?.elements ?? []).map(Self.domain))
        }
        let roots = (document["partitions"]?.elements ?? []).map { KernelDump.Root(span: Self.cpus($0["cpus"])) }
        dump = KernelDump(blocks: blocks, roots: roots)
    }

    private static func domain(_ domain: JSONValue) -> KernelDump.Domain {
        let name = domain["name"]?.text ?? "none"
        return KernelDump.Domain(
            span: cpus(domain["span"]), level: name,
            groups: (domain["groups"]?.elements ?? []).map { group in
                let span = cpus(group["span"])
                let mask = cpus(group["balance_mask"])
                // The kernel prints the mask where groups overlap only.
                return KernelDump.Group(
                    id: group.whole("id").map(Int.init) ?? -1, span: span,
                    balanceMask: name == "NUMA" && mask != span ? mask : nil)
            })
    }

    private static func cpus(_ list: JSONValue?) -> CPUSet { list?.text.flatMap { CPUSet(kernelList: $0) } ?? [] }

    /// How many domains all CPUs have together.
    var domainCount: Int { dump.blocks.reduce(0) { $0 + $1.domains.count } }
    var partitionCount: Int { dump.roots.count }

    /// What differs from the kernel's dump of the same moment.
    func differences(from kernel: KernelDump) -> [String] {
        var kernel = kernel
        let cpus = Set(dump.blocks.map(\.cpu))
        // The dump still has those that left: without domains, and here not at all.
        kernel.blocks.removeAll { $0.domains.isEmpty && !cpus.contains($0.cpu) }
        for root in kernel.roots.indices { kernel.roots[root].maxCapacity = nil }
        return DumpComparison.differences(dump, kernel, "published")
    }

    /// The second before 5.13.
    private static let directories = ["/sys/kernel/debug/sched/domains", "/proc/sys/kernel/sched_domain"]
    private static let parameters = ["busy_factor", "imbalance_pct", "cache_nice_tries"]

    /// What differs from what the kernel shows, as it was recorded: flags, and the parameters that do not depend on the order in which
    /// CPUs left.
    func differences(fromShown recording: Recording) -> [String] {
        var problems: [String] = []
        let shown = Self.directories.first { !recording.kernelNames($0).isEmpty } ?? Self.directories[0]
        for cpu in document["cpus"]?.elements ?? [] {
            let directory = "\(shown)/cpu\(cpu.whole("cpu") ?? .max)"
            let domains = cpu["domains"]?.elements ?? []
            let shown = recording.kernelNames(directory).filter { $0.hasPrefix("domain") }
            if shown.count != domains.count {
                problems.append("\(directory) shows \(shown.count) domains, published are \(domains.count)")
                continue
            }
            for (index, domain) in domains.enumerated() {
                let path = "\(directory)/domain\(index)"
                let flags = (recording.kernel(.before, "\(path)/flags") ?? "").split { " \n".contains($0) }.map(
                    String.init)
                let published = (domain["flags"]?.elements ?? []).compactMap(\.text)
                if Set(flags) != Set(published) {
                    problems.append("\(path)/flags: \(flags), published are \(published)")
                }
                for name in Self.parameters {
                    let value = recording.kernel(.before, "\(path)/\(name)").flatMap { UInt64($0.dropLast()) }
                    if domain.whole(name) != value {
                        problems.append(
                            "\(path)/\(name): \(value.map(String.init) ?? "nothing"), published is "
                                + "\(domain[name] ?? .null)")
                    }
                }
            }
        }
        return problems
    }
}
