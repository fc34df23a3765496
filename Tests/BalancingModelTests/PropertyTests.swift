import FixtureSupport
import Testing

@testable import BalancingModel

/// Random streams: what must hold whatever a trace contains.
@Suite struct PropertyTests {
    private static let cpupid = CPUPIDLayout(maximumCPUCount: 8192)

    /// Any event with any values, sane or not.
    private static func chaos(seed: UInt64, count: Int) -> [BalancingEvent] {
        var random = SeededGenerator(seed: seed)
        var time: UInt64 = 0
        let extremes: [Int32] = [-1, 0, Int32.min, Int32.max, 4_194_304, 4_194_305]
        func number(_ random: inout SeededGenerator, _ range: ClosedRange<Int32>) -> Int32 {
            Int.random(in: 0..<40, using: &random) == 0
                ? extremes[Int.random(in: 0..<extremes.count, using: &random)]
                : Int32.random(in: range, using: &random)
        }
        return (0..<count).map { _ in
            if Int.random(in: 0..<50, using: &random) > 0 { time &+= UInt64.random(in: 0...2_000_000, using: &random) }
            let tid = number(&random, 1...12)
            let cpu = number(&random, 0...9)
            let jiffies: UInt64? =
                Bool.random(using: &random) ? UInt64.random(in: 0...UInt64.max, using: &random) : time / 4_000_000
            let node = number(&random, 0...5)
            let address = UInt64.random(in: 0...UInt64.max, using: &random)
            let move = BalancingEvent.TaskMove(
                pid: tid, groupID: tid, sourceCPU: cpu, sourceNode: node, otherPID: number(&random, 0...12),
                otherGroupID: number(&random, 0...12), destinationCPU: number(&random, -1...9),
                destinationNode: number(&random, -1...5))
            let payload: BalancingEvent.Payload
            switch Int.random(in: 0..<24, using: &random) {
            case 0...3: payload = .misplaced(address: address)
            case 4, 5: payload = .migrateCheck(source: node, cpu: cpu)
            case 6: payload = .misplacedReturn(target: node)
            case 7...10:
                let value = Int.random(in: 0..<4, using: &random)
                let last =
                    value == 0 ? cpupid.unset : cpupid.value(cpu: number(&random, 0...7), tid: number(&random, 1...12))
                payload = .hintFault(
                    lastCPUPID: value == 1 ? number(&random, -5...5) : last, memNode: node,
                    pages: number(&random, 0...512),
                    flags: FaultFlags(rawValue: UInt32.random(in: 0...63, using: &random)), jiffies: jiffies)
            case 11: payload = .placement
            case 12: payload = .scanWork(jiffies: jiffies)
            case 13:
                payload = .scanRange(start: address, end: address &+ UInt64.random(in: 0...1 << 40, using: &random))
            case 14: payload = .scanRangeReturn(updatedPages: UInt64.random(in: 0...UInt64.max, using: &random))
            case 15: payload = .scanDone(jiffies: jiffies)
            case 16:
                payload = .skipVMA(
                    scanOffset: Bool.random(using: &random) ? 0 : address, start: address, end: address &+ 4096,
                    reason: BalancingEvent.SkipReason.allCases.randomElement(using: &random) ?? .unknown)
            case 17: payload = .setPreferred(node: node)
            case 18: payload = Bool.random(using: &random) ? .stickNUMA(move) : .swapNUMA(move)
            case 19:
                payload = .schedSwitch(
                    previous: tid,
                    previousState: [UInt8(ascii: "R"), UInt8(ascii: "S"), UInt8(ascii: "X")].randomElement(
                        using: &random) ?? 0, next: number(&random, 0...12))
            case 20:
                payload = .newTask(
                    pid: number(&random, 1...12),
                    cloneFlags: [0, 0x100, 0x4100, 0x10f00].randomElement(using: &random) ?? 0)
            case 21:
                payload =
                    Bool.random(using: &random) ? .exit(pid: tid) : .exec(pid: tid, oldPID: number(&random, 1...12))
            case 22:
                var mark = BalancingEvent.LedgerMark(tid: tid)
                mark.groupID = number(&random, 0...12)
                mark.preferredNode = node
                mark.nodes = [
                    .init(node: node, taskPrivate: address, taskShared: 3, groupPrivate: 0, groupShared: 0)
                ]
                payload = .mark(mark)
            default:
                payload =
                    Int.random(in: 0..<10, using: &random) == 0
                    ? .lostEvents(count: nil) : .migrateTask(pid: tid, originCPU: cpu, destinationCPU: node)
            }
            return BalancingEvent(timeNanoseconds: time, tid: tid, cpu: cpu, payload: payload)
        }
    }

