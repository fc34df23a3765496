import FixtureSupport
import Lab
import NUMATopology
import Testing

@Suite struct MachineCheckTests {
    private static var topology: LabTopology {
        var topology = LabTopology(name: "x")
        topology.cores = 4
        topology.nodes = [
            .init(cpus: [0, 1], memoryMiB: 160), .init(cpus: [2, 3], memoryMiB: 0), .init(cpus: [], memoryMiB: 64),
        ]
        topology.distances = [[10, 21, 14], [21, 10, 24], [14, 24, 10]]
        return topology
    }

    private static let files = [
        "cpu/present": "0-3", "cpu/offline": "", "node/online": "0-2", "node/has_memory": "0,2",
        "node/node0/cpulist": "0-1", "node/node1/cpulist": "2-3", "node/node2/cpulist": "",
        "node/node0/distance": "10 21 14", "node/node1/distance": "21 10 24", "node/node2/distance": "14 24 10",
    ]

    private func problems(_ files: [String: String], _ topology: LabTopology = Self.topology) async throws -> [String] {
        let directory = try TemporaryDirectory.make()
        let places = Dictionary(
            uniqueKeysWithValues: files.map { ("\(directory)/files/machine/sys/devices/system/\($0)", $1) })
        try await HostFiles.makeDirectories(
            Set(places.keys.map { "/" + $0.split(separator: "/").dropLast().joined(separator: "/") }))
        for (place, text) in places { try HostFiles.write(Array("\(text)\n".utf8), to: place) }
        let problems = try MachineCheck().judge(GuestResult(directory: directory), topology).problems
        try await HostFiles.remove(directory)
        return problems
    }

    @Test("The machine that was asked for passes")
    func right() async throws {
        #expect(try await problems(Self.files) == [])
    }

    @Test("CPUs taken offline are missing from their node, where the topology takes some offline")
    func offline() async throws {
        var files = Self.files
        files["cpu/offline"] = "1"
        files["node/node0/cpulist"] = "0"
        #expect(try await problems(files).count == 1)
        var topology = Self.topology
        topology.preparation = ["echo 0 > /sys/devices/system/cpu/cpu1/online"]
        #expect(try await problems(files, topology) == [])
    }

    @Test("Without distances in the topology, the kernel has 10 and 20")
    func defaultDistances() async throws {
        var topology = Self.topology
        topology.distances = []
        var files = Self.files
        files["node/node0/distance"] = "10 20 20"
        files["node/node1/distance"] = "20 10 20"
        files["node/node2/distance"] = "20 20 10"
        #expect(try await problems(files, topology) == [])
        #expect(try await problems(Self.files, topology).count == 3)
    }

    @Test("Whatever differs is told with both", arguments: files.keys.sorted())
    func differs(_ path: String) async throws {
        var files = Self.files
        files[path] = path.hasSuffix("distance") ? "10 10 10" : "3"
        #expect(try await problems(files).contains { $0.contains(path) || $0.contains("offline") })
        files[path] = nil
        // Of CPUs offline, nothing is as good as none.
        #expect(try await problems(files).isEmpty == (path == "cpu/offline"))
    }
}
