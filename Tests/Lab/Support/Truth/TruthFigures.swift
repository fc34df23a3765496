/// What the accesses of one run say, and what they would have cost.
///
/// Accesses and instructions are counted, exactly. Seconds are not: emulation has none of its own. They are those of a simple machine,
/// so that runs can be compared whatever else the host does:
///
///     seconds = instructions · 0.5 ns + fills from the own node · 80 ns + fills from other nodes · 140 ns
///
/// Instructions are those of user code and of the kernel on the CPUs that used the seed's data. Half a nanosecond is an instruction
/// per cycle at 2 GHz; 80 ns and 140 ns are latencies of a server with two sockets (a ratio of 1.75; a distance of 21 says 2.1). What is
/// compared is the sign of a difference, which other figures of that order do not change.
///
/// Example: 4,915,200 fills from another node and 40 million instructions are 0.688 s + 0.020 s. The same at home, after moving 2,048
/// pages for 18,000 instructions each: 0.393 s + 0.020 s + 0.018 s.
package struct TruthFigures: Sendable, Hashable {
    /// Kernel instructions by what they are spent on.
    package enum Work: String, Sendable, Hashable, CaseIterable {
        /// Taking access away from pages, so that the next access faults.
        case arming
        /// Taking a hint fault, without what moves its page.
        case faulting
        /// Moving a page.
        case moving

        /// The functions the workload names to the emulator.
        fileprivate var functions: Set<String> {
            switch self {
            case .arming: ["task_numa_work"]
            case .faulting: ["exc_page_fault"]
            case .moving:
                ["migrate_misplaced_folio", "migrate_misplaced_folio_prepare", "migrate_misplaced_page"]
            }
        }
    }

    package private(set) var accesses: UInt64 = 0
    package private(set) var localAccesses: UInt64 = 0
    package private(set) var fills: UInt64 = 0
    package private(set) var localFills: UInt64 = 0
    package private(set) var userInstructions: UInt64 = 0
    package private(set) var kernelInstructions: UInt64 = 0
    package private(set) var instructions: [Work: UInt64] = [:]
    package private(set) var entries: [Work: UInt64] = [:]
    package private(set) var lost: UInt64 = 0
    /// CPU time of the emulator's threads: with a delay it holds the latency of fills from other nodes.
    package private(set) var threadNanoseconds: UInt64 = 0
    /// Those that used the data.
    package private(set) var cpus: Set<Int> = []

    private static let firstDataSlot = 1

    /// - Parameters:
    ///   - marks: The windows of a run. The first, what came before its work, is passed over.
    ///   - topology: Which CPU is on which node.
    package init(_ marks: [TruthTable.Mark], on topology: LabTopology) {
        let windows = marks.filter { $0.window > 0 }
        for data in windows.flatMap(\.data) where data.slot >= Self.firstDataSlot {
            let isLocal =
                topology.nodes.indices.contains(data.node) && topology.nodes[data.node].cpus.contains(data.cpu)
            accesses += data.reads + data.writes
            fills += data.fills
            if isLocal {
                localAccesses += data.reads + data.writes
                localFills += data.fills
            }
            cpus.insert(data.cpu)
        }
        for window in windows {
            for vcpu in window.vcpus where cpus.contains(vcpu.cpu) {
                userInstructions += vcpu.userInstructions
                kernelInstructions += vcpu.kernelInstructions
            }
            for function in window.functions {
                for work in Work.allCases where work.functions.contains(function.name) {
                    instructions[work, default: 0] += function.instructions
                    // A move is one call, though two functions make it.
                    if !function.name.hasSuffix("_prepare") { entries[work, default: 0] += function.entries }
                }
            }
            threadNanoseconds += window.threadNanoseconds
            lost += window.lost
        }
    }

    /// The share of accesses that went to the memory of the CPU's own node; nil where there were none.
    package var localShare: Double? { Self.ratio(localAccesses, accesses) }

    /// The share of line fills that came from it.
    package var localFillShare: Double? { Self.ratio(localFills, fills) }

    /// Kernel instructions per user instruction.
    package var kernelShare: Double? { Self.ratio(kernelInstructions, userInstructions) }

    /// All on the CPUs of the seed.
    package var allInstructions: UInt64 { userInstructions + kernelInstructions }

    /// The share of all instructions that balancing took.
    package var balancingShare: Double? { Self.ratio(instructions.values.reduce(0, +), allInstructions) }

    /// The share of them that one part of its work took.
    package func share(of work: Work) -> Double? { Self.ratio(instructions[work, default: 0], allInstructions) }

    private static let instructionSeconds = 0.5e-9
    private static let localFillSeconds = 80e-9
    private static let remoteFillSeconds = 140e-9

    /// The time on the simple machine above, all CPUs together.
    package var seconds: Double {
        Double(allInstructions) * Self.instructionSeconds
            + Double(localFills) * Self.localFillSeconds + Double(fills - localFills) * Self.remoteFillSeconds
    }

    private static func ratio(_ part: UInt64, _ whole: UInt64) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }
}
