import Testing

@testable import Lab

/// The readers that judge the daemon, against text as the kernel and the workloads write it.
@Suite struct KernelFiguresTests {
    @Test("The NUMA lines of a sched file are read, zeros left out")
    func ledger() {
        let text = """
            numa_pages_migrated                          :                  512
            numa_preferred_nid                           :                    1
            current_node=0, numa_group_id=240
            numa_faults node=0 task_private=0 task_shared=3 group_private=0 group_shared=9
            numa_faults node=1 task_private=17 task_shared=0 group_private=20 group_shared=0
            """
        let expected = KernelFigures.Ledger(
            preferredNode: 1, groupID: 240, migratedPages: 512, privatePages: [1: 17], sharedPages: [0: 3])
        #expect(KernelFigures.ledger(text) == expected)
        #expect(KernelFigures.ledger("se.exec_start : 1.0\n") == nil)
    }

    @Test("numa_maps is summed by node and policy in the mapping's own page size")
    func placement() {
        let text = """
            7f0000000000 bind:1 anon=3 dirty=3 N1=3 kernelpagesize_kB=4
            7f0000200000 default file=/anon_hugepage huge anon=1 dirty=1 N0=1 kernelpagesize_kB=2048
            7f0000400000 default
            """
        let placement = KernelFigures.placement(text)
        #expect(placement.bytes == [0: 2 << 20, 1: 12288])
        #expect(placement.bytesByPolicy == ["bind:1": [1: 12288], "default": [0: 2 << 20]])
        #expect(placement.pagesByStart[0x7f00_0000_0000] == [1: 3])
        #expect(placement.mappingCount == 3)
    }

    @Test("The CPU of a thread is field 39, whatever its name holds")
    func cpu() {
        let numbers = (4...52).map { $0 == 39 ? "6" : "0" }.joined(separator: " ")
        #expect(KernelFigures.cpu("12 (a) b) S \(numbers)\n") == 6)
        #expect(KernelFigures.cpu("12 (a) b) S 0 0\n") == nil)
    }

    @Test("CPU time is the sum of fields 14 and 15")
    func cpuTicks() {
        let numbers = (4...52).map { $0 == 14 ? "250" : $0 == 15 ? "17" : "1" }.joined(separator: " ")
        #expect(KernelFigures.cpuTicks("12 (a) b) S \(numbers)\n") == 267)
        #expect(KernelFigures.cpuTicks("nonsense") == nil)
    }

    @Test("Huge pages are read from smaps in bytes")
    func hugePages() {
        let text = "7f00-7fff ---p 00000000 00:00 0 [rollup]\nAnonymous: 9000 kB\nAnonHugePages:      8192 kB\n"
        #expect(KernelFigures.smaps("AnonHugePages", in: text) == 8 << 20)
        #expect(KernelFigures.smaps("Rss", in: text) == nil)
    }

    // From a table of the binomial distribution: P(X < 69) = 4e-6 for 84 intervals, P(X < 6) = 5e-7 for 12.
    @Test("As many intervals hold the truth as chance demands", arguments: [(84, 69), (12, 6), (1, 0), (0, 0)])
    func coverage(count: Int, least: Int) {
        #expect(Coverage.least(of: count) == least)
    }

    @Test("A workload's first pages line of a region counts, and is complete when all pages were found")
    func workload() {
        let processes = WorkloadLines.processes(
            """
            start name=policy pid=77
            region start=0x1000 bytes=8192 policy=bind nodes=1 balancing=no
            pages start=0x1000 node1=2
            ready
            pages start=0x1000 node0=2
            """)
        #expect(processes.map(\.pid) == [77])
        #expect(processes.first?.regions.first?.pages == [1: 2])
        #expect(processes.first?.regions.first?.isComplete == true)
    }
}
