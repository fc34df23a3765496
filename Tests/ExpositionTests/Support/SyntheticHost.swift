import BalancingModel
import NUMATopology
import SchedDomains
import Snapshots

/// A host with two nodes, three groups and the processes of two users, made up so that every field is used once.
enum SyntheticHost {
    static let alice: UInt32 = 1000
    static let bob: UInt32 = 1001
    /// What only bob (or who sees all) may find in any output.
    static let secretsOfBob = ["bob-secret", "bob's command", "bob.slice", "4321", "bind:1-of-bob"]

    static func byNode<Value: AdditiveArithmetic & Hashable & Sendable>(_ values: Value...) -> NodeValues<Value> {
        var result = NodeValues<Value>()
        for (index, value) in values.enumerated() { result[NodeID(index)] = value }
        return result
    }

    /// Two nodes of four CPUs, balanced now and then.
    static let domains: DomainsRecord = {
        let input = SyntheticTopology.make(nodes: 2, coresPerNode: 4).input
        var record = DomainsRecord(
            report: DomainReconciliation.reconcile(input, ObservedDomains()), input: input, generation: 2,
            readAtNanoseconds: 90_000_000_000)
        var level = BalanceStatistics.Level(name: "NUMA")
        level.distance = 21
        level.cpuCount = 8
        level.idle.attemptsPerSecond = 12.5
        level.idle.pulledPerSecond = 0.5
        level.remoteWakeupsPerSecond = 3
        record.statistics = BalanceStatistics()
        record.statistics?.levels = [level]
        level.idle.attemptsPerSecond = 9000
        record.totals = BalanceStatistics()
        record.totals?.levels = [level]
        return record
    }()

    /// Faults on both nodes, and pages that went from 0 to 1.
    static let activity: ModelledActivity = {
        var activity = ModelledActivity(intervalNanoseconds: 5_000_000_000)
        let some = Estimate(value: 480, lowest: 400, highest: 512, provenance: .modelled)
        activity.faultedPages = some
        activity.faultedPagesByNode = [.init(node: NodeID(0), pages: some)]
        activity.migratedPages = Estimate(observed: 90)
        activity.moves = [
            .init(
                source: NodeID(0), target: NodeID(1),
                pages: Estimate(value: 80, lowest: 60, highest: 90, provenance: .modelled))
        ]
        activity.scanPeriodMilliseconds = Estimate(value: 1000, lowest: 900, highest: 1200, provenance: .modelled)
        activity.tasksByModelledNode = byNode(0, 3)
        return activity
    }()

    /// Everything a trace can say.
    static let traced: TracedActivity = {
        var activity = TracedActivity()
        activity.faults = [
            .init(rule: .local, outcome: .stayed, count: 900), .init(rule: .private, outcome: .migrated, count: 90),
            .init(rule: .twoStage, outcome: .stayed, count: 10),
        ]
        activity.localFaults = 900
        activity.remoteFaults = 100
        activity.migratedPages = 90
        activity.moves = [.init(source: NodeID(0), target: NodeID(1), pages: 90)]
        activity.decisions = .init(right: 989, total: 990)
        activity.remoteDecisions = .init(right: 89, total: 90)
        activity.resynchronisingDecisions = 10
        return activity
    }()

    static let tracing: TracingRecord = {
        var record = TracingRecord()
        record.state = .running
        record.level = "faults"
        record.missing = [.init(event: "placement", lost: "the instant of placement")]
        record.scope = "all processes"
        record.startedAtNanoseconds = 40_500_000_000
        record.events = 12_000
        record.eventsPerSecond = 240.5
        record.lostEvents = 3
        record.missedProbeHits = 1
        record.bufferFillShare = 0.25
        record.shedding.level = 1
        record.shedding.processes = 40
        record.shedding.raises = 2
        record.shedding.nanoseconds = 1_500_000_000
        record.lagNanoseconds = 600_000_000
        record.cpuNanoseconds = 250_000_000
        record.kernelFaults = 1_200
        record.tracedFaults = 1_000
        record.activity = traced
        record.agreementByRule = [
            .init(rule: .local, score: .init(right: 900, total: 900)),
            .init(rule: .private, score: .init(right: 89, total: 90)),
        ]
        record.ledgerValues = .init(right: 19, total: 20)
        record.ledgerPreferred = .init(right: 20, total: 20)
        record.ledgerGroup = .init(right: 20, total: 20)
        record.resynchronisingReadings = 8
        record.tasksByStanding = [10, 1, 2, 3]
        record.placements = 30
        record.ties = 4
        record.guessedTies = 1
        return record
    }()

