import FixtureSupport
import NUMATopology
import SchedDomains
import Testing

/// Reading the kernel's dump out of a log.
@Suite struct KernelDumpTests {
    private static let plain = GoldenDumps.ring

    @Test(
        "Time stamps, caller fields, levels and kmsg headers are taken off, indentation is kept",
        arguments: [
            "[   12.345678] ", "[   12.345678] [    T1] ", "[    0.000001] [   C12] ", "<7>[   12.345678] ",
            "6,339,5140900,-;",
            "7,340,5140901,-,caller=T1;", "",
        ])
    func prefixes(_ prefix: String) {
        let log = Self.plain.split(separator: "\n").map { prefix + $0 + "\n" }.joined()
        #expect(KernelDump(parsing: log).text == Self.plain)
    }

    @Test("A groups line cut between any two pieces is put together again")
    func splitLines() {
        let line = "    groups: 0:{ span=0-3,6-7 mask=0-1 cap=6144 }, 4:{ span=2-7 mask=4-5 cap=6144 }"
        let pieces = [
            "    groups:", " 0:{ span=0-3,6-7", " mask=0-1", " cap=6144", " }", ",", " 4:{ span=2-7", " mask=4-5",
            " cap=6144", " }",
        ]
        #expect(pieces.joined() == line)
        for cut in 1..<pieces.count {
            let halves = pieces[..<cut].joined() + "\n" + pieces[cut...].joined()
            let log = Self.plain.replacing(line, with: halves)
            #expect(KernelDump(parsing: log).text == Self.plain)
        }
        #expect(
            KernelDump(parsing: Self.plain.replacing(line, with: pieces.joined(separator: "\n"))).text == Self.plain)
    }

    @Test("The last block of a CPU counts, and none before a NULL")
    func lastBlock() {
        let first =
            "CPU0 attaching sched-domain(s):\n domain-0: span=0-1 level=MC\n  groups: 0:{ span=0 }, 1:{ span=1 }\n"
        let second =
            "CPU0 attaching sched-domain(s):\n domain-0: span=0-2 level=PKG\n  groups: 0:{ span=0 }, 1:{ span=1 }, 2:{ span=2 }\n"
        let null = "CPU0 attaching NULL sched-domain.\n"
        #expect(KernelDump(parsing: first + null + second).text == second)
        #expect(KernelDump(parsing: second + first).text == first)
        #expect(KernelDump(parsing: first + null).text == null)
    }

    @Test("Other lines pass; errors and partitions are kept")
    func otherLines() {
        let log = """
            [    0.1] random: crng init done
            [    0.2] CPU0 attaching sched-domain(s):
            [    0.2]  domain-0: span=0-1 level=NUMA
            [    0.2] ERROR: flag SD_X set here but not in parent
            [    0.2]   groups: 0:{ span=0 mask=0
            [    0.2] ERROR: domain->groups does not match domain->child
            [    0.2]  }, 1:{ span=1 }
            [    0.2] ERROR: groups don't span domain->span
            [    0.3] root domain span: 0-1 (max cpu_capacity = 1024)
            [    0.3] rd 0-1: Checking EAS, CPUs do not have asymmetric capacities

            """
        let dump = KernelDump(parsing: log)
        #expect(dump.blocks.count == 1)
        #expect(dump.blocks[0].domains[0].domainErrors == ["flag SD_X set here but not in parent"])
        #expect(dump.blocks[0].domains[0].groupsErrors == ["groups don't span domain->span"])
        #expect(dump.blocks[0].domains[0].groups[0].error == "domain->groups does not match domain->child")
        #expect(dump.roots == [KernelDump.Root(span: [0, 1], maxCapacity: 1024)])
        #expect(KernelDump(parsing: dump.text).text == dump.text)
    }

    @Test("A block without its head, or cut within, is damaged and left out")
    func damaged() {
        var damaged = CPUSet()
        let headless = KernelDump(parsing: " domain-0: span=0-1 level=MC\n  groups: 0:{ span=0 }\n", damaged: &damaged)
        #expect(headless.blocks.isEmpty)
        let cut = "CPU0 attaching sched-domain(s):\n domain-0: span=0-1 level=MC\n  groups: 0:{ span=0\n"
        #expect(KernelDump(parsing: cut, damaged: &damaged).blocks.isEmpty)
        #expect(damaged == [0])
        let skipped = "CPU1 attaching sched-domain(s):\n  domain-1: span=0-1 level=MC\n   groups: 0:{ span=0 }\n"
        #expect(KernelDump(parsing: skipped, damaged: &damaged).blocks.isEmpty)
        #expect(damaged == [1])
    }

    @Test("A log cut at any byte, or with any byte changed, never crashes and never invents a CPU")
    func mutilated() {
        let bytes = Array(Self.plain.utf8)
        var random = SeededGenerator(case: 7)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            let dump = KernelDump(parsing: String(decoding: bytes[..<length], as: UTF8.self))
            #expect(dump.blocks.allSatisfy { [0, 2, 4, 6].contains($0.cpu) })
            var changed = bytes
            changed[length] = UInt8.random(in: 0...255, using: &random)
            #expect(KernelDump(parsing: String(decoding: changed, as: UTF8.self)).blocks.count <= 5)
        }
    }

    @Test(
        "Lists the kernel would not print are refused",
        arguments: [
            "a", "1-", "-1", "3-1", "1,,2", "2,1", "0-99999999999999999999", "0-2000000", "1 ", "٣",
        ])
    func badLists(_ text: String) {
        #expect(CPUSet(kernelList: text) == nil)
    }

    @Test("Lists the kernel prints are read", arguments: [("", 0), ("0", 1), ("0-1,4,6-63", 61)])
    func goodLists(_ text: String, _ count: Int) {
        #expect(CPUSet(kernelList: text)?.count == count)
        #expect(CPUSet(kernelList: text)?.listText == text)
    }

    @Test(
        "Before 6.10 the partition's line has its largest capacity",
        arguments: [
            (SchedKernelVersion(6, 1, 0), "root domain span: 0-7 (max cpu_capacity = 1024)\n"),
            (SchedKernelVersion(6, 10, 0), "root domain span: 0-7\n"),
        ])
    func rootLine(_ kernel: SchedKernelVersion, _ line: String) {
        var shape = SyntheticTopology.make(nodes: 1, coresPerNode: 8)
        shape.kernel = kernel
        #expect(KernelDump(DomainDerivation.derive(shape.input)).text.hasSuffix(line))
    }
}
