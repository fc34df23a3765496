import Testing

@testable import KernelText

@Suite struct TaskSchedTests {
    private func parse(_ text: String) throws(KernelTextError) -> TaskSched {
        try TaskSched(parsing: Array(text.utf8).span)
    }

    @Test func aRealFileIsRead() throws {
        let bytes = Array(Samples.sched.utf8)
        let sched = try TaskSched(parsing: bytes.span)
        #expect(sched.commRange.map { bytes.span.text($0) } == "cat")
        #expect(sched.pid == 6199)
        #expect(sched.threadCount == 1)
        #expect(sched.execStartNanoseconds == 799_503_563_409)
        #expect(sched.sumExecRuntimeNanoseconds == 9001)
        #expect(sched.migrationCount == 2)
        #expect(sched.switchCount == 13)
        #expect(sched.voluntarySwitchCount == 4)
        #expect(sched.involuntarySwitchCount == 9)
        #expect(sched.loadSum == 46732)
        #expect(sched.policy == 0)
        #expect(sched.priority == 120)
        #expect(sched.scanSequence == 3)
        #expect(sched.pagesMigrated == 1234)
        #expect(sched.preferredNode == -1)
        #expect(sched.totalFaults == 1398)
        #expect(sched.currentNode == 0)
        #expect(sched.groupID == 211)
        #expect(sched.taskMigrated == nil)
        #expect(
            sched.faults == [
                .init(node: 0, taskPrivate: 571, taskShared: 80, groupPrivate: 11477, groupShared: 7),
                .init(node: 1, taskPrivate: 700, taskShared: 47, groupPrivate: 6675, groupShared: 18),
            ])
        #expect(!sched.isTorn)
    }

    @Test func countsThatDoNotAddUpAreTorn() throws {
        let text = Samples.sched.replacing("task_private=700", with: "task_private=699")
        #expect(try parse(text).isTorn)
        // A sum beyond 64 bits is no sum.
        let huge = Samples.sched.replacing("task_private=700", with: "task_private=18446744073709551615")
        #expect(try parse(huge).isTorn)
    }

    @Test func aTaskWithoutNumaBlockHasNoneOfItsValues() throws {
        let text = Samples.sched.split(separator: "mm->").first.map(String.init) ?? ""
        let sched = try parse(text)
        #expect(sched.sumExecRuntimeNanoseconds == 9001)
        #expect(sched.scanSequence == nil)
        #expect(sched.totalFaults == nil)
        #expect(sched.currentNode == nil)
        #expect(sched.groupID == nil)
        #expect(sched.faults.isEmpty)
        #expect(!sched.isTorn)
    }

    @Test(arguments: ["a (b)", "evil\n(1, #threads: 2)", "----------", "", "x\n--------------"])
    func anyCommandNameIsPassed(name: String) throws {
        let bytes = Array(Samples.sched.replacing("cat (6199", with: "\(name) (6199").utf8)
        let sched = try TaskSched(parsing: bytes.span)
        #expect(sched.commRange.map { bytes.span.text($0) } == name)
        #expect(sched.pid == 6199)
        #expect(sched.totalFaults == 1398)
    }

    @Test func aReusedValueKeepsNothingOfTheTaskBefore() throws {
        var sched = try parse(Samples.sched)
        try TaskSched.parse(Array("prio : 100\n".utf8).span, into: &sched)
        var expected = TaskSched()
        expected.priority = 100
        #expect(sched == expected)
    }

    @Test func theMarksOfRecordedTracesAreRead() throws {
        let mark = """
            se.sum_exec_runtime:2922.953540;mm->numa_scan_seq:3;numa_pages_migrated:1;numa_preferred_nid:0;\
            total_numa_faults:4772;current_node=0, numa_group_id=211;numa_faults node=0 task_private=4771 \
            task_shared=1 group_private=11477 group_shared=7;numa_faults node=1 task_private=0 task_shared=0 \
            group_private=6675 group_shared=18;
            """
        for text in [mark, String(mark.dropLast())] {
            var sched = TaskSched()
            try TaskSched.parse(Array(text.utf8).span, into: &sched, separator: 0x3B)
            #expect(sched.sumExecRuntimeNanoseconds == 2_922_953_540)
            #expect(sched.groupID == 211)
            #expect(sched.faults.count == 2)
            #expect(!sched.isTorn)
        }
    }

    @Test(arguments: [
        ("se.exec_start : 1.5\n", "se.exec_start"), ("se.exec_start : -1.000000\n", "se.exec_start"),
        ("total_numa_faults : x\n", "total_numa_faults"), ("prio : 120 1\n", "prio"),
        ("numa_preferred_nid : 99999999999\n", "numa_preferred_nid"),
        ("current_node=0, numa_group=1\n", ", numa_group_id="),
        ("numa_faults node=0 task_private=1\n", " task_shared="),
        ("numa_faults node=0 task_private=1 task_shared=2 group_private=3 group_shared=4x\n", "numa_faults"),
        ("se.sum_exec_runtime : 99999999999999.000000\n", "se.sum_exec_runtime"),
    ])
    func malformedFieldsAreNamed(text: String, field: String) {
        let error = #expect(throws: KernelTextError.self) { _ = try parse(text) }
        #expect(error?.file == .taskSched)
        #expect(error?.field == field)
    }

    @Test func revertedFieldsOfReleaseCandidatesAreOptional() throws {
        let sched = try parse("numa_task_migrated : 7\nnuma_task_swapped : 8\n")
        #expect(sched.taskMigrated == 7)
        #expect(sched.taskSwapped == 8)
    }
}

