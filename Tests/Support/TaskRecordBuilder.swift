package import TaskIterator

/// A record as the iterator would write it, made up for a test.
package struct TaskRecordBuilder {
    package var tid: Int32 = 1
    package var processID: Int32 = 1
    package var command = "work"
    package var nodeCount = 2
    package var timeNanoseconds: UInt64 = 0
    package var jiffies: UInt64 = 0
    package var version = TaskRecordFormat.version
    /// The whole array, in the kernel's order; empty for a task without a ledger.
    package var taskFaults: [UInt64] = []
    package var group: UInt64?
    package var groupFaults: [UInt64] = []
    package var memory: UInt64?
    package var memoryChanged = false
    package var isWithoutTaskFaults = false
    package var absent: [TaskField] = []
    package var failures: TaskRecordFormat.Failures = []
    private var fields: [TaskField: [UInt64]] = [:]

    package init() {}

    /// Sets a field, or the elements of one.
    package mutating func set(_ field: TaskField, _ values: UInt64...) { fields[field] = values }

    package var bytes: [UInt8] {
        var head = [UInt8](repeating: 0, count: TaskRecordFormat.headBytes)
        func put(_ value: UInt64, _ count: Int, at place: Int) {
            for index in 0..<count { head[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
        }
        var flags: TaskRecordFormat.Flags = []
        if !taskFaults.isEmpty { flags.insert(.hasTaskFaults) }
        if group != nil { flags.insert(.hasGroupFaults) }
        if memory != nil { flags.insert(.hasMemory) }
        if memoryChanged { flags.insert(.memoryChanged) }
        if isWithoutTaskFaults { flags.insert(.isWithoutTaskFaults) }
        let arrays = taskFaults + (group == nil ? [] : groupFaults)
        put(UInt64(head.count + 8 * arrays.count + TaskRecordFormat.tailBytes), 4, at: TaskRecordFormat.Place.size)
        put(UInt64(version), 2, at: TaskRecordFormat.Place.version)
        put(UInt64(nodeCount), 2, at: TaskRecordFormat.Place.nodeCount)
        put(UInt64(flags.rawValue), 4, at: TaskRecordFormat.Place.flags)
        put(absent.reduce(0) { $0 | 1 << UInt64($1.rawValue) }, 8, at: TaskRecordFormat.Place.absentFields)
        put(timeNanoseconds, 8, at: TaskRecordFormat.Place.time)
        put(jiffies, 8, at: TaskRecordFormat.Place.jiffies)
        put(group ?? 0, 8, at: TaskRecordFormat.Place.group)
        put(memory ?? 0, 8, at: TaskRecordFormat.Place.memory)
        put(UInt64(UInt32(bitPattern: tid)), 4, at: TaskField.pid.place)
        put(UInt64(UInt32(bitPattern: processID)), 4, at: TaskField.processID.place)
        for (index, byte) in command.utf8.prefix(15).enumerated() { head[TaskField.command.place + index] = byte }
        for (field, values) in fields {
            for (index, value) in values.enumerated() {
                put(value, min(field.byteCount, 8), at: field.place + 8 * index)
            }
        }
        return head
            + (arrays + [failures.rawValue]).flatMap { word in
                (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
            }
    }
}
