import HostReading
import LinuxSystem
import NUMATopology

/// The node of the CPU a thread was on last, whether that CPU is online or not.
///
/// A thread that sleeps keeps the number of its last CPU, also when that CPU goes offline. A node's list names online CPUs
/// only, so the node is remembered from when it named the CPU; of a CPU that was never seen online, the link
/// `cpuN/nodeM` tells it, which stays as long as the CPU is plugged in (`register_cpu_under_node`, drivers/base/node.c).
extension LedgerReader {
    /// Takes over what a machine says of its CPUs; what it does not say of others stays.
    mutating func rememberNodes(of machine: Machine) {
        unlinkedCPUs = []
        let online = machine.nodes.map(\.id)
        if online != onlineNodes {
            onlineNodes = online
            readAllAgain()
        }
        let known = machine.nodeByAnyCPU()
        if known != nodesOfMachine {
            nodesOfMachine = known
            readAllAgain()
        }
        while nodeByCPU.count < known.count { nodeByCPU.append(nil) }
        for (cpu, node) in known.enumerated() {
            if let node { nodeByCPU[cpu] = node }
        }
    }

    /// The node of a CPU; nil where nothing tells it.
    mutating func node(ofCPU cpu: Int) -> NodeID? {
        guard cpu >= 0, cpu <= CPUSet.numberLimit else { return nil }
        if nodeByCPU.indices.contains(cpu), let node = nodeByCPU[cpu] { return node }
        guard !nodeByCPU.isEmpty, unlinkedCPUs.insert(cpu).inserted,
            let node = MachineReader.linkedNode(of: cpu, in: root)
        else { return nil }
        while nodeByCPU.count <= cpu { nodeByCPU.append(nil) }
        nodeByCPU[cpu] = node
        return node
    }
}
