import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage
import Testing

@testable import Sampling

/// An engine on a host made up, with clocks and costs in hand.
private struct EngineBench: ~Copyable {
    let root: ScriptedRoot
    let time = ManualTime(monotonicNanoseconds: 100 * secondNanoseconds)
    let cost: FakeCost
    var engine: SamplingEngine

    static let numaMaps = "00400000 default anon=8 dirty=8 N0=5 N1=3 kernelpagesize_kB=4\n"

    init(
        _ settings: SamplingSettings = SamplingSettings(), isLive: Bool = true, step: UInt64 = 1000,
        _ build: (inout MemoryRoot) -> Void
    ) {
        var memory = MemoryRoot.twoNodes
        build(&memory)
        root = ScriptedRoot(memory, isLive: isLive)
        cost = FakeCost(step: step)
        engine = SamplingEngine(root: root, settings: settings, time: time, cost: cost, seed: 1)
    }

    /// Lets the next round come, and runs it.
    mutating func next() -> HostSnapshot {
        let due = engine.nextRoundAtNanoseconds
        if due > time.monotonicNanoseconds { time.advance(byNanoseconds: due - time.monotonicNanoseconds) }
        return engine.round()
    }
}

extension MemoryRoot {
    fileprivate mutating func putPlaced(_ task: FakeTask) {
        put(task)
        addFile("/proc/\(task.pid)/numa_maps", text: EngineBench.numaMaps)
    }
}

@Suite struct SamplingEngineTests {
    @Test func aRoundIsOneSnapshotOfEverything() throws {
        var bench = EngineBench { root in
            root.putPlaced(FakeTask(pid: 20))
            root.putPlaced(FakeTask(pid: 10))
            root.addFile("/proc/vmstat", text: "nr_free_pages 5\nnuma_hint_faults 100\npgmigrate_success 7\n")
        }
        let snapshot = bench.next()
        #expect(snapshot.sequence == 1)
        #expect(snapshot.hostName == "fake")
        #expect(snapshot.processes.map(\.identity.pid) == [10, 20])
        #expect(snapshot.process(pid: 10)?.placement?.bytes[node0] == 5 * 4096)
        #expect(snapshot.host.processCount == 2)
        #expect(snapshot.host.threadCount == 2)
        #expect(snapshot.host.vmstat?.map(\.name) == ["numa_hint_faults", "pgmigrate_success"])
        #expect(snapshot.host.vmstatRates.isEmpty)
        #expect(snapshot.machine.nodes.count == 2)
        #expect(snapshot.cost.tiers.map(\.name).prefix(3) == ["host", "ledger", "placement"])
        #expect(snapshot.cost.placementsRead == 2)
        #expect(snapshot.cost.residentBytes == 12 << 20)
        #expect(snapshot.sources.contains { $0.name == "vmstat" && $0.isReadable })
    }

    @Test func groupsAreTheSumsOfTheirProcesses() throws {
        var bench = EngineBench { root in
            for pid in 10..<20 as Range<Int32> {
                var task = FakeTask(pid: pid, residentPages: Int64(pid), cpu: Int(pid) % 4)
                task.cgroup = pid < 14 ? "/system.slice/a.service" : "/system.slice/b.service"
                task.faults = [(UInt64(pid), 1), (0, 2)]
                root.putPlaced(task)
            }
        }
        let snapshot = bench.next()
        #expect(snapshot.groups.map(\.name) == ["a.service", "b.service"])
        for group in snapshot.groups {
            let members = snapshot.processes.filter { $0.groupName == group.name }
            #expect(group.pids == members.map(\.identity.pid))
            #expect(group.residentBytes == members.reduce(0) { $0 + $1.residentBytes })
            #expect(group.threadCount == members.count)
            #expect(group.threadsByNode.total == members.count)
            #expect(group.ledger?.taskCount == members.count)
            #expect(group.ledger?.privatePages.total == members.reduce(0) { $0 + ($1.ledger?.privatePages.total ?? 0) })
            #expect(group.ledger?.scanSequence == nil)
            #expect(group.bytesByClass?[.anonymous]?[node1] == UInt64(members.count) * 3 * 4096)
            #expect(group.placedProcessCount == members.count)
            #expect(group.unplacedProcessCount == 0)
        }
    }

