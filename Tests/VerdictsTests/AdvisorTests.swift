import NUMATopology
import Snapshots
import Testing

@testable import Verdicts

@Suite("Advice")
struct AdvisorTests {
    /// The last snapshot of a host that was judged for so many rounds.
    private func judged(
        _ host: SimulatedHost, rounds: Int, _ script: SimulatedHost.Script = { _, _ in }
    ) -> HostSnapshot {
        var host = host
        var judge = VerdictJudge(settings: VerdictSettings(costs: .guest))
        var snapshot = host.next(script)
        for _ in 0..<rounds {
            snapshot = host.next(script)
            judge.judge(&snapshot, pageSizeBytes: 4096)
        }
        return snapshot
    }

    private func entry(_ snapshot: HostSnapshot) throws -> VerdictEntry {
        try #require(Advisor(snapshot).entry(snapshot.groups[0]))
    }

    @Test(
        "pages that two nodes share: on one node, if that has the CPUs, or spread; with this host's CPUs and the unit's name"
    )
    func pingPong() throws {
        var host = Seeds.sharedByTwo
        host.loads[0].name = "seed.service"
        let snapshot = judged(host, rounds: 60, Seeds.sharedByTwo)
        let advice = try entry(snapshot).advice
        #expect(advice.count == 3)
        #expect(
            advice[0].commands == ["systemctl set-property seed.service AllowedCPUs=0-3 AllowedMemoryNodes=0"]
                || advice[0].commands == ["systemctl set-property seed.service AllowedCPUs=4-7 AllowedMemoryNodes=1"])
        #expect(
            advice[1].commands[0].contains("systemctl edit seed.service")
                && advice[1].commands[0].contains("NUMAMask=0-1"))
        #expect(advice.allSatisfy { !$0.limit.isEmpty && !$0.expected.isEmpty })
        // All of the host is hurt, and nobody gains: then the switch is advice.
        let hostAdvice = try #require(Advisor(snapshot).hostEntry).advice
        #expect(hostAdvice.contains { $0.commands.first == "sysctl kernel.numa_balancing=0" })
    }

    @Test("where one group gains, switching balancing off is no advice")
    func gaining() throws {
        var snapshot = judged(Seeds.sharedByTwo, rounds: 60, Seeds.sharedByTwo)
        snapshot.verdict?.gainingGroups = ["other.service"]
        let commands = try (entry(snapshot).advice + #require(Advisor(snapshot).hostEntry).advice).flatMap(\.commands)
        #expect(!commands.isEmpty && !commands.contains { $0.contains("numa_balancing=0") })
    }

    @Test("bound memory: run where it is")
    func bound() throws {
        let snapshot = judged(Seeds.bound, rounds: 40, Seeds.bound)
        let entry = try #require(Advisor(snapshot).entry(snapshot.processes[0]))
        #expect(entry.advice.first?.commands.first == "taskset -apc 4-7 100")
    }

    @Test("off and not local: try it")
    func tryOn() throws {
        var host = Seeds.wrongNode
        host.balancingMode = 0
        let snapshot = judged(host, rounds: 40)
        #expect(try entry(snapshot).advice.last?.commands == ["sysctl kernel.numa_balancing=1"])
    }

    @Test("what is converged or idle needs no advice")
    func nothing() throws {
        #expect(try entry(judged(Seeds.right, rounds: 60, Seeds.right)).advice.isEmpty)
    }

    @Test("what is assumed or not known is said, with what would tell it")
    func unknown() throws {
        var host = Seeds.sharedByTwo
        host.loads[0].isPlaced = false
        let unplaced = try entry(judged(host, rounds: 30, Seeds.sharedByTwo))
        #expect(unplaced.record.verdict == .cannotTell && unplaced.record.reason == .unplaced)
        #expect(unplaced.unknown.first?.what.contains("where its memory is") ?? false)
        #expect(unplaced.record.figures?.locality == nil)
        let young = try entry(judged(Seeds.right, rounds: 2, Seeds.right))
        #expect(young.record.reason == .tooShort && !young.unknown.isEmpty)
    }

    @Test(
        "a name with anything in it is one word for the shell",
        arguments: [
            ("plain.service", "plain.service"), ("a b.service", "'a b.service'"),
            ("a'$(reboot).service", "'a'\\''$(reboot).service'"),
            ("machine-qemu\\x2d1.scope", "'machine-qemu\\x2d1.scope'"), ("", "''"),
        ])
    func quoted(_ name: String, _ quoted: String) {
        #expect(Placing.quoted(name) == quoted)
    }

    @Test("containers, pods, machines and users' units are told by their own means")
    func managers() {
        func keep(_ kind: String, _ change: (inout GroupIdentity) -> Void = { _ in }) -> String {
            var identity = GroupIdentity(kind: kind)
            change(&identity)
            return Placing(name: "a.service", identity: identity, pid: nil).keep(onCPUs: "0-3", node: NodeID(0))[0]
        }
        #expect(keep("user-unit").hasPrefix("systemctl --user set-property a.service"))
        #expect(
            keep("container") {
                $0.engine = "docker"
                $0.containerID = "4bab"
            } == "docker update --cpuset-cpus 0-3 --cpuset-mems 0 4bab")
        #expect(keep("pod").hasPrefix("kubelet:"))
        #expect(keep("machine") { $0.containerID = "web" }.hasPrefix("virsh numatune web"))
        #expect(keep("none").hasPrefix("numactl"))
    }
}
