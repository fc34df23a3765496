import HostReading
import NUMATopology
import SchedDomains

/// Scheduling domains and groups: what is derived from the guest's own files must be what its kernel printed in the same
/// boot, with everything readable and with neither debugfs nor schedstat.
package struct DomainsCheck: LabCheck {
    package let name = "domains"
    package let summary = "domains and groups equal the kernel's own dump, with and without debugfs"

    package let architectures = Set(LabArchitecture.allCases)

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        topology.omittedBootArguments.contains("sched_verbose")
            ? "without sched_verbose the kernel prints no domains to compare with" : nil
    }

    package func steps(for topology: LabTopology) -> [GuestStep] {
        // The log as it is then: other steps change the machine.
        [GuestStep("domains-capture", "capture && dmesg >$OUT/domains.log")]
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        guard let step = result.step("domains-capture"), step.status == 0 else {
            throw LabFailure("capture the guest", result.step("domains-capture")?.summary ?? "the step did not run")
        }
        let root = try result.root()
        var damaged: CPUSet = []
        guard let log = result.file("domains.log") else {
            throw LabFailure("capture the guest", "the kernel's log was not recorded")
        }
        let kernel = KernelDump(parsing: String(decoding: log, as: UTF8.self), damaged: &damaged)
        var problems: [String] = []
        if !damaged.isEmpty { problems.append("the kernel's dump of CPUs \(damaged.listText) is damaged") }
        if kernel.blocks.isEmpty { problems.append("the kernel printed no domains: was it booted with sched_verbose?") }

        let everything = DomainsReader.read(root)
        let report = DomainReconciliation.reconcile(everything.input, everything.observed)
        for disagreement in report.disagreements {
            problems.append("derived and shown differ: \(disagreement)")
        }
        problems += DumpComparison.differences(KernelDump(report.hierarchy), kernel, "with everything readable")
        // The machine's own idea of what it ought to be, without looking at what the kernel shows of the result.
        let blind = DomainsReader.read(root, ignoresObservations: true)
        let derived = DomainDerivation.derive(blind.input)
        problems += DumpComparison.differences(KernelDump(derived), kernel, "without debugfs and schedstat")

        let sizes = report.hierarchy.sizes
        return CheckVerdict(
            compared: "\(report.hierarchy.online.count) CPUs, \(sizes.slots) domains, "
                + "\(kernel.roots.count) partition\(kernel.roots.count == 1 ? "" : "s")",
            problems: problems)
    }
}