@Suite struct TaskStatTests {
    @Test func aRealFileIsRead() throws {
        let bytes = Array(Samples.stat.utf8)
        let stat = try TaskStat(parsing: bytes.span)
        #expect(stat.pid == 6199)
        #expect(bytes.span.text(stat.commRange) == "cat")
        #expect(stat.state == UInt8(ascii: "R"))
        #expect(stat.parentPID == 6183)
        #expect(stat.flags == 4_194_304)
        #expect(!stat.isKernelThread)
        #expect(stat.minorFaults == 108)
        #expect(stat.majorFaults == 2)
        #expect(stat.userTicks == 5)
        #expect(stat.systemTicks == 6)
        #expect(stat.priority == 20)
        #expect(stat.nice == 0)
        #expect(stat.threadCount == 1)
        #expect(stat.startTicks == 79955)
        #expect(stat.virtualSizeBytes == 3_133_440)
        #expect(stat.residentPages == 394)
        #expect(stat.processor == 1)
        #expect(stat.realtimePriority == 0)
        #expect(stat.policy == 0)
        #expect(stat.blockIODelayTicks == 0)
        #expect(stat.guestTicks == 9)
    }

    @Test(arguments: ["a b", ") R 1 (", "((", "x\ny", "", ")"])
    func anyCommandNameIsPassed(name: String) throws {
        let bytes = Array(Samples.stat.replacing("(cat)", with: "(\(name))").utf8)
        let stat = try TaskStat(parsing: bytes.span)
        #expect(bytes.span.text(stat.commRange) == name)
        #expect(stat.startTicks == 79955)
    }

    @Test func fieldsOlderKernelsLackAreNil() throws {
        let words = Samples.stat.split(separator: " ")
        let stat = try TaskStat(parsing: Array((words[..<24].joined(separator: " ") + "\n").utf8).span)
        #expect(stat.residentPages == 394)
        #expect(stat.processor == nil)
        #expect(stat.guestTicks == nil)
        #expect(throws: KernelTextError.self) {
            try TaskStat(parsing: Array((words[..<23].joined(separator: " ") + "\n").utf8).span)
        }
    }

    @Test func furtherFieldsPass() throws {
        let text = Samples.stat.replacing("\n", with: " 1 2 3\n")
        #expect(try TaskStat(parsing: Array(text.utf8).span).guestTicks == 9)
    }

    @Test func taskSchedstatIsRead() throws {
        let stat = try TaskSchedstat(parsing: Array("959368070 544360091 503 9\n".utf8).span)
        #expect(stat.runNanoseconds == 959_368_070)
        #expect(stat.waitNanoseconds == 544_360_091)
        #expect(stat.timesliceCount == 503)
        #expect(throws: KernelTextError.self) { try TaskSchedstat(parsing: Array("1 2\n".utf8).span) }
        #expect(throws: KernelTextError.self) { try TaskSchedstat(parsing: Array("1 2x 3\n".utf8).span) }
    }
}

