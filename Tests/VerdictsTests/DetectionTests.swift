import NUMATopology
import Snapshots
import Testing

@testable import Verdicts

@Suite("Detections")
struct DetectionTests {
    /// What is wrong with a host, where it shows, and how to make it so.
    struct Fault: CustomTestStringConvertible, Sendable {
        var detection: Detection
        var onHost = false
        /// Others that hold as well, for good reason.
        var also: Set<Detection> = []
        var host: SimulatedHost
        var script: SimulatedHost.Script = { _, _ in }
        /// Rounds until the evidence is there: before that nothing can be detected.
        var evidence = 0

        var testDescription: String { detection.rawValue }
    }

    private static func calm() -> SimulatedHost {
        var load = SimulatedLoad("load", cpus: [1, 0], bytes: [1 << 30, 0])
        (load.armedPerSecond, load.faultsPerSecond) = (50, 40)
        return SimulatedHost([load])
    }

    static let faults: [Fault] = {
        var faults = [
            // Each page has to be seen to move more than once: 2,458 moves at 485 a second.
            Fault(
                detection: .pagePingPong, also: [.storm], host: Seeds.sharedByTwo, script: Seeds.sharedByTwo,
                evidence: 3),
            Fault(
                detection: .threadPingPong, also: [.storm], host: Seeds.hopping, script: Seeds.hopping, evidence: 3),
        ]
        var storm = calm()
        storm.loads[0].armedPerSecond = 30_000
        storm.loads[0].faultsPerSecond = 28_000
        faults.append(Fault(detection: .storm, host: storm, evidence: 1))

        var collapse = calm()
        collapse.loads[0].bytes = [1 << 29, 1 << 29]
        collapse.loads[0].scanPeriodMilliseconds = 1000
        faults.append(Fault(detection: .scanPeriodCollapse, host: collapse, evidence: 61))

        var givenUp = calm()
        givenUp.loads[0].bytes = [1 << 28, 3 << 28]
        givenUp.loads[0].scanPeriodMilliseconds = 60_000
        (givenUp.loads[0].armedPerSecond, givenUp.loads[0].faultsPerSecond) = (1, 1)
        faults.append(Fault(detection: .givenUp, host: givenUp, evidence: 1))

        var disallowed = calm()
        disallowed.loads[0].bytes = [1 << 30, 1 << 28]
        disallowed.loads[0].allowedMemoryNodes = [NodeID(0)]
        faults.append(Fault(detection: .memoryDisallowed, host: disallowed, evidence: 2))

        faults.append(Fault(detection: .affinityDisjoint, host: Seeds.bound, script: Seeds.bound, evidence: 2))

        var full = calm()
        full.freeBytes = [20 << 20, 5 << 30]
        full.fileBytes = [60 << 20, 1 << 30]
        faults.append(Fault(detection: .nodeFull, onHost: true, host: full))

        var large = calm()
        large.loads[0].bytes = [8 << 30, 3 << 30]
        faults.append(Fault(detection: .groupLargerThanNode, host: large, evidence: 1))

        var refused = calm()
        refused.failedMovesPerSecond = 900
        refused.loads[0].faultsPerSecond = 1000
        faults.append(Fault(detection: .movesRefused, onHost: true, host: refused))

        var limited = calm()
        limited.balancingMode = 3
        // 64 MiB a second are 16,384 pages.
        limited.promotedPerSecond = 16_000
        faults.append(Fault(detection: .tieringRateLimited, onHost: true, host: limited))

        var demoted = calm()
        demoted.balancingMode = 3
        (demoted.promotedPerSecond, demoted.demotedPerSecond) = (1000, 900)
        faults.append(Fault(detection: .demotedAgain, onHost: true, host: demoted, evidence: 1))

        var oneTier = calm()
        oneTier.balancingMode = 2
        oneTier.tiers = MemoryTiers([.init(number: 4, nodes: [NodeID(0), NodeID(1)])])
        faults.append(Fault(detection: .oneTierPromotion, onHost: true, host: oneTier))
        return faults
    }()

    @Test("each begins within three rounds of its evidence, and no other does", arguments: faults)
    func fires(_ fault: Fault) throws {
        let rounds = 80
        let course = Course.of(fault.host, rounds: rounds, fault.script)
        let hosts = course.hosts.map(\.record)
        let records = fault.onHost ? hosts : course.records
        let first = try #require(records.firstIndex { $0.finding(fault.detection) != nil }) + 1
        // A window is there from the second round on, once there were 2 s of CPU time.
        #expect(first <= max(2, fault.evidence + 1) + 3)
        #expect(first > 2)
        let found = course.detected.union(course.detectedOnHost)
        #expect(found.subtracting(fault.also) == [fault.detection])
        // It holds as long as what is wrong is there.
        #expect(records[first...].allSatisfy { $0.finding(fault.detection) != nil })
        let finding = try #require(records[first].finding(fault.detection))
        #expect(!finding.sentence.contains("unknown"))
        #expect(course.hosts.last?.detectionsBegun[fault.detection] ?? 0 >= 1)
    }

    @Test("a calm host has none")
    func calm() {
        let course = Course.of(Self.calm(), rounds: 80)
        #expect(course.detected == [] && course.detectedOnHost == [])
    }

    @Test("threads off their preferred nodes are a conflict only while cache-aware scheduling is on")
    func cacheAware() {
        for isOn in [true, false] {
            var host = Self.calm()
            host.isCacheAware = isOn
            var judge = VerdictJudge()
            var last: HostVerdict?
            for _ in 0..<10 {
                var snapshot = host.next()
                var ledger = LedgerSummary()
                ledger.tasksByPreferredNode[NodeID(0)] = 10
                ledger.tasksOffPreferredNode = 4
                snapshot.groups[0].ledger = ledger
                judge.judge(&snapshot, pageSizeBytes: 4096)
                last = snapshot.verdict
            }
            #expect((last?.record.finding(.cacheAwareConflict) != nil) == isOn)
        }
    }

    @Test("scans that take longer than 4 ms are told of while there are new ones, with the longest")
    func scanStalls() throws {
        var host = Self.calm()
        var judge = VerdictJudge()
        var work = TracedWork()
        var found: [DetectionFinding?] = []
        for round in 1...60 {
            var snapshot = host.next()
            // Two more each round, until the twentieth.
            if round <= 20 {
                work.longScans += 2
                work.longestScanNanoseconds = 7_300_000
            }
            var tracing = TracingRecord()
            tracing.state = .running
            tracing.work = work
            snapshot.tracing = tracing
            judge.judge(&snapshot, pageSizeBytes: 4096)
            found.append(snapshot.verdict?.record.finding(.scanStall))
        }
        // The first round has nothing to compare with.
        #expect(found.firstIndex { $0 != nil } == 3)
        #expect(try #require(found[10]).sentence == "scans keep tasks for more than 4 ms, one for 7.3 ms")
        #expect(found[3..<20].allSatisfy { $0 != nil })
        // It ends three rounds after the last, but not before a fifth of the window, 24 rounds.
        let last = try #require(found.lastIndex { $0 != nil })
        #expect((22...28).contains(last), "\(last)")
    }

    @Test("a node full of page cache is not full")
    func pageCache() {
        var host = Self.calm()
        host.freeBytes = [20 << 20, 5 << 30]
        host.fileBytes = [3 << 30, 1 << 30]
        #expect(Course.of(host, rounds: 20).detectedOnHost == [])
    }
}
