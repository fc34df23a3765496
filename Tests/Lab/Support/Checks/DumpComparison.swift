import NUMATopology
import SchedDomains

/// Blocks of CPUs and partitions, held against the kernel's own dump.
///
/// Capacities are left out: the kernel lowers them by the time that interrupts took.
enum DumpComparison {
    /// - Parameter condition: What ours was made of, for the report.
    /// - Returns: A problem for each CPU that differs, with both texts.
    static func differences(_ ours: KernelDump, _ kernel: KernelDump, _ condition: String) -> [String] {
        let own = ours.withoutCapacities
        let expected = kernel.withoutCapacities
        var problems: [String] = []
        let ownBlocks = Dictionary(own.blocks.map { ($0.cpu, $0) }, uniquingKeysWith: { _, last in last })
        let kernelBlocks = Dictionary(expected.blocks.map { ($0.cpu, $0) }, uniquingKeysWith: { _, last in last })
        for cpu in Set(ownBlocks.keys).union(kernelBlocks.keys).sorted() where ownBlocks[cpu] != kernelBlocks[cpu] {
            problems.append(
                "\(condition), CPU \(cpu):\n\(text(ownBlocks[cpu], "ours"))\(text(kernelBlocks[cpu], "the kernel's"))")
        }
        if problems.isEmpty, own.text != expected.text {
            problems.append("\(condition), the dumps differ outside the CPUs:\n\(own.text)\n\(expected.text)")
        }
        return problems
    }

    private static func text(_ block: KernelDump.Block?, _ whose: String) -> String {
        var dump = KernelDump(parsing: "")
        dump.blocks = block.map { [$0] } ?? []
        return "\(whose): \(block == nil ? "none\n" : dump.text)"
    }
}

extension KernelDump {
    fileprivate var withoutCapacities: KernelDump {
        var copy = self
        for block in copy.blocks.indices {
            for domain in copy.blocks[block].domains.indices {
                for group in copy.blocks[block].domains[domain].groups.indices {
                    copy.blocks[block].domains[domain].groups[group].capacity = nil
                }
            }
        }
        return copy
    }
}