    @Test func ratesAreIncreasePerSecondAndAbsentWhereACounterFell() throws {
        var bench = EngineBench { $0.addFile("/proc/vmstat", text: "numa_hint_faults 100\nnuma_pte_updates 50\n") }
        _ = bench.next()
        bench.root.change { $0.addFile("/proc/vmstat", text: "numa_hint_faults 150\nnuma_pte_updates 49\n") }
        let snapshot = bench.next()
        #expect(snapshot.host.vmstatRate("numa_hint_faults") == 10)
        #expect(snapshot.host.vmstatRate("numa_pte_updates") == nil)
        bench.root.change { $0.remove("/proc/vmstat") }
        let without = bench.next()
        #expect(without.host.vmstat == nil)
        #expect(without.host.vmstatRates.isEmpty)
    }

    @Test func busyTimeOfANodeIsThatOfItsCPUs() throws {
        func stat(_ busy: Int, _ idle: Int) -> String {
            "cpu 0 0 0 0 0 0 0 0 0 0\n"
                + (0..<4).map { "cpu\($0) \($0 < 2 ? busy : 0) 0 0 \(idle) 0 0 0 0 0 0\n" }.joined()
                + "ctxt 1\nbtime 1\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n"
        }
        var bench = EngineBench { $0.addFile("/proc/stat", text: stat(100, 100)) }
        let first = bench.next()
        #expect(first.host.nodes[0].busyNanoseconds == 2_000_000_000)
        #expect(first.host.nodes[0].busyShare == nil)
        bench.root.change { $0.addFile("/proc/stat", text: stat(130, 170)) }
        let second = bench.next()
        #expect(second.host.nodes[0].busyShare == 0.3)
        #expect(second.host.nodes[1].busyShare == 0)
    }

    @Test func busyTimeOfANodeSurvivesItsCPUsGoingOffline() throws {
        func stat(_ cpus: [Int: (busy: Int, idle: Int)]) -> String {
            "cpu 0 0 0 0 0 0 0 0 0 0\n"
                + cpus.sorted { $0.key < $1.key }.map { number, ticks in
                    "cpu\(number) \(ticks.busy) 0 0 \(ticks.idle) 0 0 0 0 0 0\n"
                }.joined() + "ctxt 1\nbtime 1\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n"
        }
        func put(_ online: String, _ node1: String, _ text: String, in root: ScriptedRoot) {
            root.change { files in
                files.addFile("/sys/devices/system/cpu/online", text: online + "\n")
                files.addFile("/sys/devices/system/node/node1/cpulist", text: node1 + "\n")
                files.addFile("/proc/stat", text: text)
            }
        }
        var bench = EngineBench {
            $0.addFile("/proc/stat", text: stat([0: (0, 9), 1: (0, 9), 2: (100, 100), 3: (500, 500)]))
        }
        #expect(bench.next().host.nodes[1].busyNanoseconds == 6_000_000_000)

        // One of two goes: what it did remains, and the share is the other's.
        put("0-2", "2", stat([0: (0, 9), 1: (0, 9), 2: (110, 190)]), in: bench.root)
        var node = bench.next().host.nodes[1]
        #expect(node.busyNanoseconds == 6_100_000_000)
        #expect(node.busyShare == 0.1)

        // Both are gone.
        put("0-1", "", stat([0: (0, 9), 1: (0, 9)]), in: bench.root)
        node = bench.next().host.nodes[1]
        #expect(node.busyNanoseconds == 6_100_000_000)
        #expect(node.busyShare == nil)

        // They come back with their past, the idle time of one begun anew: none of it is this round's.
        put("0-3", "2-3", stat([0: (0, 9), 1: (0, 9), 2: (120, 2), 3: (510, 500)]), in: bench.root)
        node = bench.next().host.nodes[1]
        #expect(node.busyNanoseconds == 6_300_000_000)
        #expect(node.busyShare == nil)
        put("0-3", "2-3", stat([0: (0, 9), 1: (0, 9), 2: (150, 52), 3: (530, 600)]), in: bench.root)
        node = bench.next().host.nodes[1]
        #expect(node.busyNanoseconds == 6_800_000_000)
        #expect(node.busyShare == 0.25)
    }

