package import NUMATopology

/// A machine to boot, as a file of `Tests/Lab/Topologies` describes it.
package struct LabTopology: Sendable, Hashable {
    /// One NUMA node.
    package struct Node: Sendable, Hashable {
        /// Its CPUs; empty for a node of memory alone.
        package var cpus: CPUSet
        /// 0 for a node of CPUs alone.
        package var memoryMiB: Int

        package init(cpus: CPUSet, memoryMiB: Int) {
            self.cpus = cpus
            self.memoryMiB = memoryMiB
        }
    }

    /// What runs in the guest beside the kernel.
    package enum System: String, Sendable, Hashable, CaseIterable {
        /// busybox as the first process, our programs with the host's libraries: up in seconds.
        case busybox
        /// Debian's own userland with systemd as the first process, numawatch as it is installed: see ``Userland``.
        case systemd
    }

    /// How numawatch gets into a guest with systemd.
    package enum Installation: String, Sendable, Hashable, CaseIterable {
        /// What "make install" stages, unpacked.
        case files
        /// The Debian package, by dpkg(1).
        case debianPackage = "package"
    }

    /// The file's name without its suffix.
    package var name: String
    /// One line for the table's readers.
    package var title: String = ""
    package var architecture = LabArchitecture.amd64
    package var sockets = 1
    /// Per socket; 1 on arm64, which has clusters.
    package var dies = 1
    /// Per socket; 1 on amd64, which has dies.
    package var clusters = 1
    /// Per die or cluster.
    package var cores = 1
    /// Per core.
    package var threads = 1
    /// QEMU's name of the CPU, with features if any.
    package var cpuModel = "Skylake-Server"
    /// In the order of their numbers.
    package var nodes: [Node] = []
    /// A row per node; empty where the firmware says nothing (10 within a node, 20 between).
    package var distances: [[Int]] = []
    /// What is added to the kernel's command line.
    package var bootArguments: [String] = []
    /// What is left out of the arguments that all kernels are booted with.
    package var omittedBootArguments: [String] = []
    /// The kernels it boots, by series.
    package var kernels: [KernelSeries] = KernelSeries.allCases
    /// Shell lines that bring the machine into the state it is to be looked at in: CPUs taken offline, partitions made.
    package var preparation: [String] = []
    package var system = System.busybox
    package var installation = Installation.files
    /// The checks that are made on it; nil for all that apply.
    package var checks: [String]?

    package init(name: String) {
        self.name = name
    }

    /// What a node with memory has at least where programs are in the guest's memory, which holds them twice as they are
    /// unpacked.
    private static let leastWithProgramsMiB = 448

    /// The machine for a kernel whose guests have no disks.
    package var withRoomForPrograms: LabTopology {
        var topology = self
        for node in nodes.indices where nodes[node].memoryMiB > 0 {
            topology.nodes[node].memoryMiB = max(nodes[node].memoryMiB, Self.leastWithProgramsMiB)
        }
        return topology
    }

    package var cpuCount: Int { sockets * dies * clusters * cores * threads }
    package var memoryMiB: Int { nodes.reduce(0) { $0 + $1.memoryMiB } }
}
