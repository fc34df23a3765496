import NUMATopology
import Snapshots
import Testing

@Suite("Triage holds the nodes in use against those allowed")
struct TriageTests {
    private static let nodes: NodeSet = [NodeID(0), NodeID(1)]

    private static func process(
        cpus: NodeSet? = nodes, memory: NodeSet? = nodes, threads: [Int] = [1], bytes: [UInt64]? = [100]
    ) -> ProcessRecord {
        var process = ProcessRecord(
            identity: ProcessIdentity(pid: 7, startTimeTicks: 1), command: "p", groupName: "a.service")
        process.allowedCPUNodes = cpus
        process.allowedMemoryNodes = memory
        for (node, count) in threads.enumerated() { process.threadsByNode[NodeID(node)] = count }
        guard let bytes else { return process }
        var placement = PlacementRecord(method: .full, takenAtNanoseconds: 1)
        var byNode = NodeValues<UInt64>()
        for (node, amount) in bytes.enumerated() { byNode[NodeID(node)] = amount }
        // Files are others' as well.
        var files = NodeValues<UInt64>()
        files[NodeID(3)] = 1 << 40
        placement.bytesByClass = [.anonymous: byNode, .file: files]
        process.placement = placement
        return process
    }

    private static func entry(_ process: ProcessRecord, share: Double = Triage.defaultShare) -> TriageEntry {
        Triage.entry(of: process, nodesWithCPUs: nodes, share: share)
    }

    @Test("what is where it may be is right")
    func right() {
        let entry = Self.entry(Self.process(threads: [3, 1], bytes: [70, 30]))
        #expect(entry.state == .ok && entry.findings.isEmpty)
    }

    @Test("memory on a node that is not allowed is a mismatch, from the given share on")
    func disallowed() throws {
        let process = Self.process(memory: [NodeID(0)], bytes: [94, 6])
        let finding = try #require(Self.entry(process).findings.first)
        #expect(finding.mismatch == .memoryDisallowed && finding.nodes == [NodeID(1)] && finding.bytes == 6)
        #expect(finding.ratio == 0.06)
        #expect(finding.sentence == "6 % of its memory on node 1, which it may not use")
        #expect(Self.entry(process, share: 0.07).state == .ok)
    }

    @Test("memory where it may not run is one, on nodes with CPUs alone")
    func unreached() {
        let process = Self.process(cpus: [NodeID(0)], memory: [NodeID(0), NodeID(1), NodeID(2)], bytes: [25, 75])
        #expect(Self.entry(process).findings.map(\.sentence) == ["75 % of its memory on node 1, where it may not run"])
        // Node 2 has no CPUs: slower memory, far from nobody in particular.
        let tiered = Self.process(cpus: [NodeID(0)], memory: [NodeID(0), NodeID(2)], bytes: [25, 0, 75])
        #expect(Self.entry(tiered).state == .ok)
    }

    @Test("a thread that runs elsewhere shows that it may")
    func threadsProve() {
        #expect(Self.entry(Self.process(cpus: [NodeID(0)], threads: [1, 2], bytes: [25, 75])).state == .ok)
    }

    @Test("CPUs and memory without a node in common are one, whatever is used")
    func apart() {
        let entry = Self.entry(Self.process(cpus: [NodeID(0)], memory: [NodeID(1)], bytes: nil))
        #expect(entry.findings.map(\.mismatch) == [.apart] && entry.state == .mismatch)
    }

    @Test("what cannot be read is unknown, and no mismatch")
    func unknown() {
        #expect(Self.entry(Self.process(bytes: nil)).state == .unknown)
        #expect(Self.entry(Self.process(cpus: nil)).state == .unknown)
        #expect(Self.entry(Self.process(memory: nil)).state == .unknown)
        // Enough is known to say that something is wrong.
        #expect(Self.entry(Self.process(cpus: nil, memory: [NodeID(0)], bytes: [0, 9])).state == .mismatch)
    }

    @Test("a group may what any of its processes may, unless that of one is not known")
    func group() {
        var group = GroupRecord(name: "a.service")
        var bytes = NodeValues<UInt64>()
        bytes[NodeID(1)] = 50
        group.bytesByClass = [.anonymous: bytes]
        func entry(_ members: [ProcessRecord]) -> TriageEntry {
            Triage.entry(of: group, members: members, nodesWithCPUs: Self.nodes)
        }
        let near = Self.process(cpus: [NodeID(0)])
        #expect(entry([near]).findings.map(\.mismatch) == [.memoryUnreached])
        #expect(entry([near, Self.process(cpus: [NodeID(1)])]).state == .ok)
        #expect(entry([near, Self.process(cpus: nil)]).state == .unknown)
    }
}
