import Testing

@testable import KernelText

@Suite struct SchedstatTests {
    private func parse(_ text: String) throws(KernelTextError) -> Schedstat {
        try Schedstat(parsing: Array(text.utf8).span)
    }

    @Test func version15PutsIdleBeforeBusy() throws {
        let stat = try parse(Samples.schedstat15)
        #expect(stat.version == 15)
        #expect(stat.timestampJiffies == 4_294_893_024)
        try #require(stat.cpus.count == 2)
        let counters = try #require(stat.cpus[0].counters)
        #expect(counters.yieldCount == 1)
        #expect(counters.scheduleCount == 2)
        #expect(counters.goIdleCount == 3)
        #expect(counters.wakeupCount == 4)
        #expect(counters.localWakeupCount == 5)
        #expect(counters.runNanoseconds == 1_058_144_826)
        #expect(counters.waitNanoseconds == 149_210_973)
        #expect(counters.timesliceCount == 405)
        try #require(stat.cpus[0].domains.count == 2)
        #expect(stat.cpus[0].domains[0].span == [0...1])
        #expect(stat.cpus[0].domains[0].name == nil)
        #expect(stat.cpus[0].domains[1].span == [0...3, 32...39])
        let domain = try #require(stat.cpus[0].domains[0].counters)
        #expect(domain.idle.attempts == 1)
        #expect(domain.idle.noBusyGroup == 8)
        #expect(domain.busy.attempts == 11)
        #expect(domain.newlyIdle.attempts == 21)
        #expect(domain.newlyIdle.imbalanceLoad == 24)
        #expect(domain.newlyIdle.gained == 25)
        #expect(domain.newlyIdle.imbalanceTasks == nil)
        #expect(domain.activeBalanceAttempts == 31)
        #expect(domain.activeBalancePushed == 33)
        #expect(domain.wakeupRemote == 40)
        #expect(domain.wakeupMovedBalance == 42)
        #expect(stat.cpus[1].cpu == 1)
        #expect(stat.cpus[1].domains.isEmpty)
    }

    @Test func version16PutsBusyFirst() throws {
        let stat = try parse(Samples.schedstat16)
        #expect(stat.version == 16)
        let domain = try #require(stat.cpus.first?.domains.first?.counters)
        #expect(domain.busy.attempts == 1)
        #expect(domain.idle.attempts == 11)
        #expect(domain.newlyIdle.attempts == 21)
    }

    @Test func version17NamesTheDomainAndSplitsTheImbalance() throws {
        let stat = try parse(Samples.schedstat17)
        let domain = try #require(stat.cpus.first?.domains.first)
        #expect(domain.name == "MC")
        #expect(domain.span == [0...1])
        let counters = try #require(domain.counters)
        #expect(counters.busy.attempts == 1)
        #expect(counters.busy.imbalanceLoad == 4)
        #expect(counters.busy.imbalanceUtilisation == 5)
        #expect(counters.busy.imbalanceTasks == 6)
        #expect(counters.busy.imbalanceMisfit == 7)
        #expect(counters.busy.gained == 8)
        #expect(counters.idle.attempts == 21)
        #expect(counters.newlyIdle.noBusyGroup == 51)
        #expect(counters.activeBalanceAttempts == 61)
        #expect(counters.wakeupMovedBalance == 72)
    }

    @Test func aLevelNamedLikeAMaskIsNotTakenForOne() throws {
        let text = Samples.schedstat17.replacing("domain0 MC 03", with: "domain0 FA 0f")
        let domain = try #require(try parse(text).cpus.first?.domains.first)
        #expect(domain.name == "FA")
        #expect(domain.span == [0...3])
    }

    @Test func longerLinesOfALaterKernelKeepTheirSpans() throws {
        let longer = Samples.schedstat17.replacing("72\n", with: "72 73 74\n")
        for text in [longer, longer.replacing("version 17", with: "version 18")] {
            let stat = try parse(text)
            let domain = try #require(stat.cpus.first?.domains.first)
            #expect(domain.span == [0...1])
            #expect(domain.name == "MC")
            #expect(domain.counters == nil)
        }
    }

    @Test func version14HasTwelveNumbersPerCPU() throws {
        let text = "version 14\ntimestamp 1\ncpu0 1 2 3 4 5 6 7 8 9 10 11 12\n"
        let counters = try #require(try parse(text).cpus.first?.counters)
        #expect(counters.yieldCount == 4)
        #expect(counters.scheduleCount == 6)
        #expect(counters.timesliceCount == 12)
    }