    static let model: ModelRecord = {
        var model = ModelRecord(
            activity: activity, hintFaults: Estimate(observed: 600), isReconciled: true, profile: "6.12.43")
        model.localShare = 0.75
        model.taskCount = 12
        return model
    }()

    static let snapshot: HostSnapshot = {
        let nodes = [NodeID(0), NodeID(1)]
        let machine = Machine(
            nodes: [
                Machine.Node(id: nodes[0], cpus: CPUSet(0...3), memoryBytes: 8 << 30),
                Machine.Node(id: nodes[1], cpus: CPUSet(4...7), memoryBytes: 4 << 30),
            ], distances: DistanceMatrix(nodes: nodes, rows: [[10, 21], [21, 10]]), possibleCPUs: CPUSet(0...7),
            onlineCPUs: CPUSet(0...7))
        var snapshot = HostSnapshot(
            sequence: 7, wallClockNanoseconds: 1_700_000_000_250_000_000, monotonicNanoseconds: 100_000_000_000,
            machine: machine)
        snapshot.kernelRelease = "6.12.43+deb12-amd64"
        snapshot.hostName = "twonodes"
        snapshot.host = host(machine)
        snapshot.domains = domains
        snapshot.model = model
        snapshot.tracing = tracing
        snapshot.processes = [aliceDatabase, aliceShell, bobWorker]
        snapshot.processes[0].model = activity
        snapshot.processes[0].traced = traced
        snapshot.groups = groups
        snapshot.groups[0].model = activity
        snapshot.groups[0].traced = traced
        snapshot.groups[0].movedTotals = [
            MovedTotal(source: NodeID(0), target: NodeID(1), pages: 1234.5, errorPages: 100)
        ]
        snapshot.sources = sources
        for index in snapshot.sources.indices { snapshot.sources[index].triedAtNanoseconds = 99_000_000_000 }
        snapshot.devices = devices
        snapshot.cost = cost
        SyntheticVerdicts.judge(&snapshot)
        return snapshot
    }()

    private static func host(_ machine: Machine) -> HostTotals {
        var host = HostTotals()
        host.balancingMode = 1
        host.knobs.scanDelayMilliseconds = 1000
        host.knobs.scanPeriodMinMilliseconds = 1000
        host.knobs.scanPeriodMaxMilliseconds = 60_000
        host.knobs.scanSizeMegabytes = 256
        host.knobs.promoteRateLimitMegabytesPerSecond = 65_536
        host.vmstat = [
            .init(name: "numa_pte_updates", value: 1_234_567), .init(name: "numa_hint_faults", value: 23_456),
            .init(name: "numa_hint_faults_local", value: 20_000), .init(name: "numa_pages_migrated", value: 3_000),
            .init(name: "pgmigrate_success", value: 3_100),
        ]
        host.vmstatRates = [.init(name: "numa_hint_faults", perSecond: 12.5)]
        host.locality = BoundedRatio(0.72, low: 0.55, high: 0.875, source: .sample)
        var cache = MemoryTraffic.Cache(name: "1")
        cache.node = NodeID(1)
        cache.totalBytes = 12 << 30
        cache.localBytes = 9 << 30
        cache.totalBytesPerSecond = 8e9
        cache.localBytesPerSecond = 6e9
        host.traffic = MemoryTraffic(caches: [cache])
        host.processCount = 3
        host.threadCount = 12
        // Node 1 has CPUs, but is slower: nothing is promoted, and node 0 demotes to it.
        host.tiers = MemoryTiers([
            .init(number: 4, nodes: [NodeID(0)]), .init(number: 22, nodes: [NodeID(1)]),
        ])
        host.isDemotionEnabled = true
        host.cacheAware = CacheAwareScheduling(isEnabled: true, tolerance: 1, cacheBytes: 32 << 20)
        host.zoneReclaimMode = 0
        host.nodes = machine.nodes.map { node in
            var totals = NodeTotals(id: node.id, cpus: node.cpus)
            let scale = UInt64(node.id.rawValue) + 1
            totals.distances = node.id.rawValue == 0 ? [10, 21] : [21, 10]
            totals.meminfo = [
                .init(name: "MemTotal", value: 4 << 30), .init(name: "MemFree", value: scale << 30),
                .init(name: "HugePages_Total", value: 8 * scale),
            ]
            totals.numastat = [.init(name: "numa_hit", value: 1000 * scale), .init(name: "numa_miss", value: scale)]
            totals.vmstat = [
                .init(name: "pgdemote_kswapd", value: 5 * scale),
                .init(name: "workingset_refault_anon", value: 6 * scale), .init(name: "nr_swapcached", value: scale),
            ]
            totals.hugePages = [HugePagePool(pageSizeBytes: 2 << 20), HugePagePool(pageSizeBytes: 1 << 30)]
            totals.hugePages?[0].totalPages = 8 * scale
            totals.hugePages?[0].freePages = 3 * scale
            totals.hugePages?[0].surplusPages = 0
            totals.hugePages?[1].totalPages = 1
            totals.hugePages?[1].freePages = 1
            var access = MemoryAccess()
            access.initiators = [NodeID(0)]
            access.readLatencyNanoseconds = 80 * scale
            access.writeLatencyNanoseconds = 90 * scale
            access.readBandwidthBytesPerSecond = 17_000 << 20
            totals.access = access
            totals.busyNanoseconds = 1_500_000_000 * scale
            totals.busyShare = 0.25
            return totals
        }
        return host
    }

