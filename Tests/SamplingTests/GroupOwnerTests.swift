import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage
import Testing

@testable import Sampling

@Suite("Whose a group's totals are")
struct GroupOwnerTests {
    private static func task(_ pid: Int32, uid: Int, time: UInt64, migrated: UInt64 = 0) -> FakeTask {
        var task = FakeTask(pid: pid, runtimeNanoseconds: time)
        task.uid = uid
        task.migrated = migrated
        task.cgroup = "/system.slice/job.service"
        return task
    }

    private static func total(_ bench: borrowing LedgerBench) -> UInt64? {
        bench.reader.groupTotals["job.service"].cpuNanosecondsByNode?.total
    }

    @Test("they begin anew when another user's processes come in the place of root's")
    func rootThenUser() {
        var bench = LedgerBench()
        bench.root.change { $0.put(Self.task(10, uid: 0, time: 2_075_000_000, migrated: 40)) }
        bench.round()
        #expect(Self.total(bench) == 2_075_000_000)
        bench.root.change {
            $0.remove("/proc/10")
            $0.put(Self.task(11, uid: 2003, time: 5_000_000, migrated: 3))
        }
        bench.round()
        #expect((Self.total(bench) ?? 0) < 2_000_000_000)
        #expect((bench.reader.groupTotals["job.service"].migratedPages ?? 0) <= 3)
        #expect(bench.reader.groupTotals.hasChangedOwner("job.service"))
        #expect(bench.reader.groupTotals.begunAnew == ["job.service"])
        // From then on they count as ever.
        let before = Self.total(bench) ?? 0
        bench.root.change { $0.put(Self.task(11, uid: 2003, time: 9_000_000, migrated: 3)) }
        bench.round()
        #expect(Self.total(bench) == before + 4_000_000)
        #expect(bench.reader.groupTotals.begunAnew.isEmpty)
    }

    @Test("they begin anew when the last of another's leaves a group two users share")
    func sharedThenAlone() {
        var bench = LedgerBench()
        bench.root.change {
            $0.put(Self.task(10, uid: 1000, time: 1_000))
            $0.put(Self.task(11, uid: 2003, time: 5_000))
        }
        bench.round()
        #expect(Self.total(bench) == 6_000)
        bench.root.change { $0.remove("/proc/10") }
        bench.round()
        #expect(Self.total(bench) ?? 0 == 0)
    }

    @Test("they go on while the owner stays, when the group is shared from now on, and when it becomes root's")
    func goesOn() {
        var bench = LedgerBench()
        bench.root.change { $0.put(Self.task(10, uid: 1000, time: 1_000)) }
        bench.round()
        bench.root.change {
            $0.remove("/proc/10")
            $0.put(Self.task(11, uid: 1000, time: 20))
        }
        bench.round()
        #expect(Self.total(bench) == 1_020)
        bench.root.change { $0.put(Self.task(12, uid: 0, time: 300)) }
        bench.round()
        #expect(Self.total(bench) == 1_320)
        bench.root.change { $0.remove("/proc/11") }
        bench.round()
        #expect(Self.total(bench) == 1_320)
    }

    @Test("a process that acts as one user for another is nobody's alone, and neither is its group")
    func setUserID() throws {
        var bench = LedgerBench()
        bench.root.change {
            $0.put(Self.task(10, uid: 2003, time: 1_000))
            $0.addFile("/proc/10/status", text: "Name:\twork\nUid:\t2003\t0\t0\t0\n")
        }
        bench.round()
        let process = try #require(bench.reader.processes[10])
        #expect(process.uid == 2003)
        #expect(process.ownerUID == nil)
        bench.root.change {
            $0.remove("/proc/10")
            $0.put(Self.task(11, uid: 2003, time: 7))
        }
        bench.round()
        #expect((Self.total(bench) ?? 0) <= 7)
    }

    @Test("what a process did as another user is not in its own times either")
    func processTimes() {
        var bench = LedgerBench()
        bench.root.change { $0.put(Self.task(10, uid: 0, time: 1_000)) }
        bench.round()
        #expect(bench.reader.processes[10]?.cpuNanosecondsByNode?.total == 1_000)
        bench.root.change { $0.put(Self.task(10, uid: 2003, time: 1_030)) }
        // A copy of a host has no owners of directories to ask: it is noticed when `status` is read again.
        bench.now += LedgerReader.attributeLifetime
        bench.round()
        #expect(bench.reader.processes[10]?.ownerUID == 2003)
        #expect((bench.reader.processes[10]?.cpuNanosecondsByNode?.total ?? .max) <= 30)
    }
}
