import Lab
import NUMATopology
import Testing

@Suite struct LabCaptureTests {
    private static let kernel = KernelPackage(series: .linux61, release: "6.1.0-56-amd64", directory: "/nonexistent")

    @Test("Of the log, the lines about domains are kept, indented as they were, without stamps")
    func domainLines() {
        let log = """
            [    0.000000] Linux version 6.1
            [    0.300000] CPU0 attaching sched-domain(s):
            [    0.300001]  domain-0: span=0-1 level=MC
            [    0.300002]   groups: 0:{ span=0 }, 1:{ span=1 }
            [    0.300003] CPU1 attaching NULL sched-domain.
            [    0.300004] ERROR: groups don't span domain->span
            [    0.300005] root domain span: 0-1
            [    0.400000] CPU1 is up
            """
        #expect(
            LabCapture.domainLines(of: log) == """
                CPU0 attaching sched-domain(s):
                 domain-0: span=0-1 level=MC
                  groups: 0:{ span=0 }, 1:{ span=1 }
                CPU1 attaching NULL sched-domain.
                ERROR: groups don't span domain->span
                root domain span: 0-1

                """)
    }

    @Test("A capture is prepared as the topology says, traced if asked, and stored last")
    func steps() {
        var topology = LabTopology(name: "offline")
        topology.preparation = ["echo 0 > online"]
        let plain = LabCapture(topology: topology, kernel: Self.kernel)
        #expect(plain.name == "offline-6.1")
        #expect(plain.steps.map(\.name) == ["prepare", "capture"])
        let traced = LabCapture(topology: topology, kernel: Self.kernel, workload: "job x", workloadSeconds: 7)
        #expect(traced.name == "t-offline-6.1")
        #expect(traced.steps.map(\.name) == ["prepare", "trace", "capture"])
        // A trace takes memory; nodes without any stay so.
        topology.nodes = [.init(cpus: [0], memoryMiB: 160), .init(cpus: [1], memoryMiB: 0)]
        let roomy = LabCapture(topology: topology, kernel: Self.kernel, workload: "job x")
        #expect(roomy.topology.nodes.map(\.memoryMiB) == [512, 0])
        #expect(LabCapture(topology: topology, kernel: Self.kernel).topology == topology)
        #expect(traced.steps[1].script.hasSuffix("traced 7 job x"))
    }
}