    private static var aliceDatabase: ProcessRecord {
        var process = ProcessRecord(
            identity: ProcessIdentity(pid: 1234, startTimeTicks: 5000), command: "postgres",
            groupName: "postgresql.service")
        process.parentPID = 1
        process.uid = alice
        process.ownerUID = alice
        process.cgroupPath = "/system.slice/postgresql.service"
        process.threadCount = 4
        process.residentBytes = 900 << 20
        process.cpuNanoseconds = 12_340_000_000
        process.cpuNanosecondsByNode = byNode(10_000_000_000, 2_340_000_000)
        process.uncertainCPUNanoseconds = 340_000_000
        process.threadNodeChanges = 5
        process.locality = BoundedRatio(0.6875, low: 0.5, high: 0.875, source: .placement)
        process.threadsByNode = byNode(3, 1)
        process.allowedCPUNodes = [NodeID(0), NodeID(1)]
        process.allowedMemoryNodes = [NodeID(0), NodeID(1)]
        process.ledger = ledger
        var thread = ThreadRecord(
            tid: 1235, command: "bg writer\n", cpu: 2, node: NodeID(0), cpuNanoseconds: 3_000_000,
            readAtNanoseconds: 99_000_000_000)
        thread.preferredNode = NodeID(1)
        thread.groupID = 1234
        thread.privatePages = byNode(11, 22)
        thread.migratedPages = 33
        thread.kernel = kernelView
        process.threads = [thread]
        process.scans = ScanSummary([kernelView])
        process.threadsByState = ["R": 1, "S": 3]
        process.nextScanAtNanoseconds = 101_750_000_000
        process.numaGroups = [numaGroup]
        var placement = PlacementRecord(method: .full, takenAtNanoseconds: 98_000_000_000)
        placement.bytes = byNode(700 << 20, 200 << 20)
        placement.bytesByClass = [
            .anonymous: byNode(600 << 20, 200 << 20), .huge(pageSizeBytes: 2 << 20): byNode(100 << 20),
        ]
        placement.bytesByPolicy = ["default": byNode(700 << 20, 100 << 20), "interleave:0-1": byNode(0, 100 << 20)]
        placement.bytesByRegion = [.heap: byNode(600 << 20), .private: byNode(100 << 20, 200 << 20)]
        placement.mappingCount = 77
        placement.longestCallNanoseconds = 1_250_000
        placement.costNanoseconds = 2_500_000
        process.placement = placement
        return process
    }

