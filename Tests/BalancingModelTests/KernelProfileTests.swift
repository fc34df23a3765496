import NUMATopology
import Testing

@testable import BalancingModel

@Suite struct KernelProfileTests {
    @Test(
        "A release text gives the version it begins with",
        arguments: [
            ("6.12.107+deb12-amd64", KernelRelease(6, 12, 107)), ("6.1.0-53-amd64", KernelRelease(6, 1, 0)),
            ("7.3", KernelRelease(7, 3, 0)), ("5.15.0-rc1", KernelRelease(5, 15, 0)),
            ("6.12.4.1", KernelRelease(6, 12, 4)),
        ])
    func parsesRelease(text: String, release: KernelRelease) {
        #expect(KernelRelease(parsing: text) == release)
    }

    @Test(
        "A text that is no release gives nothing", arguments: ["", "6", "x.y", ".6.1", "6.", "99999999999999999999.1"])
    func rejectsRelease(text: String) {
        #expect(KernelRelease(parsing: text) == nil)
    }

    private static let middle: KernelSwitches = [
        .perVMAState, .memorylessDestinationCheck, .promotionThreshold, .exitEventAfterMM,
    ]
    private static let newest: KernelSwitches = [.perVMAState, .memorylessDestinationCheck, .promotionThreshold]
    private static let oldest: KernelSwitches = [
        .forkKeepsCounters, .forkKeepsRetry, .memoryOnlyNodesPreferred, .exitEventAfterMM, .hugePagesUnaccounted,
    ]

    /// One row per kernel whose sources were compared, and neighbours of each backport.
    private static let table: [(KernelRelease, KernelSwitches)] = [
        (KernelRelease(6, 1, 192), [.promotionThreshold, .exitEventAfterMM]),
        (KernelRelease(6, 12, 107), middle),
        (KernelRelease(6, 12, 116), middle),
        (KernelRelease(6, 12, 117), middle.union(.localityReset)),
        (KernelRelease(7, 2, 13), newest),
        (KernelRelease(7, 3, 4), newest.union(.localityReset)),
        (KernelRelease(5, 19), [.topTierHasCPUs, .forkKeepsRetry, .exitEventAfterMM]),
        (KernelRelease(5, 10, 262), oldest),
    ]

    @Test("Versions switch on what landed in them", arguments: table)
    func switches(release: KernelRelease, expected: KernelSwitches) {
        #expect(KernelSwitches(release: release) == expected)
    }

    @Test("Every switch has a name, and no two the same")
    func namedSwitches() {
        let all = KernelSwitches.table.reduce(into: KernelSwitches()) { $0.formUnion($1.flag) }
        #expect(all.rawValue == (1 << KernelSwitches.table.count) - 1)
        #expect(Set(KernelSwitches.table.map(\.name)).count == KernelSwitches.table.count)
    }

    private func defaultProfile() -> KernelProfile {
        KernelProfile(
            release: KernelRelease(6, 12, 117), configuration: .init(ticksPerSecond: 250, maximumCPUCount: 8192))
    }

    @Test("1,500,000 resident pages are 23 windows: 100 ms at least, 2608 ms at most")
    func periodsWithoutGroup() {
        let profile = defaultProfile()
        #expect(profile.scanPages == 65536)
        #expect(profile.scanWindows(residentPages: 1_500_000) == 23)
        #expect(profile.minimumPeriod(residentPages: 1_500_000) == 100)
        #expect(profile.maximumPeriod(residentPages: 1_500_000, group: nil) == 2608)
        #expect(profile.startPeriod(residentPages: 1_500_000, group: nil) == 100)
        #expect(profile.scanWindows(residentPages: 0) == 1)
    }

    @Test("A group stretches the period by its members and its share of shared faults")
    func periodsWithGroup() {
        let profile = defaultProfile()
        let group = KernelProfile.GroupWeights(references: 8, sharedFaults: 3000, privateFaults: 1000)
        #expect(profile.startPeriod(residentPages: 1_500_000, group: group) == 600)
        #expect(profile.maximumPeriod(residentPages: 1_500_000, group: group) == 15649)
    }

    @Test("A scan size of zero, and sums that wrap, give a period instead of a trap")
    func extremePeriods() {
        var profile = defaultProfile()
        profile.tunables.scanSizeMebibytes = 0
        let group = KernelProfile.GroupWeights(
            references: UInt64.max, sharedFaults: UInt64.max, privateFaults: 0)
        // A window for each page, and no room for a millisecond in any.
        #expect(profile.maximumPeriod(residentPages: UInt64.max, group: group) == 0)
        profile.tunables.scanSizeMebibytes = UInt32.max
        // One window a second at most; the group's weight wraps to nothing.
        #expect(profile.startPeriod(residentPages: 1, group: group) == 1000)
    }

    @Test(
        "The period follows private faults first, then local ones",
        arguments: [
            // Continues the worked placement: mostly private.
            (380 as UInt64, 346 as UInt64, 94 as UInt64, 632 as UInt64, 1100 as Int32),
            // Mostly shared and remote: faster.
            (180, 546, 600, 126, 500),
            // Mostly private although all remote: slower.
            (1, 999, 100, 900, 1200),
            // Mostly local, shared: slower.
            (900, 100, 900, 100, 1200),
        ])
    func controller(local: UInt64, remote: UInt64, shared: UInt64, personal: UInt64, expected: Int32) {
        let change = ScanPeriodController(period: 1000).change(
            local: local, remote: remote, shared: shared, private: personal)
        #expect(1000 + change == expected)
    }

    @Test("A build configuration gives the tick, the CPUs and the page size")
    func configuration() {
        let debian = ["CONFIG_HZ": "250", "CONFIG_NR_CPUS": "8192"]
        let plain = KernelProfile.Configuration { debian[$0] }
        #expect(plain == .init(ticksPerSecond: 250, maximumCPUCount: 8192, pageShift: nil))
        let arm = ["CONFIG_HZ": "1000", "CONFIG_ARM64_64K_PAGES": "y", "CONFIG_NR_CPUS": "x"]
        let profile = KernelProfile(release: KernelRelease(6, 1), configuration: .init { arm[$0] })
        #expect(profile.pageShift == 16)
        #expect(profile.hugePagePages == 8192)
        #expect(profile.tick.ticksPerSecond == 1000)
        #expect(profile.cpupid.cpuBits == 13)
        #expect(KernelProfile.Configuration { $0 == "CONFIG_PAGE_SHIFT" ? "14" : nil }.pageShift == 14)
    }

    @Test(
        "From 5.18 to 6.0 nodes without CPUs are slow memory",
        arguments: [(5, 15, false), (5, 18, true), (6, 1, false)])
    func topTier(major: Int, minor: Int, isLimited: Bool) {
        let machine = Machine(
            nodes: [.init(id: NodeID(0), cpus: CPUSet([0])), .init(id: NodeID(1), cpus: CPUSet())], distances: nil,
            possibleCPUs: CPUSet([0]), onlineCPUs: CPUSet([0]))
        let profile = KernelProfile(release: KernelRelease(major, minor))
        #expect(profile.assumedTopTierNodes(of: machine) == (isLimited ? NodeSet([NodeID(0)]) : nil))
    }
}
