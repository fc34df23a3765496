import LinuxSystem

/// One task as the iterator wrote it down: the kernel's own figures, at one instant or nearly. Nothing is locked while they
/// are copied, so that of a thread that runs meanwhile some may be older than others, as in `/proc`.
///
/// What a kernel lacks is absent, never zero.
package struct TaskRecord: Hashable, Sendable {
    /// What is wrong with the bytes.
    package enum Defect: Error, Hashable, Sendable {
        /// Of another version of the program, which this is.
        case version(UInt16)
        /// Its sizes contradict each other.
        case malformed
    }

    /// What is said of the memory a task has.
    package struct Memory: Hashable, Sendable {
        /// The same for all tasks that share it; no address.
        package var identity: UInt64
        /// `mm->numa_scan_seq`: completed scans.
        package var scanSequence: Int32?
        /// `mm->numa_next_scan`, jiffies.
        package var nextScan: UInt64?
        /// `mm->numa_scan_offset`: the address the next scan begins at, in the process's own memory.
        package var scanOffset: UInt64?
    }

    /// What is said of the NUMA group a task is in.
    package struct Group: Hashable, Sendable {
        /// The same for all its tasks; of two groups the one with the larger lies at the higher address.
        package var identity: UInt64
        /// `gid`: a thread's number in the initial PID namespace.
        package var groupID: Int32?
        /// `nr_tasks`
        package var taskCount: Int32?
        /// `active_nodes`
        package var activeNodeCount: Int32?
        /// `total_faults`
        package var totalFaults: UInt64?
        /// `max_faults_cpu`
        package var maximumCPUFaults: UInt64?
        /// Node by node: faults by where the memory is, and by where the CPU was; absent if they could not be read.
        package var faults: [Faults]?
    }

    /// Of one node, in the order of the kernel's indices: shared, private.
    package struct Faults: Hashable, Sendable {
        package var memoryShared: UInt64
        package var memoryPrivate: UInt64
        package var cpuShared: UInt64
        package var cpuPrivate: UInt64
    }

    /// A task's own ledger, of one node.
    package struct TaskFaults: Hashable, Sendable {
        /// The decayed averages, as `sched` prints those of memory.
        package var averages: Faults
        /// What was faulted since the task was placed last: the window that is open.
        package var window: Faults
    }

    /// Numbers of the initial PID namespace.
    package var tid: Int32 = 0
    package var processID: Int32 = 0
    /// `PF_` bits.
    package var flags: UInt32 = 0
    /// Nodes the arrays have room for: `nr_node_ids`.
    package var nodeCount = 0
    /// When it was written down, CLOCK_MONOTONIC.
    package var timeNanoseconds: UInt64 = 0
    /// The kernel's ticks then.
    package var jiffies: UInt64 = 0
    package var cpu: Int32?
    package var state: UInt32?
    /// As the kernel keeps it: up to 15 bytes.
    package var command = ""
    /// User and system time, nanoseconds, as far as the tick accounts for it.
    package var userNanoseconds: UInt64?
    package var systemNanoseconds: UInt64?
    /// `se.sum_exec_runtime`
    package var runNanoseconds: UInt64 = 0
    /// Since boot, by CLOCK_BOOTTIME.
    package var startNanoseconds: UInt64 = 0
    /// `se.nr_migrations`
    package var migrationCount: UInt64?
    /// `numa_scan_period` and `numa_scan_period_max`, ms.
    package var scanPeriodMilliseconds: UInt32?
    package var scanPeriodMaximumMilliseconds: UInt32?
    /// `numa_scan_seq`: the memory's sequence when the task was placed last.
    package var placedSequence: Int32?
    /// `numa_preferred_nid`; -1 is none.
    package var preferredNode: Int32?
    /// `numa_migrate_retry`, jiffies.
    package var migrateRetry: UInt64?
    /// `node_stamp`: the run time at which the next scan is asked for, nanoseconds.
    package var nodeStamp: UInt64?
    /// `last_task_numa_placement` and `last_sum_exec_runtime`, nanoseconds.
    package var lastPlacementNanoseconds: UInt64?
    package var lastRunNanoseconds: UInt64?
    /// `total_numa_faults`
    package var totalFaults: UInt64 = 0
    /// `numa_pages_migrated`
    package var pagesMigrated: UInt64?
    /// `numa_faults_locality`: remote and local faults since the period was set last, and pages that failed to move.
    package var locality: Locality?
    package var memory: Memory?
    package var group: Group?
    /// Node by node; empty for a task that has no ledger yet, absent where it could not be read.
    package var faults: [TaskFaults]? = []

    package struct Locality: Hashable, Sendable {
        package var remote: UInt64
        package var local: UInt64
        package var failed: UInt64
    }

    package init() {}

    /// Whether the averages do not add up to the sum the kernel keeps of them: it was placed while they were copied.
    package var isTorn: Bool {
        guard let faults else { return false }
        var sum: UInt64 = 0
        for node in faults { sum = sum &+ node.averages.memoryShared &+ node.averages.memoryPrivate }
        return sum != totalFaults
    }
}