    @Test(arguments: [
        "timestamp 1\n", "version x\n", "version 15\ndomain0 03 1\n", "version 15\ncpu0 1 2 3\n",
        "version 15\ncpu0 0 0 0 0 0 0 0 0 0\ndomain0 03 1 2 3\n",
        "version 16\ncpu0 0 0 0 0 0 0 0 0 0\ndomain0 MC 03 1 2 3\n",
        "version 17\ncpu0 0 0 0 0 0 0 0 0 0\ndomain0 03 1 2 3\n",
        "version 15\ncpu0 0 0 0 0 0 0 0 0 18446744073709551616\n", "version 15\ncpux\n",
    ])
    func malformedFilesAreRefused(text: String) {
        #expect(throws: KernelTextError.self) { try parse(text) }
    }
}

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

@Suite struct SmallFileTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func distancesAreReadAlsoBehindABlank() throws {
        #expect(try NodeDistance.parse(bytes("10 21 31 21\n").span) == [10, 21, 31, 21])
        #expect(try NodeDistance.parse(bytes(" 20 10\n").span) == [20, 10])
        for bad in ["", "\n", "10 x\n", "10,20\n", "10 70000\n"] {
            #expect(throws: KernelTextError.self) { try NodeDistance.parse(bytes(bad).span) }
        }
    }

    @Test func scalarsAreRead() throws {
        #expect(try ScalarFile.unsigned(bytes("60000\n").span, field: "x") == 60000)
        #expect(try ScalarFile.unsigned(bytes("60000").span, field: "x") == 60000)
        #expect(try ScalarFile.signed(bytes("-1\n").span, field: "x") == -1)
        #expect(try ScalarFile.signed(bytes("-9223372036854775808\n").span, field: "x") == Int64.min)
        #expect(try ScalarFile.boolean(bytes("Y\n").span, field: "x"))
        #expect(try !ScalarFile.boolean(bytes("N\n").span, field: "x"))
        #expect(try ScalarFile.boolean(bytes("1").span, field: "x"))
        #expect(try ScalarFile.sizeBytes(bytes("16384K\n").span, field: "x") == 16 << 20)
        #expect(try ScalarFile.sizeBytes(bytes("2M").span, field: "x") == 2 << 20)
        #expect(try ScalarFile.sizeBytes(bytes("512\n").span, field: "x") == 512)
        #expect(ScalarFile.word(bytes(" Unified\n").span) == "Unified")
    }

    @Test(arguments: ["", "\n", "-1", "1 2", "0x10", "18446744073709551616", "1\u{0}"])
    func malformedNumbersAreRefused(text: String) {
        let error = #expect(throws: KernelTextError.self) {
            try ScalarFile.unsigned(bytes(text).span, file: .numaBalancingKnob, field: "scan_size_mb")
        }
        #expect(error?.file == .numaBalancingKnob)
        #expect(error?.field == "scan_size_mb")
    }

    @Test(arguments: ["", "Q", "YY", "2"])
    func malformedSwitchesAreRefused(text: String) {
        #expect(throws: KernelTextError.self) { try ScalarFile.boolean(bytes(text).span, field: "verbose") }
    }

    @Test func signedNumbersOutOfRangeAreRefused() {
        for text in ["-9223372036854775809", "9223372036854775808", "-", "--1"] {
            #expect(throws: KernelTextError.self) { try ScalarFile.signed(bytes(text).span, field: "x") }
        }
        for text in ["18446744073709551615G", "1T", "1KB"] {
            #expect(throws: KernelTextError.self) { try ScalarFile.sizeBytes(bytes(text).span, field: "x") }
        }
    }

    @Test(arguments: [
        ("6.12.107+deb12-amd64\n", KernelVersion(6, 12, 107), "+deb12-amd64"),
        ("6.18.44-fc-v657\n", KernelVersion(6, 18, 44), "-fc-v657"),
        ("6.1.0-28-amd64\n", KernelVersion(6, 1, 0), "-28-amd64"), ("7.3-rc2", KernelVersion(7, 3), "-rc2"),
        ("4.19.\n", KernelVersion(4, 19), "."),
    ])
    func releasesAreRead(text: String, version: KernelVersion, suffix: String) throws {
        let release = try KernelRelease(parsing: bytes(text).span)
        #expect(release.version == version)
        #expect(release.suffix == suffix)
        #expect(release.isReleaseCandidate == suffix.hasPrefix("-rc"))
        #expect("\(release)\n" == text || "\(release)" == text)
    }

    @Test func versionsCompareByNumber() {
        #expect(KernelVersion(6, 9) < KernelVersion(6, 10))
        #expect(KernelVersion(5, 19, 200) < KernelVersion(6, 0))
        #expect(KernelVersion(6, 1, 99) < KernelVersion(6, 1, 103))
        #expect("\(KernelVersion(6, 1, 3))" == "6.1.3")
        #expect(throws: KernelTextError.self) { try KernelRelease(parsing: bytes("six").span) }
        #expect(throws: KernelTextError.self) { try KernelRelease(parsing: bytes("6\n").span) }
    }

    @Test func debiansBannerTellsTheRealVersion() throws {
        let banner = try KernelBanner(parsing: bytes(Samples.banner).span)
        #expect(banner.release.version == KernelVersion(6, 1, 0))
        #expect(banner.debianVersion == KernelVersion(6, 1, 187))
        #expect(banner.codeVersion == KernelVersion(6, 1, 187))
        let other = "Linux version 6.18.44-fc-v657 (b@s) (gcc (Debian 12.2.0) 15.3.0) #1 SMP PREEMPT_DYNAMIC @0\n"
        let plain = try KernelBanner(parsing: bytes(other).span)
        #expect(plain.debianVersion == nil)
        #expect(plain.codeVersion == KernelVersion(6, 18, 44))
        #expect(throws: KernelTextError.self) { try KernelBanner(parsing: bytes("FreeBSD 14\n").span) }
    }

    @Test func lockdownIsTheWordInBrackets() throws {
        #expect(try Lockdown(parsing: bytes("[none] integrity confidentiality\n").span) == .none)
        #expect(try Lockdown(parsing: bytes("none [integrity] confidentiality\n").span) == .integrity)
        #expect(try Lockdown(parsing: bytes("none integrity [confidentiality]\n").span) == .confidentiality)
        for bad in ["none\n", "[new] none\n", "[none\n"] {
            #expect(throws: KernelTextError.self) { try Lockdown(parsing: bytes(bad).span) }
        }
    }

    @Test func domainFlagsAreNamesOrAnOldNumber() throws {
        let names = ["SD_BALANCE_NEWIDLE", "SD_NUMA"]
        #expect(try SchedFlags(parsing: bytes("SD_BALANCE_NEWIDLE SD_NUMA \n").span) == .names(names))
        #expect(try SchedFlags(parsing: bytes("\n").span) == .names([]))
        #expect(try SchedFlags(parsing: bytes("4143\n").span) == .number(4143))
        #expect(throws: KernelTextError.self) { try SchedFlags(parsing: bytes("SD_NUMA,SD_X\n").span) }
    }

    @Test func theMakerIsFoundOnBothArchitectures() throws {
        let info = try CPUInfo(parsing: bytes(Samples.cpuinfo).span)
        #expect(info.maker == .amd)
        #expect(info.family == 26)
        #expect(info.model == 2)
        #expect(info.stepping == 1)
        #expect(info.modelName == "AMD EPYC")
        let arm = try CPUInfo(parsing: bytes(Samples.cpuinfoArm).span)
        #expect(arm.maker == .other("0x48"))
        #expect(arm.part == 0xd01)
        #expect(arm.family == nil)
        #expect(try CPUInfo(parsing: bytes("vendor_id : GenuineIntel\n").span).maker == .intel)
        #expect(try CPUInfo(parsing: bytes("vendor_id : HygonGenuine\n").span).maker == .hygon)
        #expect(try CPUInfo(parsing: bytes("hart : 0\n").span).maker == nil)
        #expect(throws: KernelTextError.self) { try CPUInfo(parsing: bytes("cpu family : x\n").span) }
    }

    @Test func kernelOptionsAreRead() throws {
        let config = try KernelConfig(parsing: bytes(Samples.kernelConfig).span)
        #expect(config["CONFIG_NUMA_BALANCING"] == .yes)
        #expect(config["CONFIG_NODES_SHIFT"] == .number(10))
        #expect(config["CONFIG_PHYSICAL_START"] == .number(0x1000000))
        #expect(config["CONFIG_LOCALVERSION"] == .text(""))
        #expect(config["CONFIG_DEFAULT_HOSTNAME"] == .text("(none)"))
        #expect(config["CONFIG_EXT4_FS"] == .module)
        #expect(config["CONFIG_SCHED_CLUSTER"] == .no)
        #expect(config["CONFIG_SCHED_MC"] == nil)
        let few = try KernelConfig(parsing: bytes(Samples.kernelConfig).span, keeping: ["CONFIG_SCHED_CLUSTER"])
        #expect(few.count == 1)
        #expect(few["CONFIG_SCHED_CLUSTER"]?.isEnabled == false)
        for bad in ["NUMA=y\n", "CONFIG_NUMA\n"] {
            #expect(throws: KernelTextError.self) { try KernelConfig(parsing: bytes(bad).span) }
        }
    }
}
