import NUMATopology
import Snapshots
import Testing

@testable import Verdicts

@Suite("Behaviours measured in guests are named right")
struct SeedTests {
    @Test("private memory on the wrong node is helped, and then converged")
    func wrongNode() throws {
        let course = Course.of(Seeds.wrongNode, rounds: 80, Seeds.wrongNode)
        #expect(course.said == [.cannotTell, .helping, .converged])
        #expect(course.detected == [])
        let helped = try #require(course.records.first { $0.verdict == .helping }?.figures)
        #expect(try #require(helped.efficiency) > 0.9)
        #expect(helped.episode.map { abs($0.movedPages - 2046) < 1 } ?? false)
        #expect(try #require(helped.episode?.localityBefore) < 0.01 && #require(helped.episode?.localityAfter) > 0.99)
        #expect(try #require(course.last.figures?.locality?.value) > 0.99)
        #expect(course.last.confidencePoints >= 2)
        #expect(course.hosts.contains { $0.gainingGroups == ["seed"] })
    }

    @Test("pages that two pinned threads share go back and forth: that hurts")
    func sharedByTwo() throws {
        let course = Course.of(Seeds.sharedByTwo, rounds: 60, Seeds.sharedByTwo)
        #expect(course.said == [.cannotTell, .hurting])
        #expect(course.detected.contains(.pagePingPong))
        #expect(course.detected.isSubset(of: [.pagePingPong, .storm]))
        #expect(course.last.why.hasPrefix("P"))
        let figures = try #require(course.last.figures)
        let locality = try #require(figures.locality)
        // In truth 50.4 %.
        #expect(abs(locality.value - 0.504) < 0.05 && locality.low <= 0.504 && locality.high >= 0.504)
        #expect(try #require(figures.efficiency) <= 0.04)
        #expect(try #require(figures.cost?.total.low) > #require(figures.gain?.high))
        // No node can be near both threads.
        #expect(try #require(figures.bestLocality?.value) < 0.6)
        #expect(course.hosts.last?.payingGroups == ["seed"])
        #expect(course.hosts.last?.record.verdict == .hurting)
    }

    @Test("pages that follow a thread from node to node hurt, and the thread is named as the cause")
    func hopping() throws {
        let course = Course.of(Seeds.hopping, rounds: 60, Seeds.hopping)
        #expect(course.said == [.cannotTell, .hurting])
        #expect(course.detected.contains(.threadPingPong) && !course.detected.contains(.pagePingPong))
        #expect(course.last.isSevere)
        let locality = try #require(course.last.figures?.locality)
        #expect(locality.low <= 0.5 && locality.high >= 0.5)
    }

    @Test("memory that is bound by policy is left alone, and where it runs is what is wrong")
    func bound() {
        let course = Course.of(Seeds.bound, rounds: 40, Seeds.bound)
        #expect(course.said == [.cannotTell, .inactive])
        #expect(course.last.reason == .policy && course.last.why.contains("B"))
        #expect(course.detected == [.affinityDisjoint])
    }

    @Test("what is right from the start is converged")
    func right() {
        let course = Course.of(Seeds.right, rounds: 60, Seeds.right)
        #expect(course.last.verdict == .converged)
        #expect(Set(course.verdicts).isDisjoint(with: [.hurting, .helping, .settled]))
        #expect(course.detected == [])
    }

    @Test("with balancing off nothing is detected, and it is said at once")
    func off() {
        var host = Seeds.sharedByTwo
        host.balancingMode = 0
        let course = Course.of(host, rounds: 30) { _, load in
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (0, 0, 0)
        }
        #expect(course.said == [.inactive] && course.last.reason == .off)
        #expect(course.last.confidence == .high)
        #expect(course.detected == [] && course.detectedOnHost == [])
    }

    @Test("on one node there is nothing to balance")
    func oneNode() {
        var host = SimulatedHost([SimulatedLoad("seed", cpus: [1], bytes: [Seeds.size])])
        host.nodeCount = 1
        let course = Course.of(host, rounds: 10)
        #expect(course.said == [.inactive] && course.last.reason == .oneNode)
    }

    @Test("the same seeds without the kernel's counts by cgroup are named by what the host and the tasks count")
    func withoutAccount() {
        for (seed, script, verdict) in [
            (Seeds.sharedByTwo, Seeds.sharedByTwo, Verdict.hurting), (Seeds.right, Seeds.right, .converged),
        ] as [(SimulatedHost, SimulatedHost.Script, Verdict)] {
            var host = seed
            host.loads[0].hasAccount = false
            let course = Course.of(host, rounds: 60, script)
            #expect(course.last.verdict == verdict)
        }
    }

    @Test("a process that ran is judged as its group is")
    func process() throws {
        let course = Course.of(Seeds.sharedByTwo, rounds: 60, Seeds.sharedByTwo)
        let record = try #require(course.processes.last ?? nil)
        #expect(record.verdict == .hurting)
        #expect(record.finding(.pagePingPong) != nil)
    }
}
