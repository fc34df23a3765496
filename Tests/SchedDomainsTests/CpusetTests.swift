import NUMATopology
import SchedDomains
import Testing

/// Which partitions cpusets make.
@Suite struct CpusetTests {
    private let all = CPUSet(0..<8)

    private func v1(_ cpus: CPUSet, _ isBalanced: Bool, relax: Int = -1, _ children: [CpusetV1] = []) -> CpusetV1 {
        CpusetV1(
            cpus: cpus, effectiveCPUs: cpus, isLoadBalanced: isBalanced, relaxDomainLevel: relax, children: children)
    }

    @Test("v1: a balanced root is one partition, without the isolated CPUs, with the largest relax request below")
    func balancedRoot() {
        let root = v1(all, true, [v1([0, 1], true, relax: 2), v1([2], false, relax: 5)])
        let requests = CpusetPartitions.v1(root: root, housekeeping: all.subtracting([7]))
        #expect(requests == [PartitionRequest(cpus: CPUSet(0..<7), relaxDomainLevel: 2)])
    }

    @Test("v1: topmost balanced sets are taken, overlapping ones merged, their subtrees not looked at")
    func unbalancedRoot() {
        let root = v1(
            all, false,
            [
                v1([0, 1], true, relax: 1, [v1([0], true, relax: 4)]), v1([1, 2], true, relax: 3), v1([2, 3], true),
                v1([4, 5, 6], false, [v1([4, 5], true)]), v1([], true), v1([7], false),
            ])
        let requests = CpusetPartitions.v1(root: root, housekeeping: all)
        #expect(
            requests == [
                PartitionRequest(cpus: CPUSet(0..<4), relaxDomainLevel: 4), PartitionRequest(cpus: [4, 5]),
            ])
    }

    @Test("v1: nothing balanced leaves no partition; a set of isolated CPUs is passed over")
    func nothingBalanced() {
        #expect(CpusetPartitions.v1(root: v1(all, false), housekeeping: all) == [])
        let root = v1(all, false, [v1([6, 7], true), v1([0, 1], true)])
        #expect(CpusetPartitions.v1(root: root, housekeeping: CPUSet(0..<6)) == [PartitionRequest(cpus: [0, 1])])
    }

    @Test(
        "v2: valid roots are partitions of their own, isolated and invalid ones are not",
        arguments: [
            ("root", [CPUSet(0..<4), CPUSet(4..<8)]), ("isolated", [CPUSet(0..<4)]), ("member", [CPUSet(0..<4)]),
            ("root invalid (Cpu list in cpuset.cpus not exclusive)", [CPUSet(0..<4)]),
            ("isolated invalid (…)", [CPUSet(0..<4)]),
        ])
    func v2(_ text: String, _ expected: [CPUSet]) {
        let child = CpusetV2(partition: CpusetV2.Partition(text: text), effectiveCPUs: CPUSet(4..<8))
        let root = CpusetV2(partition: .member, effectiveCPUs: CPUSet(0..<4), children: [child])
        #expect(CpusetPartitions.v2(root: root, housekeeping: all).map(\.cpus) == expected)
    }

    @Test("v2: a partition below a plain group counts; isolated CPUs are taken out everywhere")
    func remote() {
        let remote = CpusetV2(partition: .root, effectiveCPUs: [6, 7])
        let group = CpusetV2(partition: .member, effectiveCPUs: [4, 5], children: [remote])
        let root = CpusetV2(partition: .member, effectiveCPUs: CPUSet(0..<6), children: [group])
        let requests = CpusetPartitions.v2(root: root, housekeeping: all.subtracting([0, 7]))
        #expect(requests.map(\.cpus) == [CPUSet(1..<6), [6]])
    }
}