extension TaskRecord {
    /// The length of the record that begins here.
    ///
    /// - Returns: Nil where there are too few bytes yet to tell.
    /// - Throws: ``Defect`` for a length no record has, and for another version.
    package static func byteCount(_ bytes: Span<UInt8>, at offset: Int) throws(Defect) -> Int? {
        guard bytes.count - offset >= 8 else { return nil }
        let version = bytes.number(at: offset + TaskRecordFormat.Place.version, as: UInt16.self)
        guard version == TaskRecordFormat.version else { throw .version(version) }
        let nodes = Int(bytes.number(at: offset + TaskRecordFormat.Place.nodeCount, as: UInt16.self))
        let size = Int(bytes.number(at: offset + TaskRecordFormat.Place.size, as: UInt32.self))
        let fixed = TaskRecordFormat.headBytes + TaskRecordFormat.tailBytes
        guard (1...TaskRecordFormat.mostNodes).contains(nodes), size % 8 == 0, size >= fixed,
            size <= fixed + nodes * (TaskRecordFormat.taskBytesPerNode + TaskRecordFormat.groupBytesPerNode)
        else { throw .malformed }
        return size
    }

    /// Whose record begins here: enough to tell whether it is wanted.
    package static func identity(_ bytes: Span<UInt8>, at offset: Int) -> (tid: Int32, processID: Int32) {
        (
            bytes.number(at: offset + TaskField.pid.place, as: Int32.self),
            bytes.number(at: offset + TaskField.processID.place, as: Int32.self)
        )
    }

    /// A number that is another one when anything of the task is: all of the record but when it was made.
    package static func mark(_ bytes: Span<UInt8>, at offset: Int, byteCount: Int) -> UInt64 {
        var mark: UInt64 = 0xcbf2_9ce4_8422_2325
        for place in stride(from: offset, to: offset + byteCount, by: 8) {
            let isTime =
                place == offset + TaskRecordFormat.Place.time || place == offset + TaskRecordFormat.Place.jiffies
            if isTime { continue }
            mark = (mark ^ bytes.number(at: place, as: UInt64.self)) &* 0x9e37_79b9_7f4a_7c15
            mark ^= mark >> 29
        }
        return mark
    }

    /// Takes a record apart.
    ///
    /// - Parameters:
    ///   - bytes: Hold all of it.
    ///   - offset: Where it begins.
    package init(_ bytes: Span<UInt8>, at offset: Int) throws(Defect) {
        guard let size = try Self.byteCount(bytes, at: offset), bytes.count - offset >= size else {
            throw .malformed
        }
        let head = Head(bytes, offset)
        nodeCount = Int(bytes.number(at: offset + TaskRecordFormat.Place.nodeCount, as: UInt16.self))
        let shape = TaskRecordFormat.Flags(
            rawValue: bytes.number(at: offset + TaskRecordFormat.Place.flags, as: UInt32.self))
        let taskBytes = shape.contains(.hasTaskFaults) ? nodeCount * TaskRecordFormat.taskBytesPerNode : 0
        let groupBytes = shape.contains(.hasGroupFaults) ? nodeCount * TaskRecordFormat.groupBytesPerNode : 0
        guard size == TaskRecordFormat.headBytes + taskBytes + groupBytes + TaskRecordFormat.tailBytes else {
            throw .malformed
        }
        let failures = TaskRecordFormat.Failures(
            rawValue: bytes.number(at: offset + size - TaskRecordFormat.tailBytes, as: UInt64.self))
        timeNanoseconds = bytes.number(at: offset + TaskRecordFormat.Place.time, as: UInt64.self)
        jiffies = bytes.number(at: offset + TaskRecordFormat.Place.jiffies, as: UInt64.self)
        take(head, bytes)
        let arrays = offset + TaskRecordFormat.headBytes
        faults = taskBytes > 0 ? Self.taskFaults(bytes, arrays, nodeCount) : []
        if shape.contains(.isWithoutTaskFaults) || failures.contains(.taskFaults) { faults = nil }
        if shape.contains(.hasGroupFaults) {
            group = Group(
                identity: bytes.number(at: offset + TaskRecordFormat.Place.group, as: UInt64.self),
                groupID: head.number(.groupID, bytes), taskCount: head.number(.groupTaskCount, bytes),
                activeNodeCount: head.number(.groupActiveNodeCount, bytes),
                totalFaults: head.number(.groupTotalFaults, bytes),
                maximumCPUFaults: head.number(.groupMaximumCPUFaults, bytes),
                faults: failures.contains(.groupFaults)
                    ? nil : (0..<nodeCount).map { Self.faults(bytes, arrays + taskBytes, 0, $0, nodeCount) })
        }
        if shape.contains(.hasMemory), !shape.contains(.memoryChanged) {
            memory = Memory(
                identity: bytes.number(at: offset + TaskRecordFormat.Place.memory, as: UInt64.self),
                scanSequence: head.number(.memoryScanSequence, bytes), nextScan: head.number(.nextScan, bytes),
                scanOffset: head.number(.scanOffset, bytes))
        }
    }