    private static func drives() -> [(ReplayDrive, EventKinds)] {
        [
            (.shadow, .all), (.blind, .all), (.shadow, EventKinds.all.subtracting([.placement, .newTask])),
            (.blind, EventKinds.all.subtracting([.migrateCheck, .placement, .schedSwitch])),
        ]
    }

    @Test("No sequence of events crashes; every misplaced gets one decision; twice gives the same", arguments: 0..<16)
    func survives(seed: Int) {
        let events = Self.chaos(seed: UInt64(seed), count: 3000)
        let misplaced = events.count { if case .misplaced = $0.payload { true } else { false } }
        let layout = [TestMachine.twoNodes, TestMachine.ring, TestMachine.backplane][seed % 3]
        for (drive, kinds) in Self.drives() {
            var foresight = TraceForesight()
            for event in events { foresight.note(event) }
            var ahead = TieLookAhead(profile: TestMachine.profile(), layout: layout, foresight: foresight)
            for event in events { ahead.consume(event) }
            let options = ReplayOptions(drive: drive, kinds: kinds, tieOracle: ahead.oracle())
            let first = Outcome.of(events, layout: layout, options: options)
            #expect(first.decisions.count == misplaced)
            let isRepeatable = first == Outcome.of(events, layout: layout, options: options)
            #expect(isRepeatable)
        }
    }

    @Test("Totals are sums: of a task over its nodes, of a group over its members", arguments: 0..<10)
    func sums(seed: Int) {
        let events = Self.chaos(seed: 1000 + UInt64(seed), count: 4000)
        for (drive, kinds) in Self.drives() {
            var replay = BalancingReplay(
                profile: TestMachine.profile(), layout: TestMachine.ring,
                options: ReplayOptions(drive: drive, kinds: kinds))
            for (number, event) in events.enumerated() {
                replay.consume(event)
                if number % 50 == 0 { checkSums(replay) }
            }
        }
    }

    private func checkSums(_ replay: BalancingReplay) {
        let width = 4 * replay.nodeCount
        var groupSums = [UInt64](repeating: 0, count: replay.groupFaults.count)
        var members = [Int32](repeating: 0, count: replay.groups.count)
        for task in replay.tasks where task.tid > 0 {
            guard task.faultBase >= 0 else { continue }
            let averages = replay.faults[task.faultBase..<task.faultBase + width]
            #expect(averages.prefix(width / 2).reduce(0, &+) == task.totalFaults)
            guard task.group >= 0 else { continue }
            members[Int(task.group)] += 1
            for (offset, value) in averages.enumerated() { groupSums[Int(task.group) * width + offset] &+= value }
        }
        #expect(members == replay.groups.map(\.memberCount))
        #expect(groupSums == replay.groupFaults)
        for (number, group) in replay.groups.enumerated() where group.memberCount > 0 {
            let faults = replay.groupFaults[number * width..<number * width + width / 2]
            #expect(faults.reduce(0, &+) == group.totalFaults)
        }
    }