    @Test func placementObeysIncludedExcludedAndMinimum() throws {
        var settings = SamplingSettings()
        settings.includedUnits = ["*.service"]
        settings.excludedUnits = ["secret*"]
        settings.minimumResidentBytes = 40 * 4096
        var bench = EngineBench(settings) { root in
            for (pid, name) in [(10, "a.service"), (11, "b.scope"), (12, "secret.service"), (13, "c.service")] {
                var task = FakeTask(pid: Int32(pid), residentPages: pid == 13 ? 39 : 40)
                task.cgroup = "/system.slice/\(name)"
                root.putPlaced(task)
            }
        }
        let snapshot = bench.next()
        #expect(snapshot.processes.map { $0.placementGap?.rawValue } == [nil, "excluded", "excluded", "too-small"])
        #expect(snapshot.processes.map { $0.placement != nil } == [true, false, false, false])
        #expect(bench.root.readCount("/proc/12/numa_maps") == 0)
        bench.engine.apply(SamplingSettings())
        for _ in 0..<30 { _ = bench.next() }
        let later = bench.next()
        #expect(later.processes.allSatisfy { $0.placement != nil && $0.placementGap == nil })
    }

    @Test(arguments: [
        ("machine-c1.scope", "excluded excluded - -"), ("mine.service", "- - excluded -"),
        ("user@1000.service/mine.service", "- - excluded -"), ("machine.slice", "excluded - - -"),
        ("user.slice", "- - excluded -"), ("m*", "excluded excluded excluded -"), ("user*", "- - excluded -"),
        ("system*", "- - - -"), ("*.slice", "excluded excluded excluded excluded"),
    ])
    func placementKnowsUnitsBySystemdsNamesAndByTheGroups(pattern: String, gaps: String) {
        var settings = SamplingSettings()
        settings.excludedUnits = [pattern]
        let paths = [
            "/machine.slice/machine-c1.scope/payload", "/system.slice/machine-c1.scope",
            "/user.slice/user-1000.slice/user@1000.service/app.slice/mine.service", "/system.slice/a.service",
        ]
        var bench = EngineBench(settings) { root in
            for (index, path) in paths.enumerated() {
                var task = FakeTask(pid: Int32(10 + index))
                task.cgroup = path
                root.putPlaced(task)
            }
        }
        let found = bench.next().processes.map { $0.placementGap == .excluded ? "excluded" : "-" }
        #expect(found.joined(separator: " ") == gaps)
    }

    @Test func withoutPtraceOthersMemoryIsDeniedNotZero() throws {
        var bench = EngineBench { root in
            root.putPlaced(FakeTask(pid: 10))
            root.fail("/proc/10/numa_maps", with: .permissionDenied)
        }
        var snapshot = bench.next()
        for _ in 0..<11 { snapshot = bench.next() }
        let process = try #require(snapshot.process(pid: 10))
        #expect(process.placement == nil)
        #expect(process.placementGap == .denied)
        #expect(process.denied == ["numa_maps"])
        #expect(snapshot.groups.first?.bytesByClass == nil)
        #expect(snapshot.groups.first?.unplacedProcessCount == 1)
        #expect(snapshot.cost.incidents[.permissionDenied] == 1)
        // A refusal waits for its turn like a reading: not once a round. The sources' probe is one more.
        #expect(bench.root.readCount("/proc/10/numa_maps") <= 3)
    }