    private mutating func take(_ head: Head, _ bytes: Span<UInt8>) {
        tid = head.number(.pid, bytes) ?? 0
        processID = head.number(.processID, bytes) ?? 0
        flags = head.number(.taskFlags, bytes) ?? 0
        cpu = head.number(.cpu, bytes)
        state = head.number(.state, bytes)
        if head.has(.command) {
            let name = (0..<TaskField.command.byteCount).map {
                bytes.number(at: head.offset + TaskField.command.place + $0, as: UInt8.self)
            }
            command = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        }
        userNanoseconds = head.number(.userNanoseconds, bytes)
        systemNanoseconds = head.number(.systemNanoseconds, bytes)
        runNanoseconds = head.number(.runNanoseconds, bytes) ?? 0
        startNanoseconds = head.number(.startNanoseconds, bytes) ?? 0
        migrationCount = head.number(.migrationCount, bytes)
        scanPeriodMilliseconds = head.number(.scanPeriod, bytes)
        scanPeriodMaximumMilliseconds = head.number(.scanPeriodMaximum, bytes)
        placedSequence = head.number(.taskScanSequence, bytes)
        preferredNode = head.number(.preferredNode, bytes)
        migrateRetry = head.number(.migrateRetry, bytes)
        nodeStamp = head.number(.nodeStamp, bytes)
        lastPlacementNanoseconds = head.number(.lastPlacement, bytes)
        lastRunNanoseconds = head.number(.lastRunNanoseconds, bytes)
        totalFaults = head.number(.totalFaults, bytes) ?? 0
        pagesMigrated = head.number(.pagesMigrated, bytes)
        if head.has(.locality) {
            let place = head.offset + TaskField.locality.place
            locality = Locality(
                remote: bytes.number(at: place, as: UInt64.self), local: bytes.number(at: place + 8, as: UInt64.self),
                failed: bytes.number(at: place + 16, as: UInt64.self))
        }
    }

    private static func taskFaults(_ bytes: Span<UInt8>, _ place: Int, _ nodeCount: Int) -> [TaskFaults] {
        (0..<nodeCount).map { node in
            TaskFaults(
                averages: faults(bytes, place, 0, node, nodeCount), window: faults(bytes, place, 2, node, nodeCount))
        }
    }

    /// Two sections from the array: `NR_NUMA_HINT_FAULT_TYPES * (section * nr_node_ids + node) + private`
    /// (`task_faults_idx`, kernel/sched/fair.c).
    private static func faults(
        _ bytes: Span<UInt8>, _ place: Int, _ section: Int, _ node: Int, _ nodeCount: Int
    ) -> Faults {
        func count(_ section: Int, _ isPrivate: Int) -> UInt64 {
            bytes.number(at: place + 8 * (2 * (section * nodeCount + node) + isPrivate), as: UInt64.self)
        }
        return Faults(
            memoryShared: count(section, 0), memoryPrivate: count(section, 1), cpuShared: count(section + 1, 0),
            cpuPrivate: count(section + 1, 1))
    }

    /// The fields of the head that begins at a place.
    private struct Head {
        let offset: Int
        private let absent: UInt64

        init(_ bytes: Span<UInt8>, _ offset: Int) {
            self.offset = offset
            absent = bytes.number(at: offset + TaskRecordFormat.Place.absentFields, as: UInt64.self)
        }

        func has(_ field: TaskField) -> Bool { absent & 1 << UInt64(field.rawValue) == 0 }

        func number<Number: FixedWidthInteger & BitwiseCopyable>(_ field: TaskField, _ bytes: Span<UInt8>) -> Number? {
            has(field) ? bytes.number(at: offset + field.place, as: Number.self) : nil
        }
    }
}
