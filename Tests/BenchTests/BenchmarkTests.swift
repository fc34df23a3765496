import HostReading
import SchedDomains
import Testing

@testable import numawatch_bench

@Suite struct BenchmarkTests {
    @Test func namesDiffer() {
        let names = BenchmarkProgram.all().map(\.name) + MemoryBenchmark.all.map(\.name)
        #expect(Set(names).count == names.count)
    }

    /// A baseline that does other work than its subject would make the ratio a lie.
    @Test(arguments: ["text.sched", "text.stat", "text.numa_maps"])
    func baselinesReadTheSameFigures(name: String) throws {
        let benchmark = try #require(BenchmarkProgram.all().first { $0.name == name })
        let workload = try benchmark.prepare()
        #expect(try workload.subject() == workload.baseline())
    }

    @Test func filesOfAFlatRootAreThoseOfItsBase() {
        let shape = DomainBenchmarks.ring(2)
        let hierarchy = DomainBenchmarks.derived(FlatRoot(SyntheticRoot.make(shape)))
        #expect(hierarchy.sizes == DomainDerivation.derive(shape.input).sizes)
    }
}