    /// What the iterator says of a thread.
    private static var kernelView: KernelTaskView {
        var view = KernelTaskView()
        view.state = "S"
        view.scanPeriodMilliseconds = 1_700
        view.nextScanRunNanoseconds = 250_000_000
        view.windowPrivatePages = byNode(8, 3)
        view.windowSharedPages = byNode(0, 1)
        view.placedSequence = 41
        view.localFaults = 70
        view.remoteFaults = 30
        view.failedPages = 2
        return view
    }

    private static var numaGroup: NUMAGroupRecord {
        var group = NUMAGroupRecord(id: 1234, identity: 1 << 40)
        group.taskCount = 4
        group.activeNodeCount = 2
        group.totalFaults = 157
        group.pages = byNode(100, 57)
        group.cpuFaults = byNode(750, 250)
        return group
    }

    private static var ledger: LedgerSummary {
        var ledger = LedgerSummary()
        ledger.taskCount = 4
        ledger.privatePages = byNode(100, 50)
        ledger.sharedPages = byNode(0, 7)
        ledger.changePages = byNode(-4, 9)
        ledger.migratedPages = 345
        ledger.tasksByPreferredNode = byNode(2, 1)
        ledger.tasksWithoutPreferredNode = 1
        ledger.tasksOffPreferredNode = 1
        ledger.groupIDs = [1234]
        ledger.scanSequence = 42
        return ledger
    }

    private static var aliceShell: ProcessRecord {
        var process = ProcessRecord(
            identity: ProcessIdentity(pid: 2000, startTimeTicks: 6000), command: "sh \"q\\",
            groupName: "session-1.scope")
        process.uid = alice
        process.ownerUID = alice
        process.threadCount = 1
        process.residentBytes = 2 << 20
        process.threadsByNode.unlocated = 1
        process.placementGap = .tooSmall
        process.denied = ["numa_maps"]
        return process
    }

    private static var bobWorker: ProcessRecord {
        var process = ProcessRecord(
            identity: ProcessIdentity(pid: 4321, startTimeTicks: 7000), command: "bob's command",
            groupName: "bob-secret.service")
        process.uid = bob
        process.ownerUID = bob
        process.cgroupPath = "/user.slice/bob.slice"
        process.threadCount = 7
        process.residentBytes = 300 << 20
        process.cpuNanosecondsByNode = byNode(0, 1_000_000_000)
        process.locality = BoundedRatio(exactly: 1, source: .sample)
        process.threadsByNode = byNode(0, 7)
        var placement = PlacementRecord(
            method: .sampled(pagesAsked: 1024, pagesResident: 512, pagesMapped: 150_000),
            takenAtNanoseconds: 97_000_000_000)
        placement.bytes = byNode(0, 300 << 20)
        placement.halfWidth95Bytes = byNode(1 << 20, 9 << 20)
        placement.unlocatedBytes = 3 << 20
        placement.bytesByClass = [.shared: byNode(0, 300 << 20)]
        placement.bytesByPolicy = ["bind:1-of-bob": byNode(0, 300 << 20)]
        process.placement = placement
        return process
    }