    @Test func eachTierKeepsItsInterval() throws {
        var settings = SamplingSettings()
        settings.hostInterval = .seconds(2)
        settings.ledgerInterval = .seconds(6)
        var bench = EngineBench(settings) { $0.putPlaced(FakeTask(pid: 10)) }
        for _ in 0..<31 { _ = bench.next() }
        let snapshot = bench.next()
        #expect(snapshot.cost.tiers[0].rounds == 32)
        #expect(snapshot.cost.tiers[1].rounds == 11)
    }

    @Test func costsAboveTheLimitLengthenEveryIntervalTogether() throws {
        var bench = EngineBench { $0.putPlaced(FakeTask(pid: 10)) }
        var snapshot = bench.next()
        for _ in 0..<100 {
            bench.cost.spend(150_000_000)
            snapshot = bench.next()
        }
        let stretches = snapshot.cost.tiers.prefix(3).map {
            Double($0.intervalNanoseconds) / Double($0.configuredIntervalNanoseconds)
        }
        #expect(stretches.allSatisfy { abs($0 - stretches[0]) < 1e-6 })
        // 150 ms a round need 15 s at 1 %.
        #expect((3.0...3.6).contains(stretches[0]))
        for _ in 0..<100 { snapshot = bench.next() }
        #expect(snapshot.cost.tiers[0].intervalNanoseconds == 5_000_000_000)
    }

    @Test func placementsOfManyProcessesAreSpreadOverTheirInterval() throws {
        var bench = EngineBench { root in
            for pid in 10..<70 as Range<Int32> { root.putPlaced(FakeTask(pid: pid)) }
        }
        _ = bench.next()
        var perRound: [UInt64] = []
        var last: UInt64 = 0
        for _ in 0..<60 {
            let read = bench.next().cost.placementsRead
            perRound.append(read - last)
            last = read
        }
        // 60 processes in 24 rounds: two or three at a time, once they are under way.
        #expect(perRound.suffix(40).allSatisfy { $0 <= 6 })
        #expect(perRound.suffix(48).reduce(0, +) >= 100)
    }

    @Test func aDamagedProcessDoesNotStopTheOthers() throws {
        var generator = SplitMix64(seed: 6)
        var bench = EngineBench { root in
            for pid in 10..<15 as Range<Int32> { root.putPlaced(FakeTask(pid: pid)) }
        }
        _ = bench.next()
        let files = ["stat", "sched", "status", "cgroup", "numa_maps", "task/10/stat", "task/10/sched", "maps"]
        for _ in 0..<200 {
            let file = files.randomElement(using: &generator) ?? "stat"
            let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            bench.root.change { root in
                root.put(FakeTask(pid: 10))
                root.addFile("/proc/10/\(file)", bytes)
            }
            let snapshot = bench.next()
            #expect(snapshot.processes.count >= 4)
            #expect(snapshot.process(pid: 14)?.placement != nil)
        }
    }

    @Test(arguments: [Errno.permissionDenied, .notPermitted, .ioError, .noSuchProcess, .noSuchFileOrDirectory])
    func anyFileMayFailWithAnyErrno(errno: Errno) throws {
        let files = [
            "/proc", "/proc/stat", "/proc/vmstat", "/proc/10", "/proc/10/stat", "/proc/10/sched", "/proc/10/status",
            "/proc/10/cgroup", "/proc/10/numa_maps", "/proc/10/task", "/proc/10/task/11/stat", "/proc/10/task/11/sched",
            "/sys/devices/system/node", "/sys/devices/system/node/node1", "/sys/devices/system/cpu/online",
        ]
        for file in files {
            var bench = EngineBench { root in
                let first = FakeTask(pid: 10)
                root.putPlaced(first)
                root.put(first, threads: [first, FakeTask(pid: 11)])
                root.putPlaced(FakeTask(pid: 20))
            }
            _ = bench.next()
            bench.root.change { $0.fail(file, with: errno) }
            let snapshot = bench.next()
            #expect(snapshot.process(pid: 20) != nil, "\(file)")
            #expect(snapshot.machine.nodes.count == 2 || file.contains("node"), "\(file)")
            #expect((snapshot.host.processCount == nil) == (file == "/proc"), "\(file)")
        }
    }

