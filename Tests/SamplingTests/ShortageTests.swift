import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage
import Testing

@testable import Sampling

/// Readings that fail because we have no descriptors or no memory.
@Suite("A reading that fails for want of descriptors or memory")
struct ShortageTests {
    static let shortages: [Errno] = [.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .noBufferSpace]

    private static func engine(_ root: ScriptedRoot, _ time: ManualTime) -> SamplingEngine {
        SamplingEngine(root: root, settings: SamplingSettings(), time: time, cost: FakeCost(step: 1000), seed: 1)
    }

    private static func next(_ engine: inout SamplingEngine, _ time: ManualTime) -> HostSnapshot {
        let due = max(engine.nextRoundAtNanoseconds, time.monotonicNanoseconds)
        time.advance(byNanoseconds: due - time.monotonicNanoseconds)
        return engine.round()
    }

    @Test(
        "changes nothing of the machine, of its processes or of the sources, and is counted; then it is as before",
        arguments: shortages, ["/sys", "/proc", "/"])
    func nothingChanges(errno: Errno, directory: String) throws {
        var memory = MemoryRoot.twoNodes
        memory.put(FakeTask(pid: 10))
        memory.addFile("/proc/vmstat", text: "numa_hint_faults 100\n")
        let whole = memory
        let root = ScriptedRoot(memory)
        let time = ManualTime(monotonicNanoseconds: 100 * secondNanoseconds)
        var engine = Self.engine(root, time)
        let before = Self.next(&engine, time)
        root.change { $0.fail(directory, with: errno) }
        var during = before
        // Long enough for the sources to be tried again.
        for _ in 0..<70 { during = Self.next(&engine, time) }
        #expect(during.machine == before.machine)
        #expect(during.sources == before.sources)
        #expect(during.processes.map(\.identity) == before.processes.map(\.identity))
        #expect(during.processes.map(\.groupName) == before.processes.map(\.groupName))
        #expect(during.processes.map(\.ownerUID) == before.processes.map(\.ownerUID))
        #expect(during.domains?.generation == before.domains?.generation)
        #expect(during.domains?.lastChange == before.domains?.lastChange)
        #expect(during.cost.shortages > 0)
        #expect(during.cost.incidents[.malformed] ?? 0 == before.cost.incidents[.malformed] ?? 0)
        root.change { $0 = whole }
        let after = Self.next(&engine, time)
        #expect(after.machine == before.machine)
        #expect(after.sources.map(\.state) == before.sources.map(\.state))
        #expect(after.domains?.generation == before.domains?.generation)
        #expect(after.cost.shortages == during.cost.shortages)
    }

    @Test("of what a process belongs to is made up for in the next round", arguments: shortages)
    func attributes(errno: Errno) throws {
        var bench = LedgerBench()
        bench.root.change {
            $0.put(FakeTask(pid: 10))
            $0.fail("/proc/10/cgroup", with: errno)
            $0.fail("/proc/10/status", with: errno)
        }
        bench.round()
        #expect(bench.reader.processes[10]?.ownerUID == nil)
        #expect(bench.reader.shortages == 2)
        bench.root.change {
            $0.remove("/proc/10")
            $0.put(FakeTask(pid: 10))
        }
        bench.round()
        #expect(bench.reader.processes[10]?.ownerUID == 1000)
        #expect(bench.reader.processes[10]?.groupName == "work.service")
    }
}