    private static var groups: [GroupRecord] {
        var bobs = GroupRecord(name: "bob-secret.service")
        bobs.pids = [4321]
        bobs.threadCount = 7
        bobs.residentBytes = 300 << 20
        bobs.cpuNanosecondsByNode = byNode(0, 1_000_000_000)
        bobs.locality = BoundedRatio(exactly: 1, source: .sample)
        bobs.threadsByNode = byNode(0, 7)
        bobs.bytesByClass = [.shared: byNode(0, 300 << 20)]
        bobs.halfWidth95Bytes = byNode(1 << 20, 9 << 20)
        bobs.memorySource = .mappings(sharedBytes: 300 << 20)
        bobs.identity = GroupIdentity(kind: "user-unit")
        bobs.identity.ownerUID = 1001
        bobs.placedProcessCount = 1
        var postgres = GroupRecord(name: "postgresql.service")
        postgres.pids = [1234]
        postgres.threadCount = 4
        postgres.residentBytes = 900 << 20
        postgres.cpuNanosecondsByNode = byNode(10_000_000_000, 2_340_000_000)
        postgres.cpuNanosecondsByNode?.unlocated = 250_000_000
        postgres.uncertainCPUNanoseconds = 340_000_000
        postgres.threadNodeChanges = 6
        postgres.locality = BoundedRatio(0.6875, low: 0.5, high: 0.875, source: .account)
        postgres.threadsByNode = byNode(3, 1)
        postgres.ledger = ledger
        postgres.scans = ScanSummary([kernelView])
        postgres.threadsByState = ["R": 1, "S": 3]
        postgres.cpuFaults = numaGroup.cpuFaults
        postgres.migratedPagesTotal = 400
        postgres.bytesByClass = aliceDatabase.placement?.bytesByClass
        postgres.bytesByPolicy = aliceDatabase.placement?.bytesByPolicy
        postgres.memorySource = .cgroup(count: 1)
        postgres.accountTakenAtNanoseconds = 99_000_000_000
        postgres.currentBytes = 710 << 20
        postgres.kernelCounters = ["numa_hint_faults": 1_700, "numa_pages_migrated": 420]
        postgres.identity = GroupIdentity(kind: "container")
        postgres.identity.engine = "cri-containerd"
        postgres.identity.containerID = "4bab9517f3e8"
        postgres.identity.podUID = "ab12-cd"
        postgres.identity.podQualityOfService = "burstable"
        postgres.title = "shop/db"
        postgres.placedProcessCount = 1
        // A group that alice shares with bob: hers to see in part only, so not at all.
        var shared = GroupRecord(name: "session-1.scope")
        shared.pids = [2000, 4321]
        shared.threadCount = 8
        shared.residentBytes = 2 << 20
        shared.threadsByNode = byNode(1, 5)
        shared.threadsByNode.unlocated = 2
        shared.unplacedProcessCount = 1
        shared.identity = GroupIdentity(kind: "job")
        shared.identity.job = "4711"
        shared.jobSteps = ["0", "batch"]
        return [bobs, postgres, shared]
    }

    private static var sources: [SourceStatus] {
        [
            SourceStatus(
                name: "vmstat", path: "/proc/vmstat", state: .readable, purpose: "counters", lostWithout: "totals"),
            SourceStatus(
                name: "knobs", path: "/sys/kernel/debug/sched/numa_balancing",
                state: .unavailable(errno: 1, errnoName: "EPERM"), purpose: "settings", lostWithout: "scan periods",
                remedy: "boot without lockdown"),
            SourceStatus(
                name: "schedstat", path: "/proc/schedstat", state: .malformed(reason: "no version line"),
                purpose: "domains", lostWithout: "checks"),
            SourceStatus(
                name: "tiers", path: "/sys/devices/virtual/memory_tiering",
                state: .notApplicable(reason: "one memory tier"), purpose: "tiers", lostWithout: "nothing"),
        ]
    }

    private static var devices: [DeviceRecord] {
        var nic = DeviceRecord(address: "0000:01:00.0", kind: .network, classCode: 0x02_0000)
        nic.node = NodeID(1)
        nic.names = ["eth0", "mlx5_0"]
        // Its firmware does not say where it is.
        let disk = DeviceRecord(address: "0000:02:00.0", kind: .storage, classCode: 0x01_0802)
        return [nic, disk]
    }

    private static var cost: CostReport {
        var cost = CostReport()
        var tier = CostReport.Tier(name: "host", configuredIntervalNanoseconds: 5_000_000_000)
        tier.rounds = 7
        tier.cpuNanoseconds = 7_000_001
        tier.lastCPUNanoseconds = 1_000_000
        tier.lastWallNanoseconds = 1_100_000
        tier.filesRead = 70
        tier.bytesRead = 123_456
        tier.lastRoundAtNanoseconds = 99_500_000_000
        cost.tiers = [tier, CostReport.Tier(name: "placement", configuredIntervalNanoseconds: 60_000_000_000)]
        cost.cpuShare = 0.0025
        cost.processCPUNanoseconds = 25_000_000
        cost.residentBytes = 12 << 20
        cost.longestHoldNanoseconds = 1_250_000
        cost.placementsRead = 1
        cost.placementsSampled = 1
        cost.oldestLedgerAgeNanoseconds = 1_000_000_000
        cost.incidents = [.exitedDuringRead: 3]
        return cost
    }
}