    /// A plausible stream without outcomes: threads of two processes that fault, scan and fold.
    private static func plausible(seed: UInt64, count: Int) -> [BalancingEvent] {
        var random = SeededGenerator(seed: seed)
        var script = Script()
        var running = [Int32](repeating: 0, count: 4)
        script.add(1, 0, .newTask(pid: 10, cloneFlags: 0))
        script.add(1, 0, .newTask(pid: 20, cloneFlags: 0))
        for tid in 11...14 as ClosedRange<Int32> { script.add(10, 0, .newTask(pid: tid, cloneFlags: 0x10f00)) }
        for tid in 21...23 as ClosedRange<Int32> { script.add(20, 1, .newTask(pid: tid, cloneFlags: 0x10f00)) }
        let tids: [Int32] = [10, 11, 12, 13, 14, 20, 21, 22, 23]
        for _ in 0..<count {
            let cpu = Int32.random(in: 0...3, using: &random)
            if running[Int(cpu)] == 0 || Int.random(in: 0..<12, using: &random) == 0 {
                let next = tids.filter { !running.contains($0) }.randomElement(using: &random) ?? 0
                let previous = running[Int(cpu)]
                script.add(
                    previous, cpu, .schedSwitch(previous: previous, previousState: UInt8(ascii: "S"), next: next))
                running[Int(cpu)] = next
            }
            let tid = running[Int(cpu)]
            guard tid > 0 else { continue }
            if Int.random(in: 0..<60, using: &random) == 0 {
                script.wait(milliseconds: 8)
                script.pass(tid, cpu: cpu)
            }
            let node = Int32.random(in: 0...1, using: &random)
            let isLocal = node == cpu / 2
            let other = tids.randomElement(using: &random) ?? 10
            let last =
                Int.random(in: 0..<3, using: &random) == 0
                ? cpupid.unset : cpupid.value(cpu: Int32.random(in: 0...3, using: &random), tid: other)
            var flags: FaultFlags = isLocal ? .faultLocal : []
            if Int.random(in: 0..<8, using: &random) == 0 { flags.insert(.noGroup) }
            if Int.random(in: 0..<8, using: &random) == 0 { flags.insert(.shared) }
            script.add(tid, cpu, .misplaced(address: UInt64.random(in: 0...255, using: &random) << 12))
            if !isLocal { script.add(tid, cpu, .migrateCheck(source: node, cpu: cpu)) }
            script.add(
                tid, cpu,
                .hintFault(lastCPUPID: last, memNode: node, pages: 1, flags: flags, jiffies: script.jiffies))
            if Int.random(in: 0..<30, using: &random) == 0 { script.add(tid, cpu, .placement) }
            if Int.random(in: 0..<20, using: &random) == 0 { script.wait(milliseconds: 4) }
        }
        return script.events
    }

    /// The same stream as a kernel would have reported it that did all the model says, and never failed to move a page.
    private static func withOutcomes(_ events: [BalancingEvent], profile: KernelProfile) -> [BalancingEvent] {
        var replay = BalancingReplay(
            profile: profile, layout: TestMachine.twoNodes, options: ReplayOptions(drive: .blind))
        var decisions: [Decision] = []
        var preferred: [Int32: Int32] = [:]
        var before: [Int: BalancingEvent] = [:]
        var after: [Int: BalancingEvent] = [:]
        for (number, event) in events.enumerated() {
            replay.consume(event)
            while let decision = replay.takeDecision() { decisions.append(decision) }
            for change in replay.takeLedgerChanges() {
                if change.cause == .placement, change.preferredNode != preferred[change.tid] ?? -1 {
                    let extra = BalancingEvent(
                        timeNanoseconds: event.timeNanoseconds, tid: change.tid, cpu: event.cpu,
                        payload: .setPreferred(node: change.preferredNode))
                    // A placement the model had to wait for was over before the event that resolved it.
                    if case .placement = event.payload { after[number] = extra } else { before[number] = extra }
                }
                preferred[change.tid] = change.preferredNode
            }
        }
        replay.finish()
        while let decision = replay.takeDecision() { decisions.append(decision) }
        var result: [BalancingEvent] = []
        var next = 0
        var target: [Int32: Int32] = [:]
        for (number, var event) in events.enumerated() {
            if let extra = before[number] { result.append(extra) }
            if case .misplaced = event.payload {
                target[event.tid] = decisions[next].target
                next += 1
            }
            if case .hintFault(let last, let node, let pages, var flags, let jiffies) = event.payload,
                let goal = target[event.tid]
            {
                result.append(
                    BalancingEvent(
                        timeNanoseconds: event.timeNanoseconds, tid: event.tid, cpu: event.cpu,
                        payload: .misplacedReturn(target: goal)))
                if goal >= 0 { flags.insert(.migrated) }
                event.payload = .hintFault(
                    lastCPUPID: last, memNode: goal >= 0 ? goal : node, pages: pages, flags: flags, jiffies: jiffies)
            }
            result.append(event)
            if let extra = after[number] { result.append(extra) }
        }
        return result
    }

