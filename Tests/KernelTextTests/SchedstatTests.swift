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