    @Test func aCopyWithoutProcessesHasNoCountOfThem() throws {
        var bench = EngineBench(isLive: false) { _ in }
        let snapshot = bench.engine.collectOnce()
        #expect(snapshot.host.processCount == nil)
        #expect(snapshot.processes.isEmpty)
        #expect(snapshot.host.vmstat == nil)
        #expect(snapshot.machine.nodes.count == 2)
    }

    @Test func anEmptyCopyIsNoTrap() throws {
        var engine = SamplingEngine(
            root: MemoryRoot(), settings: SamplingSettings(), time: ManualTime(), cost: FakeCost(), seed: 1)
        let snapshot = engine.collectOnce()
        #expect(snapshot.host.processCount == nil)
        #expect(snapshot.machine.nodes.isEmpty)
        #expect(snapshot.sources.allSatisfy { !$0.isReadable })
    }

    @Test func collectingOnceReadsEveryPlacementOfACopy() throws {
        var bench = EngineBench(isLive: false) { root in
            for pid in 10..<50 as Range<Int32> {
                var task = FakeTask(pid: pid, startTicks: 1 << 40)
                task.migrated = 9
                root.putPlaced(task)
            }
        }
        let snapshot = bench.engine.collectOnce()
        #expect(snapshot.processes.allSatisfy { $0.placement != nil })
        // Nothing of a copy happened while we watched; what its tasks moved before is in their ledgers.
        #expect(snapshot.groups.allSatisfy { $0.migratedPagesTotal == nil })
        #expect(
            snapshot.groups.map { $0.ledger?.migratedPages }.reduce(0) { $0 + ($1 ?? 0) }
                == snapshot.processes.reduce(0) { $0 + ($1.ledger?.migratedPages ?? 0) })
        #expect(snapshot.processes.contains { ($0.ledger?.migratedPages ?? 0) == 9 })
        #expect(snapshot.cost.tiers[2].rounds == 1)
    }

    @Test func refusedSettingsAreNotAskedForEveryRound() throws {
        let path = "/sys/kernel/debug/sched/numa_balancing/scan_delay_ms"
        var bench = EngineBench { root in
            root.addFile(path, text: "1000\n")
            root.addFile("/proc/sys/kernel/numa_balancing", text: "1\n")
            root.fail("/sys/kernel/debug", with: .notPermitted)
        }
        var snapshot = bench.next()
        let asked = bench.root.readCount(path)
        for _ in 0..<50 { snapshot = bench.next() }
        #expect(bench.root.readCount(path) == asked)
        #expect(snapshot.host.balancingMode == 1)
        #expect(snapshot.host.knobs.scanDelayMilliseconds == nil)
        bench.root.change {
            $0.remove("/sys/kernel/debug")
            $0.addFile(path, text: "1000\n")
        }
        for _ in 0..<20 { snapshot = bench.next() }
        #expect(snapshot.host.knobs.scanDelayMilliseconds == 1000)
    }
}

@Suite struct NamePatternTests {
    // Name, pattern, whether it matches.
    @Test(
        arguments: [
            ("ssh.service", "ssh.service", true), ("ssh.service", "*.service", true), ("ssh.service", "s?h.*", true),
            ("ssh.service", "ssh", false), ("", "*", true), ("", "?", false), ("abcabd", "*abd", true),
            ("aaab", "*a*b*", true), ("aaa", "a*b", false), ("a[b]", "a[b]", true), ("é", "?", true),
        ] as [(String, String, Bool)])
    func matchesStarsAndQuestionMarks(name: String, pattern: String, matches: Bool) {
        #expect(NamePattern.matches(name, pattern: pattern) == matches)
    }
}