    @Test("Where nothing failed and every decision agreed, both drives decide alike", arguments: 0..<12)
    func drivesAgree(seed: Int) {
        let profile = TestMachine.profile([KernelRelease(6, 1, 192), KernelRelease(6, 12, 117)][seed % 2])
        let events = Self.withOutcomes(Self.plausible(seed: UInt64(seed), count: 3000), profile: profile)
        let shadow = Outcome.of(events, profile: profile, options: ReplayOptions(drive: .shadow))
        let blind = Outcome.of(events, profile: profile, options: ReplayOptions(drive: .blind))
        let areEqual = shadow.decisions == blind.decisions
        #expect(areEqual)
        let areRight = shadow.decisions.allSatisfy { $0.isRight == true }
        #expect(areRight)
        let moves = shadow.decisions.count { $0.target >= 0 }
        let weighed = shadow.decisions.count { $0.rule == .cpuRatio || $0.rule == .cpuMemRatio }
        #expect(moves > 0)
        #expect(weighed > 0)
        #expect(shadow.counters.preferredMisses == 0)
        #expect(shadow.counters.pagesMigrated == blind.counters.pagesMigrated)
    }

    @Test("The blind drive decides the same with everything taken out that reveals a decision", arguments: 0..<12)
    func blindness(seed: Int) {
        let profile = TestMachine.profile([KernelRelease(6, 1, 192), KernelRelease(6, 12, 117)][seed % 2])
        var random = SeededGenerator(seed: UInt64(seed))
        // A kernel that does as it likes.
        var events = Self.withOutcomes(Self.plausible(seed: UInt64(seed), count: 2000), profile: profile)
        for number in events.indices {
            guard case .hintFault(let last, let node, let pages, var flags, let jiffies) = events[number].payload else {
                continue
            }
            if Int.random(in: 0..<10, using: &random) == 0, flags.contains(.migrated) {
                flags.remove(.migrated)
                flags.insert(.migrateFail)
                events[number].payload = .hintFault(
                    lastCPUPID: last, memNode: 1 - node, pages: pages, flags: flags, jiffies: jiffies)
            }
        }
        var source: [Int32: Int32] = [:]
        var stripped: [BalancingEvent] = []
        for var event in events {
            switch event.payload {
            case .misplacedReturn, .setPreferred, .migratePages: continue
            case .misplaced: source[event.tid] = nil
            case .migrateCheck(let node, _): source[event.tid] = node
            case .hintFault(let last, let node, let pages, let flags, let jiffies):
                event.payload = .hintFault(
                    lastCPUPID: last, memNode: source[event.tid] ?? node, pages: pages,
                    flags: flags.subtracting([.migrated, .migrateFail]), jiffies: jiffies)
            default: break
            }
            stripped.append(event)
        }
        func decisions(_ events: [BalancingEvent]) -> [Decision] {
            var kinds: EventKinds = []
            for event in events { kinds.formUnion(EventKinds(of: event.payload)) }
            let outcome = Outcome.of(events, profile: profile, options: ReplayOptions(drive: .blind, kinds: kinds))
            return outcome.decisions.map { decision in
                var blind = decision
                blind.observedTarget = nil
                return blind
            }
        }
        let areEqual = decisions(events) == decisions(stripped)
        #expect(areEqual)
    }
}
