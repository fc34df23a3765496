import Testing

@testable import BalancingModel

@Suite struct LifecycleTests {
    private let cpupid = CPUPIDLayout(maximumCPUCount: 8192)
    private static let thread: UInt64 = 0x10f00
    private static let vfork: UInt64 = 0x4100

    private func replay(_ release: KernelRelease = KernelRelease(6, 1, 192)) -> BalancingReplay {
        BalancingReplay(
            profile: TestMachine.profile(release), layout: TestMachine.twoNodes,
            options: ReplayOptions(drive: .blind))
    }

    private func feed(_ replay: inout BalancingReplay, _ script: Script) {
        for event in script.events { replay.consume(event) }
    }

    private func sequence(_ replay: BalancingReplay, _ tid: Int32) -> Int32? {
        let slot = replay.index.slot(tid)
        guard slot >= 0, replay.tasks[slot].mm >= 0 else { return nil }
        return replay.spaces[Int(replay.tasks[slot].mm)].scanSequence
    }

    @Test("A fork of a single-threaded process resets the parent's scan sequence; the child inherits it")
    func forkResets() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.pass(10, cpu: 0)
        script.pass(10, cpu: 0)
        feed(&replay, script)
        #expect(sequence(replay, 10) == 2)
        script.events = []
        script.add(10, 0, .newTask(pid: 11, cloneFlags: 0))
        feed(&replay, script)
        #expect(sequence(replay, 10) == 0)
        #expect(sequence(replay, 11) == 0)
        #expect(replay.tasks[replay.index.slot(10)].mm != replay.tasks[replay.index.slot(11)].mm)
    }

    @Test("With a second thread nothing is reset, and a child process takes the sequence along")
    func forkOfThreads() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(10, 0, .newTask(pid: 11, cloneFlags: Self.thread))
        script.pass(10, cpu: 0)
        script.add(11, 1, .newTask(pid: 12, cloneFlags: 0))
        feed(&replay, script)
        #expect(sequence(replay, 10) == 1)
        #expect(sequence(replay, 12) == 1)
        #expect(replay.tasks[replay.index.slot(12)].scanSequence == 1)
        #expect(replay.tasks[replay.index.slot(10)].mm == replay.tasks[replay.index.slot(11)].mm)
    }

    @Test("Threads inherit the preferred node, processes do not")
    func preferredNode() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        feed(&replay, script)
        replay.tasks[replay.index.slot(10)].preferred = 1
        script.events = []
        script.add(10, 0, .newTask(pid: 11, cloneFlags: Self.thread))
        script.add(10, 0, .newTask(pid: 12, cloneFlags: 0))
        feed(&replay, script)
        #expect(replay.tasks[replay.index.slot(11)].preferred == 1)
        #expect(replay.tasks[replay.index.slot(12)].preferred == -1)
        #expect(replay.takeLedgerChanges().map(\.tid) == [11])
    }

    @Test("A vfork child has a memory of its own once its parent runs again")
    func vforks() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(10, 0, .newTask(pid: 11, cloneFlags: Self.vfork))
        feed(&replay, script)
        #expect(replay.tasks[replay.index.slot(10)].mm == replay.tasks[replay.index.slot(11)].mm)
        script.events = []
        script.add(11, 1, .schedSwitch(previous: 11, previousState: UInt8(ascii: "S"), next: 10))
        feed(&replay, script)
        #expect(replay.tasks[replay.index.slot(10)].mm != replay.tasks[replay.index.slot(11)].mm)
        #expect(sequence(replay, 11) == 0)
    }

    @Test("Exec clears the averages and keeps the open window")
    func exec() throws {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, pages: 7, flags: .faultLocal)
        script.pass(10, cpu: 0)
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, pages: 5, flags: .faultLocal)
        script.add(10, 0, .placement)
        script.add(10, 0, .exec(pid: 10, oldPID: 10))
        feed(&replay, script)
        let last = try #require(replay.takeLedgerChanges().last)
        #expect(last.cause == .exec)
        #expect(last.totalFaults == 0)
        #expect(last.preferredNode == 0)
        let slot = replay.index.slot(10)
        let window = replay.entry(replay.tasks[slot].faultBase, region: 2, node: 0, isPrivate: 1)
        #expect(replay.faults[window] == 5)
        #expect(sequence(replay, 10) == 0)
    }

    @Test("A thread that calls exec takes over the leader's id, its ledger with it")
    func execOfThread() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(10, 0, .newTask(pid: 11, cloneFlags: Self.thread))
        script.fault(11, cpu: 1, last: cpupid.unset, node: 0, pages: 3, flags: .faultLocal)
        script.add(10, 0, .exit(pid: 10))
        script.add(10, 0, .schedSwitch(previous: 10, previousState: UInt8(ascii: "Z"), next: 0))
        script.add(10, 1, .misplaced(address: 0x5000))
        feed(&replay, script)
        let slot = replay.index.slot(10)
        #expect(slot >= 0)
        #expect(replay.index.slot(11) < 0)
        #expect(replay.tasks[slot].hasFaults)
        #expect(!replay.tasks[slot].isExiting)
    }

    @Test("The highest VMA of a single-threaded process moves only with another program")
    func inferredExec() {
        var replay = replay(KernelRelease(6, 12, 117))
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.pass(10, cpu: 0, end: 0x9000)
        script.pass(10, cpu: 0, end: 0x9000)
        feed(&replay, script)
        #expect(sequence(replay, 10) == 2)
        script.events = []
        script.pass(10, cpu: 0, end: 0xf000)
        feed(&replay, script)
        #expect(replay.counters.inferredExecs == 1)
        #expect(sequence(replay, 10) == 1)
    }

    @Test("A thread id used again is a new task")
    func reusedID() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.add(10, 0, .exit(pid: 10))
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        feed(&replay, script)
        #expect(!replay.tasks[replay.index.slot(10)].hasFaults)
        #expect(!replay.tasks[replay.index.slot(10)].isExiting)
    }

    /// Two threads in one group, of which 11 has just died.
    private func orphaned() -> (replay: BalancingReplay, script: Script, group: Int) {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        for tid in [11, 12] as [Int32] {
            script.add(10, 0, .newTask(pid: tid, cloneFlags: Self.thread))
            script.add(0, tid - 10, .schedSwitch(previous: 0, previousState: UInt8(ascii: "R"), next: tid))
        }
        script.fault(12, cpu: 2, last: cpupid.value(cpu: 1, tid: 11), node: 0, flags: .faultLocal)
        script.fault(11, cpu: 1, last: cpupid.value(cpu: 2, tid: 12), node: 0, flags: .faultLocal)
        script.fault(12, cpu: 2, last: cpupid.value(cpu: 1, tid: 11), node: 0, flags: .faultLocal)
        script.add(11, 1, .exit(pid: 11))
        script.add(11, 1, .schedSwitch(previous: 11, previousState: UInt8(ascii: "X"), next: 0))
        feed(&replay, script)
        script.events = []
        return (replay, script, Int(replay.tasks[replay.index.slot(12)].group))
    }

    @Test("Where the stream tells, a group loses a dead member when the kernel frees it, however long that takes")
    func freed() {
        var (replay, script, group) = orphaned()
        #expect(replay.groups[group].memberCount == 2)
        script.add(0, 0, .free(pid: 9))
        script.add(0, 0, .free(pid: 12))
        script.wait(milliseconds: 500)
        script.add(12, 2, .misplaced(address: 0x1000))
        feed(&replay, script)
        #expect(replay.groups[group].memberCount == 2)
        script.events = []
        script.add(0, 0, .free(pid: 11))
        feed(&replay, script)
        #expect(replay.groups[group].memberCount == 1)
        #expect(replay.index.slot(11) < 0)
        #expect(replay.index.slot(12) >= 0)
    }

    @Test(
        "Where it never does, or does no more, the member goes after a while",
        arguments: [(false, 30), (true, 11_000)])
    func neverFreed(tells: Bool, milliseconds: UInt64) {
        var (replay, script, group) = orphaned()
        if tells { script.add(0, 0, .free(pid: 9)) }
        script.wait(milliseconds: milliseconds)
        script.add(12, 2, .misplaced(address: 0x1000))
        feed(&replay, script)
        #expect(replay.groups[group].memberCount == 1)
    }

    // MARK: Scans

    @Test("A walk that spends its budget stops where it is; the next one goes on and completes the pass")
    func budget() {
        var replay = replay()
        var script = Script()
        let stop: UInt64 = 0x1000 + 65536 * 4096
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.pass(10, cpu: 0, end: stop)
        feed(&replay, script)
        #expect(sequence(replay, 10) == 0)
        #expect(replay.spaces[Int(replay.tasks[replay.index.slot(10)].mm)].scanOffset == stop)
        script.events = []
        script.add(10, 0, .scanWork(jiffies: script.jiffies))
        script.add(10, 0, .scanRange(start: stop, end: stop + 0x1000))
        script.add(10, 0, .scanRangeReturn(updatedPages: 0))
        script.add(10, 0, .scanDone(jiffies: script.jiffies))
        feed(&replay, script)
        #expect(sequence(replay, 10) == 1)
    }

    @Test("Ranges where nothing was armed cost an eighth")
    func virtualBudget() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(10, 0, .scanWork(jiffies: script.jiffies))
        script.add(10, 0, .scanRange(start: 0, end: 7 * 65536 * 4096))
        script.add(10, 0, .scanRangeReturn(updatedPages: 0))
        script.add(10, 0, .scanDone(jiffies: script.jiffies))
        feed(&replay, script)
        #expect(sequence(replay, 10) == 1)
    }

    @Test("A walk that begins below the offset begins with a new sequence")
    func wrapAtStart() {
        var replay = replay()
        var script = Script()
        let stop: UInt64 = 0x10_0000 + 65536 * 4096
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(10, 0, .scanWork(jiffies: script.jiffies))
        script.add(10, 0, .scanRange(start: 0x10_0000, end: stop))
        script.add(10, 0, .scanRangeReturn(updatedPages: 9))
        script.add(10, 0, .scanDone(jiffies: script.jiffies))
        script.add(10, 0, .scanWork(jiffies: script.jiffies))
        script.add(10, 0, .scanRange(start: 0x10_0000, end: stop))
        feed(&replay, script)
        #expect(sequence(replay, 10) == 1)
    }

    @Test("A forced walk scans one VMA and stays on it")
    func forced() {
        var replay = replay(KernelRelease(6, 12, 117))
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(10, 0, .scanWork(jiffies: script.jiffies))
        script.add(10, 0, .skipVMA(scanOffset: 0, start: 0x1000, end: 0x2000, reason: .pidInactive))
        script.add(10, 0, .skipVMA(scanOffset: 0, start: 0x3000, end: 0x4000, reason: .unsuitable))
        script.add(10, 0, .scanRange(start: 0x1000, end: 0x2000))
        script.add(10, 0, .scanRangeReturn(updatedPages: 1))
        script.add(10, 0, .scanDone(jiffies: script.jiffies))
        feed(&replay, script)
        #expect(sequence(replay, 10) == 0)
        #expect(replay.spaces[Int(replay.tasks[replay.index.slot(10)].mm)].scanOffset == 0x2000)
    }

    @Test("A walk whose gate was closed changes nothing")
    func closedGate() {
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(10, 0, .scanWork(jiffies: script.jiffies))
        script.add(10, 0, .scanDone(jiffies: script.jiffies))
        feed(&replay, script)
        #expect(sequence(replay, 10) == 0)
    }

    // MARK: Loss

    @Test("After a loss the next mark of each task is adopted, and only then")
    func resync() throws {
        var mark = BalancingEvent.LedgerMark(tid: 10)
        mark.preferredNode = 1
        mark.groupID = 10
        mark.pagesMigrated = 99
        mark.nodes = [
            .init(node: 0, taskPrivate: 5, taskShared: 6, groupPrivate: 5, groupShared: 6),
            .init(node: 1, taskPrivate: 7, taskShared: 8, groupPrivate: 7, groupShared: 8),
        ]
        var replay = replay()
        var script = Script()
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.fault(10, cpu: 0, last: cpupid.unset, node: 0, flags: .faultLocal)
        script.add(1, 0, .mark(mark))
        feed(&replay, script)
        #expect(replay.state(of: 10)?.preferredNode == -1)
        script.events = []
        script.add(0, 0, .lostEvents(count: 3))
        script.add(1, 0, .mark(mark))
        feed(&replay, script)
        let state = try #require(replay.state(of: 10))
        #expect(state.preferredNode == 1)
        #expect(state.groupID == 10)
        #expect(state.totalFaults == 26)
        #expect(state.pagesMigrated == 99)
        #expect(state.nodes == [.init(privateFaults: 5, sharedFaults: 6), .init(privateFaults: 7, sharedFaults: 8)])
        #expect(replay.counters.resyncs == 1)
    }

    // MARK: Agreement

    @Test("A mark agrees with any state of the 0.2 s before it, and with no older one")
    func markWindow() {
        var agreement = LedgerAgreement(layout: TestMachine.twoNodes)
        func change(_ time: UInt64, _ faults: UInt64) -> LedgerChange {
            LedgerChange(
                timeNanoseconds: time, tid: 10, cause: .placement, preferredNode: 0, totalFaults: faults, groupID: 0,
                scanSequence: 1, pagesMigrated: 0,
                nodes: [.init(privateFaults: faults, sharedFaults: 0), .init(privateFaults: 0, sharedFaults: 0)])
        }
        func mark(_ faults: UInt64) -> BalancingEvent.LedgerMark {
            var mark = BalancingEvent.LedgerMark(tid: 10)
            mark.nodes = [.init(node: 0, taskPrivate: faults, taskShared: 0, groupPrivate: 0, groupShared: 0)]
            return mark
        }
        func agrees(_ mark: BalancingEvent.LedgerMark, _ time: UInt64) -> Bool { agreement.score(mark, at: time) }
        #expect(agrees(mark(0), 500_000_000) == true)
        #expect(agrees(mark(1), 500_000_000) == false)
        agreement.note(change(1_000_000_000, 1))
        agreement.note(change(2_000_000_000, 2))
        #expect(agrees(mark(2), 2_100_000_000) == true)
        #expect(agrees(mark(1), 2_100_000_000) == true)
        #expect(agrees(mark(1), 2_200_000_001) == false)
        #expect(agrees(mark(3), 2_100_000_000) == false)
        #expect(agreement.values.right == 3)
        #expect(agreement.values.total == 6)
    }
}
