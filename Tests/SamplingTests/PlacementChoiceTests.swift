import KernelText
import LinuxSystem
import Snapshots
import Testing

@testable import Sampling

/// How a process's placement is read: in full or by a sample, and what a sample is scaled to.
@Suite struct PlacementChoiceTests {
    @Test func aCopyIsReadInFullHoweverLargeAsThereIsNoLockToHold() throws {
        var root = MemoryRoot.twoNodes
        // 64 GiB: predicted to hold the lock for more than a second.
        root.put(FakeTask(pid: 40, residentPages: 1 << 24))
        root.addFile(
            "/proc/40/numa_maps",
            text: """
                55d000000000 default heap anon=16777000 dirty=16777000 N0=16000000 N1=777000 kernelpagesize_kB=4
                7ffc0a000000 bind:1 stack anon=216 dirty=216 N1=216 kernelpagesize_kB=4

                """)
        var engine = SamplingEngine(
            root: root, settings: SamplingSettings(), time: ManualTime(monotonicNanoseconds: secondNanoseconds),
            cost: FakeCost(), seed: 1)
        let snapshot = engine.collectOnce()
        let placement = try #require(snapshot.process(pid: 40)?.placement)
        #expect(placement.method == .full)
        #expect(placement.bytes[node0] == 16_000_000 * 4096)
        #expect(placement.bytes[node1] == 777_216 * 4096)
        #expect(placement.bytesByPolicy?["bind:1"]?[node1] == 216 * 4096)
        #expect(placement.bytesByRegion?[.stack]?.total == 216 * 4096)
    }

    @Test func aSampleIsScaledToTheResidentSetUnlessThatLeavesOutHugetlbMemory() {
        func resident(_ status: ProcessStatus) -> [UInt64?] {
            let pages = ResidentPages(status, pageSizeBytes: 4096)
            return [pages.anchor, pages.counted]
        }
        var status = ProcessStatus()
        #expect(resident(status) == [nil, nil])
        status.residentBytes = 8 << 20
        // A kernel before 4.4 does not print HugetlbPages.
        #expect(resident(status) == [2048, 2048])
        status.hugetlbBytes = 0
        #expect(resident(status) == [2048, 2048])
        status.hugetlbBytes = 2 << 20
        #expect(resident(status) == [nil, 2560])
    }

    @Test func oneProcessMayTakeAQuarterOfWhatPlacementHasPerInterval() {
        var settings = SamplingSettings()
        #expect(PlacementReader.largestReadNanoseconds(settings) == 120_000_000)
        settings.placementInterval = .seconds(600)
        #expect(PlacementReader.largestReadNanoseconds(settings) == 600_000_000)
        // Never less than what one call may take anyway.
        settings.cpuLimitShare = 0
        #expect(PlacementReader.largestReadNanoseconds(settings) == settings.maximumHoldNanoseconds)
    }
}
