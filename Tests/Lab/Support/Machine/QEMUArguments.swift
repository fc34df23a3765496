import NUMATopology

/// The command line of QEMU for a topology.
///
/// Full-system emulation, so that neither rights nor nested virtualisation are needed, and the same on every host:
///
/// * each node has memory of its own (`-object memory-backend-ram`), each CPU its node, each pair of nodes its distance;
/// * the first serial line is the console, into a file: it is for people, the kernel writes between a program's lines;
/// * results leave through a disk (`/dev/vda`), which carries bytes unchanged however many, or, where the kernel has no
///   modules for disks, through the second serial line;
/// * nothing else: no network, no display, no default devices, and a reset is an end (`-no-reboot`, `panic=-1`).
package struct QEMUArguments: Sendable, Hashable {
    package var topology: LabTopology
    package var kernelPath: String
    package var initramfsPath: String
    /// The file of `/dev/vda`, or of the second serial line.
    package var resultsPath: String
    /// Whether there are disks.
    package var hasDisks = true
    package var consolePath: String
    /// The file of `/dev/vdb`, which guests only read; nil for none.
    package var programsPath: String?
    /// The file of `/dev/vdc`, the userland; what a guest writes to it is gone with the guest. Nil for none.
    package var userlandPath: String?
    /// Behind those every guest has and those of the topology.
    package var bootArguments: [String] = []
    /// Binary logarithm of the nanoseconds that an instruction takes by the guest's clock, all CPUs one after the other: what the
    /// guest does then does not depend on how busy the host is. Nil: the host's clock, a thread for each CPU.
    package var instructionShift: Int?
    /// A plugin of the emulator with its arguments, as `-plugin` takes it.
    package var plugin: String?

    package init(
        topology: LabTopology, kernelPath: String, initramfsPath: String, resultsPath: String, consolePath: String,
        programsPath: String? = nil, userlandPath: String? = nil, bootArguments: [String] = []
    ) {
        self.topology = topology
        self.kernelPath = kernelPath
        self.initramfsPath = initramfsPath
        self.resultsPath = resultsPath
        self.consolePath = consolePath
        self.programsPath = programsPath
        self.userlandPath = userlandPath
        self.bootArguments = bootArguments
    }

    /// What every kernel is booted with behind its console: an end at a panic, the dump of scheduling domains into a log that
    /// is large enough for it and is not copied to the console, which emulation would have wait for each letter.
    package static let commonBootArguments = [
        "panic=-1", "sched_verbose", "sched_debug", "quiet", "loglevel=3", "log_buf_len=16M",
    ]

    package var commandLine: String {
        let common = Self.commonBootArguments.filter { !topology.omittedBootArguments.contains($0) }
        let console = ["console=\(topology.architecture.console)"]
        return (console + common + topology.bootArguments + bootArguments).joined(separator: " ")
    }

    package var arguments: [String] {
        let threads = instructionShift == nil ? "multi" : "single"
        var list = ["-machine", topology.architecture.machine, "-accel", "tcg,thread=\(threads)"]
        list += ["-cpu", topology.cpuModel]
        if let instructionShift { list += ["-icount", "shift=\(instructionShift),sleep=off"] }
        if let plugin { list += ["-plugin", plugin] }
        list += ["-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none", "-no-reboot"]
        list += ["-serial", "file:\(Self.escaped(consolePath))"]
        list += ["-m", "\(topology.memoryMiB)M"]
        list += ["-smp", Self.smp(topology)]
        for (number, node) in topology.nodes.enumerated() {
            var words = ["node", "nodeid=\(number)"]
            for range in ranges(node.cpus.listText) { words.append("cpus=\(range)") }
            if node.memoryMiB > 0 {
                list += ["-object", "memory-backend-ram,id=memory\(number),size=\(node.memoryMiB)M"]
                words.append("memdev=memory\(number)")
            }
            list += ["-numa", words.joined(separator: ",")]
        }
        for (from, row) in topology.distances.enumerated() {
            for (to, distance) in row.enumerated() {
                list += ["-numa", "dist,src=\(from),dst=\(to),val=\(distance)"]
            }
        }
        list += ["-kernel", kernelPath, "-initrd", initramfsPath, "-append", commandLine]
        guard hasDisks else { return list + ["-serial", "file:\(Self.escaped(resultsPath))"] }
        list += ["-drive", "if=none,id=results,format=raw,file=\(Self.escaped(resultsPath))"]
        list += ["-device", "virtio-blk-pci,drive=results"]
        if let programsPath {
            list += ["-drive", "if=none,id=programs,format=raw,readonly=on,file=\(Self.escaped(programsPath))"]
            list += ["-device", "virtio-blk-pci,drive=programs"]
        }
        if let userlandPath {
            list += [
                "-drive",
                "if=none,id=userland,format=raw,snapshot=on,cache=unsafe,file=\(Self.escaped(userlandPath))",
            ]
            list += ["-device", "virtio-blk-pci,drive=userland"]
        }
        return list
    }

    /// How many CPUs there are and how they lie.
    package static func smp(_ topology: LabTopology) -> String {
        let parts =
            topology.architecture == .amd64 ? "dies=\(topology.dies)" : "clusters=\(topology.clusters)"
        return "\(topology.cpuCount),sockets=\(topology.sockets),\(parts),cores=\(topology.cores),"
            + "threads=\(topology.threads)"
    }

    /// `0-1,4` as QEMU wants it: one `cpus=` per run.
    private func ranges(_ list: String) -> [Substring] { list.split(separator: ",") }

    /// A comma in a value is written twice.
    private static func escaped(_ path: String) -> String { path.replacing(",", with: ",,") }
}