@Suite struct ProcessStatusTests {
    @Test func aRealFileIsRead() throws {
        let status = try ProcessStatus(parsing: Array(Samples.status.utf8).span)
        #expect(status.name == "cat")
        #expect(status.state == UInt8(ascii: "R"))
        #expect(status.tgid == 6199)
        #expect(status.pid == 6199)
        #expect(status.parentPID == 6183)
        #expect(status.numaGroupID == 211)
        #expect(status.namespacePIDs == [6199, 7])
        #expect(status.namespaceTGIDs == [6199, 7])
        #expect(status.userIDs == .init(real: 1000, effective: 1001, saved: 1002, fileSystem: 1003))
        #expect(status.threadCount == 12)
        #expect(status.isKernelThread == false)
        #expect(status.residentBytes == 1752 * 1024)
        #expect(status.residentAnonymousBytes == 112 * 1024)
        #expect(status.residentFileBytes == 1640 * 1024)
        #expect(status.residentSharedBytes == 0)
        #expect(status.hugetlbBytes == 2 << 20)
        #expect(status.virtualSizeBytes == 3060 * 1024)
        #expect(status.swapBytes == 0)
        #expect(status.cpusAllowed == [0...1])
        #expect(status.memsAllowed == [0...0])
        #expect(status.voluntarySwitchCount == 4)
        #expect(status.involuntarySwitchCount == 9)
    }

    @Test func aKernelThreadHasNoMemoryFields() throws {
        let text = "Name:\tkworker/0:1\nState:\tI (idle)\nThreads:\t1\nCpus_allowed:\t2\n"
        let status = try ProcessStatus(parsing: Array(text.utf8).span)
        #expect(status.name == "kworker/0:1")
        #expect(status.residentBytes == nil)
        #expect(status.memsAllowed == nil)
        #expect(status.cpusAllowed == [1...1])
    }

    @Test(arguments: [("a\\nb", "a\nb"), ("a\\\\nb", "a\\nb"), ("a\\", "a\\"), ("a:b", "a:b"), ("", "")])
    func theNamesEscapesAreUndone(text: String, name: String) throws {
        #expect(try ProcessStatus(parsing: Array("Name:\t\(text)\n".utf8).span).name == name)
    }

    @Test(arguments: [
        ("VmRSS:\t1752\n", "VmRSS"), ("VmRSS:\tx kB\n", "VmRSS"), ("VmRSS:\t18446744073709551615 kB\n", "VmRSS"),
        ("Threads:\t\n", "Threads"), ("Uid:\t1 2 3\n", "Uid"), ("NSpid:\t1\tx\n", "NSpid"),
        ("Cpus_allowed_list:\t0-\n", "Cpus_allowed_list"), ("Mems_allowed:\tzz\n", "Mems_allowed"),
        ("Tgid:\t4294967296\n", "Tgid"),
    ])
    func malformedFieldsAreNamed(text: String, field: String) {
        let error = #expect(throws: KernelTextError.self) { try ProcessStatus(parsing: Array(text.utf8).span) }
        #expect(error?.file == .status)
        #expect(error?.field == field)
    }

    @Test func namesAndArgumentsMayHoldAnything() {
        #expect(ProcessNames.comm(Array("a b)\n".utf8).span) == "a b)")
        let notText: [UInt8] = [0xFF, 0x0A]
        #expect(ProcessNames.comm(notText.span) == "\u{FFFD}")
        #expect(ProcessNames.commandLine(Array("cat\u{0}-n\u{0}\u{0}x\u{0}".utf8).span) == ["cat", "-n", "", "x"])
        #expect(ProcessNames.commandLine(Array("nginx: worker\u{0}\u{0}\u{0}".utf8).span) == ["nginx: worker"])
        let nothing: [UInt8] = []
        #expect(ProcessNames.commandLine(nothing.span) == [])
    }
}
