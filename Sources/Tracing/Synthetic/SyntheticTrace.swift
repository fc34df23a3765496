import BalancingModel

/// An endless supply of plausible hint faults, for benchmarks and tests of size: any number of faults over any number of
/// tasks, nodes and CPUs, the same for the same seed.
///
/// Tasks are threads of processes, spread over the CPUs. A CPU runs one task for a burst of faults, then switches. Each
/// fault appears as on a real kernel: `misplaced`, for a page away from the CPU's node `migrate_check`, the answer, for
/// a move `mm_migrate_pages`, then `hint_fault`; once per scan pass and task also `placement`. Each process is scanned
/// from time to time. Every 1,024 faults a thread exits and another is born in its place: a new one's group is as small as
/// that of the next new one, so that groups go on being made, tying and being joined to the end. Ticks follow the times at
/// 250 Hz. The decisions are drawn at random: the trace measures speed and memory, not agreement.
package struct SyntheticTrace: Sequence, IteratorProtocol, Sendable {
    /// What to generate.
    package struct Shape: Sendable, Equatable {
        package var faults: Int
        package var tasks: Int
        package var nodes: Int
        package var cpusPerNode: Int
        package var threadsPerProcess: Int
        package var seed: UInt64

        /// The benchmark's default: 10 million faults over 1,000 tasks and 64 nodes.
        package init(
            faults: Int = 10_000_000, tasks: Int = 1_000, nodes: Int = 64, cpusPerNode: Int = 4,
            threadsPerProcess: Int = 20, seed: UInt64 = 1
        ) {
            self.faults = Swift.max(0, faults)
            self.tasks = Swift.max(1, tasks)
            self.nodes = Swift.max(1, nodes)
            self.cpusPerNode = Swift.max(1, cpusPerNode)
            self.threadsPerProcess = Swift.max(1, threadsPerProcess)
            self.seed = seed
        }

        package var cpus: Int { nodes * cpusPerNode }
        package var processes: Int { (tasks + threadsPerProcess - 1) / threadsPerProcess }
    }

    private struct Thread {
        var tid: Int32
        var process: Int
        var cpu: Int32
        /// The scan pass of its last placement.
        var placedPass: UInt32 = 0
    }

    /// Faults a CPU's task takes before another runs.
    private static let burst = 64
    /// Faults between two exits.
    private static let faultsPerExit = 1024
    private static let thread: UInt64 = 0x3d0f00
    /// Faults of a process between two scans.
    private static let faultsPerScan = 8192
    private static let firstTID: Int32 = 1000
    /// `last_cpupid` of a kernel built for 8,192 CPUs.
    private static let cpupid = CPUPIDLayout(maximumCPUCount: 8192)
    /// 1 GiB of 4 KiB pages each.
    private static let pagesPerProcess: UInt64 = 1 << 18

    package let shape: Shape
    private var state: UInt64
    private var threads: [Thread]
    private var running: [Int32]
    private var passes: [UInt32]
    private var faultsOfProcess: [Int]
    private var remaining: Int
    private var nextTID: Int32
    private var time: UInt64 = 1_000_000_000
    private var current = 0
    private var left = 0
    /// Records not handed out yet.
    private var pending: [TraceRecord] = []
    private var handedOut = 0

    package init(_ shape: Shape = Shape()) {
        self.shape = shape
        state = shape.seed
        threads = (0..<shape.tasks).map { index in
            Thread(
                tid: Self.firstTID + Int32(truncatingIfNeeded: index), process: index / shape.threadsPerProcess,
                cpu: Int32(truncatingIfNeeded: index % shape.cpus))
        }
        running = Array(repeating: 0, count: shape.cpus)
        passes = Array(repeating: 0, count: shape.processes)
        faultsOfProcess = Array(repeating: 0, count: shape.processes)
        remaining = shape.faults
        nextTID = Self.firstTID + Int32(truncatingIfNeeded: shape.tasks)
        births()
    }

    /// The node of a CPU of this machine.
    package func node(ofCPU cpu: Int32) -> Int32 {
        cpu / Int32(truncatingIfNeeded: shape.cpusPerNode)
    }

    package mutating func next() -> TraceRecord? {
        if handedOut == pending.count {
            pending.removeAll(keepingCapacity: true)
            handedOut = 0
            guard remaining > 0 else { return nil }
            remaining -= 1
            fault()
        }
        defer { handedOut += 1 }
        return pending[handedOut]
    }

    private mutating func births() {
        for index in threads.indices {
            let leader = threads[index].process * shape.threadsPerProcess
            let isThread = index != leader
            add(
                isThread ? threads[leader].tid : 1, threads[isThread ? leader : index].cpu,
                .newTask(pid: threads[index].tid, cloneFlags: isThread ? Self.thread : 0x1200000))
        }
    }

    private mutating func fault() {
        if left == 0 {
            if remaining / Self.burst % (Self.faultsPerExit / Self.burst) == 0 { replace(current) }
            switchTask()
        }
        left -= 1
        let thread = threads[current]
        let cpu = thread.cpu
        let here = node(ofCPU: cpu)
        let draw = random()
        let page = (draw >> 8) % Self.pagesPerProcess
        let address = 0x7f00_0000_0000 + UInt64(thread.process) << 32 + page << 12
        let isRemote = draw & 0xff < 51
        var flags: FaultFlags = []
        var source = here
        var target: Int32 = -1
        var pageNode = here
        add(thread.tid, cpu, .misplaced(address: address))
        if isRemote, shape.nodes > 1 {
            source = Int32(truncatingIfNeeded: (draw >> 40) % UInt64(shape.nodes))
            if source == here { source = (source + 1) % Int32(truncatingIfNeeded: shape.nodes) }
            pageNode = source
            if draw >> 60 < 6 { target = here }
            add(thread.tid, cpu, .migrateCheck(source: source, cpu: cpu))
        } else {
            flags.insert(.faultLocal)
        }
        add(thread.tid, cpu, .misplacedReturn(target: target))
        if target >= 0 {
            add(thread.tid, cpu, .migratePages(succeeded: 1, failed: 0, isNUMAMisplaced: true))
            flags.insert(.migrated)
            pageNode = target
        }
        if draw >> 56 & 3 == 0 { flags.insert(.shared) }
        add(
            thread.tid, cpu,
            .hintFault(
                lastCPUPID: lastCPUPID(thread, draw), memNode: pageNode, pages: 1, flags: flags, jiffies: jiffies))
        let process = thread.process
        if thread.placedPass != passes[process] {
            threads[current].placedPass = passes[process]
            add(thread.tid, cpu, .placement)
        }
        faultsOfProcess[process] += 1
        if faultsOfProcess[process] % Self.faultsPerScan == 0 { scan(thread) }
    }

    /// Mostly the task itself, sometimes another thread of its process, rarely nobody.
    private mutating func lastCPUPID(_ thread: Thread, _ draw: UInt64) -> Int32 {
        let kind = draw >> 24 & 0xf
        if kind == 0 { return Self.cpupid.unset }
        var last = thread
        if kind < 5 {
            let first = thread.process * shape.threadsPerProcess
            let count = Swift.min(shape.threadsPerProcess, shape.tasks - first)
            last = threads[first + Int((draw >> 32) % UInt64(count))]
        }
        return Self.cpupid.value(cpu: last.cpu, tid: last.tid)
    }

    private mutating func scan(_ thread: Thread) {
        passes[thread.process] &+= 1
        let start = 0x7f00_0000_0000 + UInt64(thread.process) << 32
        add(thread.tid, thread.cpu, .scanWork(jiffies: jiffies))
        add(thread.tid, thread.cpu, .scanRange(start: start, end: start + Self.pagesPerProcess << 12))
        add(thread.tid, thread.cpu, .scanRangeReturn(updatedPages: UInt64(Self.faultsPerScan)))
        add(thread.tid, thread.cpu, .scanDone(jiffies: jiffies))
    }

    /// A thread exits, and its process makes another. Leaders stay.
    private mutating func replace(_ index: Int) {
        let leader = threads[index].process * shape.threadsPerProcess
        let gone = threads[index]
        guard index != leader, running[Int(gone.cpu)] == gone.tid, nextTID < 1 << 22 else { return }
        add(gone.tid, gone.cpu, .exit(pid: gone.tid))
        running[Int(gone.cpu)] = 0
        add(gone.tid, gone.cpu, .schedSwitch(previous: gone.tid, previousState: UInt8(ascii: "X"), next: 0))
        threads[index].tid = nextTID
        add(threads[leader].tid, threads[leader].cpu, .newTask(pid: nextTID, cloneFlags: Self.thread))
        nextTID += 1
    }

    private mutating func switchTask() {
        current = Int(random() % UInt64(shape.tasks))
        left = Self.burst
        let thread = threads[current]
        let previous = running[Int(thread.cpu)]
        guard previous != thread.tid else { return }
        running[Int(thread.cpu)] = thread.tid
        add(previous, thread.cpu, .schedSwitch(previous: previous, previousState: UInt8(ascii: "R"), next: thread.tid))
    }

    private var jiffies: UInt64 { 4_294_667_296 + time / 4_000_000 }

    private mutating func add(_ tid: Int32, _ cpu: Int32, _ payload: BalancingEvent.Payload) {
        time += 1_000
        pending.append(
            TraceRecord(
                event: BalancingEvent(timeNanoseconds: time, tid: tid, cpu: cpu, payload: payload),
                stamp: TraceStamp(nanoseconds: time, fractionDigits: 6)))
    }

    /// SplitMix64.
    private mutating func random() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

/// A generated trace as ftrace text, made while it is read: a trace of gigabytes needs no disk and no memory.
package struct SyntheticTraceText: TraceSource {
    package let shape: SyntheticTrace.Shape
    package let chunkBytes: Int

    package init(_ shape: SyntheticTrace.Shape = SyntheticTrace.Shape(), chunkBytes: Int = 256 * 1024) {
        self.shape = shape
        self.chunkBytes = Swift.max(1, chunkBytes)
    }

    package var name: String { "synthetic" }
    package var canReopen: Bool { true }

    package func open() -> TraceContent { .text(chunks()) }

    /// The text, piece by piece.
    package func chunks() -> any TraceChunks { Chunks(SyntheticTrace(shape), chunkBytes: chunkBytes) }

    private final class Chunks: TraceChunks {
        private var trace: SyntheticTrace
        private let chunkBytes: Int
        private var hasHeader = false

        init(_ trace: SyntheticTrace, chunkBytes: Int) {
            self.trace = trace
            self.chunkBytes = chunkBytes
        }

        func next(into buffer: inout [UInt8]) -> Bool {
            buffer.removeAll(keepingCapacity: true)
            if !hasHeader {
                hasHeader = true
                buffer.append(contentsOf: FtraceTextWriter.header(entries: nil, cpus: trace.shape.cpus))
            }
            while buffer.count < chunkBytes, let record = trace.next() {
                FtraceTextWriter.append(record, to: &buffer)
            }
            return !buffer.isEmpty
        }
    }
}
