import BalancingModel
import FixtureSupport
import HostReading
import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage
import TaskIterator
import Testing

@testable import Sampling

/// A host made up that has an iterator.
struct IteratorBench: ~Copyable {
    let root: ScriptedRoot
    var reader: LedgerReader
    var observer: ModelObserver
    var now: UInt64 = 100 * secondNanoseconds

    init(_ memory: MemoryRoot = .twoNodes) {
        var memory = memory
        memory.addFile("/proc/sys/kernel/numa_balancing", text: "1\n")
        root = ScriptedRoot(memory, isLive: true)
        reader = LedgerReader(
            root: root, units: HostUnits(pageSizeBytes: 4096, ticksPerSecond: 100), startTicks: 500,
            forkResetsMigrated: true)
        observer = ModelObserver(root: root)
    }

    /// Puts processes and the iterator's records of their threads in place.
    func put(
        _ processes: [[FakeTask]], windows: [Int32: [UInt64]] = [:],
        _ change: (inout TaskRecordBuilder) -> Void = { _ in }
    ) {
        var sweep: [UInt8] = []
        root.change { memory in
            for threads in processes {
                memory.put(threads[0], threads: threads)
                for task in threads {
                    var record = task.swept(in: threads[0].pid, windows: windows[task.pid])
                    change(&record)
                    sweep += record.bytes
                }
            }
            memory.addFile(TaskIteratorFile.mounted, sweep)
        }
        root.setRunNanoseconds(
            Dictionary(uniqueKeysWithValues: processes.map { ($0[0].pid, $0.reduce(0) { $0 + $1.runtimeNanoseconds }) })
        )
    }

    /// - Returns: The files below `/proc/PID` that were read.
    @discardableResult
    mutating func round() throws -> [String] {
        now += 5 * secondNanoseconds
        _ = root.takeReads()
        try reader.read(machine: .twoNodes, threadLimit: 100_000, now: now)
        observer.observe(reader.processes, machine: .twoNodes, counters: nil, now: now)
        return root.takeReads().keys.filter { $0.hasPrefix("/proc/") && $0.split(separator: "/").count > 2 }
            .filter { !$0.hasPrefix("/proc/sys") && !$0.hasPrefix("/proc/self") }.sorted()
    }

    func thread(_ tid: Int32, of pid: Int32) -> TrackedThread? { reader.processes[pid]?.threads[tid] }
}

extension FakeTask {
    /// What the iterator says of it.
    ///
    /// - Parameter windows: What is in its open window: node 0 shared and private, node 1 shared and private.
    fileprivate func swept(in process: Int32, windows: [UInt64]? = nil) -> TaskRecordBuilder {
        var record = TaskRecordBuilder()
        record.tid = pid
        record.processID = process
        record.command = command
        record.timeNanoseconds = UInt64.random(in: 1...1000)
        record.memory = UInt64(process)
        record.set(.taskFlags, flags)
        record.set(.state, state == "R" ? 0 : 1)
        record.set(.cpu, UInt64(cpu))
        record.set(.runNanoseconds, runtimeNanoseconds)
        record.set(.startNanoseconds, startTicks * 10_000_000)
        record.set(.pagesMigrated, migrated)
        record.set(.preferredNode, UInt64(UInt32(bitPattern: Int32(preferredNode))))
        record.set(.totalFaults, faults.reduce(0) { $0 + $1.private + $1.shared })
        record.set(.memoryScanSequence, UInt64(scanSequence))
        record.set(.taskScanSequence, UInt64(scanSequence))
        record.set(.scanPeriod, 1000)
        record.taskFaults =
            faults.flatMap { [$0.shared, $0.private] } + [0, 0, 0, 0] + (windows ?? [0, 0, 0, 0]) + [0, 0, 0, 0]
        if group != 0 {
            record.group = UInt64(group) * 64
            record.groupFaults = [0, 0, 0, 0, 30, 10, 0, 5]
            record.set(.groupID, UInt64(group))
            record.set(.groupTaskCount, 2)
            record.set(.groupActiveNodeCount, 1)
        }
        return record
    }
}
