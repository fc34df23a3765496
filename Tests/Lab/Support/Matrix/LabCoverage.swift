/// What is looked at on which kernels: every machine on every kernel would take three hours.
package enum LabCoverage: Sendable, Hashable, CaseIterable {
    /// Every check on every machine.
    case machines
    /// Every check, on the machines that have most of them, and ``rules``.
    case checks
    /// What differs between kernels: domains of the machines that have most to derive, and a trace.
    case rules

    /// The table: the newest kernels of both major versions, the oldest, and those of Debian 12 and 13, get all checks.
    package static func of(_ series: KernelSeries) -> LabCoverage {
        switch series {
        case .linux612: .machines
        case .linux510, .linux61, .linux619, .linux73: .checks
        case .linux616, .linux617, .linux618, .linux70, .linux71, .linux72: .rules
        }
    }

    /// The machines of ``checks``: together they make all there are.
    private static let checkedMachines: Set<String> = [
        "2-nodes", "balancing-off", "faults", "harm", "installed", "packaged", "tracing", "unmounted",
    ]
    /// The machines of ``rules``, and what is looked at on them.
    private static let ruledMachines: [String: [String]] = [
        "4-ring": ["machine", "domains"], "arm64": ["machine", "domains"], "8-glueless": ["machine", "domains"],
        "isolcpus": ["machine", "domains"],
        "memory-node": ["machine", "domains"], "snc": ["machine", "domains"],
        "tracing": ["machine", "domains", "replay"], "uneven-offline": ["machine", "domains"],
    ]
    /// Kernels whose archive keeps the image alone: without modules there are no disks, and no userland on one.
    private static let withoutDisks: Set<KernelSeries> = [.linux619, .linux70, .linux71]
    /// Where a guest with a userland is made in place of one that has no disks.
    private static let substitute = KernelSeries.linux618

    /// The checks that are made of a machine on a kernel.
    ///
    /// - Returns: Nil where it is not booted; else those of its file that are made.
    package static func checks(of topology: LabTopology, on series: KernelSeries) -> [String]? {
        guard topology.kernels.contains(series) else { return nil }
        let all = topology.checks ?? CheckCatalogue.all.filter { $0.system == topology.system }.map(\.name)
        if topology.system == .systemd, withoutDisks.contains(series) { return nil }
        if topology.system == .systemd, series == substitute { return all }
        let coverage = of(series)
        if coverage == .machines || coverage == .checks && checkedMachines.contains(topology.name) { return all }
        return ruledMachines[topology.name].map { $0.filter(all.contains) }
    }
}
