import Lab
import NUMATopology
import Testing

@Suite struct QEMUArgumentsTests {
    private func arguments(_ topology: LabTopology) -> QEMUArguments {
        QEMUArguments(
            topology: topology, kernelPath: "/k", initramfsPath: "/i", resultsPath: "/tmp/a,b/r", consolePath: "/c",
            programsPath: "/p", bootArguments: ["numa_balancing=disable"])
    }

    /// The words behind each `-option`.
    private func values(_ option: String, _ arguments: [String]) -> [String] {
        zip(arguments, arguments.dropFirst()).filter { $0.0 == option }.map(\.1)
    }

    @Test("Each node has its memory and its CPUs, run by run; each pair its distance")
    func nodes() {
        var topology = LabTopology(name: "x")
        (topology.sockets, topology.cores) = (2, 3)
        topology.nodes = [
            .init(cpus: [0, 2, 4], memoryMiB: 160), .init(cpus: [1, 3, 5], memoryMiB: 0),
            .init(cpus: [], memoryMiB: 64),
        ]
        topology.distances = [[10, 21, 14], [21, 10, 24], [14, 24, 10]]
        let list = arguments(topology).arguments
        #expect(values("-smp", list) == ["6,sockets=2,dies=1,cores=3,threads=1"])
        #expect(values("-m", list) == ["224M"])
        #expect(
            values("-object", list) == [
                "memory-backend-ram,id=memory0,size=160M", "memory-backend-ram,id=memory2,size=64M",
            ])
        let numa = values("-numa", list)
        #expect(
            numa.prefix(3) == [
                "node,nodeid=0,cpus=0,cpus=2,cpus=4,memdev=memory0", "node,nodeid=1,cpus=1,cpus=3,cpus=5",
                "node,nodeid=2,memdev=memory2",
            ])
        #expect(numa.count == 3 + 9)
        #expect(numa.contains("dist,src=0,dst=2,val=14"))
        #expect(numa.contains("dist,src=2,dst=1,val=24"))
    }

    @Test("Where the topology has no distances, firmware says nothing of them")
    func noDistances() {
        var topology = LabTopology(name: "x")
        topology.nodes = [.init(cpus: [0], memoryMiB: 160)]
        #expect(values("-numa", arguments(topology).arguments) == ["node,nodeid=0,cpus=0,memdev=memory0"])
    }

    @Test("The kernel's arguments are everyone's, the topology's, the plan's, in that order")
    func commandLine() {
        var topology = LabTopology(name: "x")
        topology.bootArguments = ["nosmt"]
        let common = QEMUArguments.commonBootArguments.joined(separator: " ")
        #expect(
            values("-append", arguments(topology).arguments) == ["console=ttyS0 \(common) nosmt numa_balancing=disable"]
        )
        topology.omittedBootArguments = ["sched_verbose", "sched_debug"]
        let words = Set(arguments(topology).commandLine.split(separator: " "))
        #expect(words.isDisjoint(with: ["sched_verbose", "sched_debug"]) && words.contains("panic=-1"))
        #expect(DomainsCheck().obstacle(on: topology, .linux61) != nil)
        #expect(common.contains("panic=-1") && common.contains("sched_verbose"))
    }

    @Test("A machine of arm64 has clusters, and the console, machine and emulator of its kind")
    func arm64() throws {
        let topology = try TopologyFile.load("arm64")
        let machine = arguments(topology)
        #expect(values("-machine", machine.arguments) == ["virt,gic-version=3"])
        #expect(values("-smp", machine.arguments) == ["16,sockets=2,clusters=2,cores=2,threads=2"])
        #expect(machine.commandLine.hasPrefix("console=ttyAMA0 panic=-1 sched_verbose "))
        #expect(topology.architecture.emulator == "qemu-system-aarch64")
        #expect(LabTopology(name: "x").architecture.emulator == "qemu-system-x86_64")
    }

    @Test("A guest with a userland has it as its third disk, and what it writes to it is gone with it")
    func userland() {
        var machine = arguments(LabTopology(name: "x"))
        machine.userlandPath = "/u"
        #expect(
            values("-drive", machine.arguments).last
                == "if=none,id=userland,format=raw,snapshot=on,cache=unsafe,file=/u")
        #expect(values("-device", machine.arguments).last == "virtio-blk-pci,drive=userland")
    }

    @Test("Commas in paths are escaped; the programs' disk is read-only and behind that of the results")
    func disks() {
        let list = arguments(LabTopology(name: "x")).arguments
        #expect(
            values("-drive", list) == [
                "if=none,id=results,format=raw,file=/tmp/a,,b/r",
                "if=none,id=programs,format=raw,readonly=on,file=/p",
            ])
        #expect(values("-device", list) == ["virtio-blk-pci,drive=results", "virtio-blk-pci,drive=programs"])
    }

    @Test("A guest without disks sends its results over the second serial line")
    func serialLine() {
        var machine = arguments(LabTopology(name: "x"))
        machine.hasDisks = false
        #expect(values("-serial", machine.arguments).last == "file:/tmp/a,,b/r")
        #expect(values("-serial", machine.arguments).count == 2)
        #expect(values("-drive", machine.arguments) == [])
    }
}
