import Testing

@testable import KernelText

@Suite struct CounterFileTests {
    @Test func vmstatIsReadByName() throws {
        let bytes = Array(Samples.vmstat.utf8)
        let vmstat = try Vmstat(parsing: bytes.span)
        #expect(vmstat.numaHintFaults == 59638)
        #expect(vmstat.numaHintFaultsLocal == 53528)
        #expect(vmstat.numaPTEUpdates == 59590)
        #expect(vmstat.numaHugePTEUpdates == 9)
        #expect(vmstat.numaPagesMigrated == 5785)
        #expect(vmstat.pagesMigrateSuccess == 5786)
        #expect(vmstat.pagesMigrateFail == 10)
        #expect(vmstat.thpMigrationSuccess == 11)
        #expect(vmstat.thpMigrationFail == 12)
        #expect(vmstat.thpMigrationSplit == 13)
        #expect(vmstat.pagesPromoteSuccess == 2)
        #expect(vmstat.pagesPromoteCandidate == 3)
        #expect(vmstat.pagesPromoteCandidateNotLimited == nil)
        #expect(vmstat.pagesDemoteKswapd == 4)
        #expect(vmstat.pagesDemoteDirect == 5)
        #expect(vmstat.pagesDemoteKhugepaged == 6)
        #expect(vmstat.pagesDemoteProactive == nil)
        #expect(vmstat.numaHit == 103980)
        #expect(vmstat.numaForeign == 1)
        #expect(vmstat.numaInterleave == 823)
        #expect(vmstat.numaLocal == 76768)
        #expect(vmstat.numaOther == 27212)
        #expect(vmstat.numaMiss == 0)
        #expect(vmstat.pageFaults == 7)
        #expect(vmstat.majorPageFaults == 8)
        #expect(try CounterLines.value(of: "compact_migrate_scanned", in: bytes.span) == 14)
        #expect(try CounterLines.value(of: "compact_migrate", in: bytes.span) == nil)
    }

    @Test("The names that 6.16 and 6.18 added are read, and those they came beside as before")
    func newerCounters() throws {
        let text = Samples.vmstat + "pgpromote_candidate_nrl 20\npgdemote_proactive 21\nnr_kernel_file_pages 22\n"
        let vmstat = try Vmstat(parsing: Array(text.utf8).span)
        #expect(vmstat.pagesPromoteCandidateNotLimited == 20)
        #expect(vmstat.pagesDemoteProactive == 21)
        #expect(vmstat.pagesPromoteCandidate == 3)
        #expect(vmstat.pagesDemoteKhugepaged == 6)
    }

    @Test func aKernelWithoutBalancingHasNoneOfItsCounters() throws {
        let vmstat = try Vmstat(parsing: Array("nr_free_pages 1\nnuma_hit 5\n".utf8).span, file: .nodeVmstat)
        var expected = Vmstat()
        expected.numaHit = 5
        #expect(vmstat == expected)
    }

    @Test(arguments: ["numa_hit\n", "numa_hit x\n", "numa_hit 1 2\n", "numa_hit -1\n"])
    func malformedCountersAreRefused(text: String) {
        #expect(throws: KernelTextError.self) { try Vmstat(parsing: Array(text.utf8).span) }
        #expect(throws: KernelTextError.self) { try NodeNumastat(parsing: Array(text.utf8).span) }
    }

    @Test func numastatIsRead() throws {
        let stat = try NodeNumastat(parsing: Array(Samples.numastat.utf8).span)
        #expect(stat.hit == 2_235_522)
        #expect(stat.miss == 1)
        #expect(stat.foreign == 2)
        #expect(stat.interleaveHit == 1125)
        #expect(stat.localNode == 2_235_521)
        #expect(stat.otherNode == 3)
    }

    @Test func meminfoIsReadInBytesAndHugePagesAsCounts() throws {
        let info = try Meminfo(parsing: Array(Samples.meminfo.utf8).span)
        #expect(info.node == nil)
        #expect(info.totalBytes == 24_684_092 * 1024)
        #expect(info.availableBytes == 23_182_876 * 1024)
        #expect(info.activeBytes == 786_292 * 1024)
        #expect(info.anonymousHugePagesBytes == 913_408 * 1024)
        #expect(info.hugePagesTotal == 4)
        #expect(info.hugePagesFree == 3)
        #expect(info.hugePagesReserved == 2)
        #expect(info.hugePagesSurplus == 1)
        #expect(info.hugePageSizeBytes == 2 << 20)
        #expect(info.hugetlbBytes == 8192 * 1024)
        #expect(info.usedBytes == nil)
    }

    @Test func aNodesMeminfoCarriesItsNode() throws {
        let info = try Meminfo(parsingNode: Array(Samples.nodeMeminfo.utf8).span)
        #expect(info.node == 1)
        #expect(info.totalBytes == 4_810_964 * 1024)
        #expect(info.usedBytes == 664_280 * 1024)
        #expect(info.filePagesBytes == 453_352 * 1024)
        #expect(info.hugePagesTotal == 2)
        #expect(info.availableBytes == nil)
    }

    @Test(arguments: [
        "MemTotal:  1 kB\n", "Node x MemTotal: 1 kB\n", "Node 0 MemTotal: 1\n", "Node 0 MemTotal 1 kB\n",
        "Node 0 MemTotal: 1 kB\nNode 1 MemFree: 1 kB\n", "Node 0 HugePages_Total: 1 kB\n",
    ])
    func malformedNodeMeminfoIsRefused(text: String) {
        #expect(throws: KernelTextError.self) { try Meminfo(parsingNode: Array(text.utf8).span) }
    }

    @Test func cpuTimesAreReadPerCPU() throws {
        let stat = try ProcStat(parsing: Array(Samples.procStat.utf8).span)
        #expect(stat.total?.userTicks == 2134)
        #expect(stat.cpus.map(\.cpu) == [0, 1])
        #expect(stat.cpus[0].niceTicks == 1)
        #expect(stat.cpus[0].systemTicks == 826)
        #expect(stat.cpus[0].idleTicks == 78329)
        #expect(stat.cpus[0].ioWaitTicks == 15)
        #expect(stat.cpus[0].interruptTicks == 2)
        #expect(stat.cpus[0].softInterruptTicks == 7)
        #expect(stat.cpus[0].stealTicks == 3)
        #expect(stat.cpus[0].guestTicks == 4)
        #expect(stat.cpus[0].guestNiceTicks == 5)
        #expect(stat.bootTimeSeconds == 1_763_695_000)
        #expect(stat.contextSwitchCount == 1_234_567)
        let old = try ProcStat(parsing: Array("cpu7 1 2 3 4 5\n".utf8).span)
        #expect(old.cpus.first?.ioWaitTicks == 5)
        #expect(old.cpus.first?.stealTicks == nil)
        #expect(throws: KernelTextError.self) { try ProcStat(parsing: Array("cpu0 1 2 3\n".utf8).span) }
    }
}
