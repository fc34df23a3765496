import FixtureSupport
import Testing

@testable import TaskIterator

@Suite("Records of the iterator")
struct TaskRecordTests {
    // A span is no value that a macro could take apart.
    private func record(_ bytes: [UInt8]) throws(TaskRecord.Defect) -> TaskRecord { try TaskRecord(bytes.span, at: 0) }
    private func byteCount(_ bytes: [UInt8]) throws(TaskRecord.Defect) -> Int? {
        try TaskRecord.byteCount(bytes.span, at: 0)
    }

    /// Two nodes, everything there.
    private func whole() -> [UInt8] {
        var builder = TaskRecordBuilder()
        builder.tid = 12
        builder.processID = 11
        builder.command = "work"
        builder.set(.runNanoseconds, 123_456_789)
        builder.set(.preferredNode, UInt64(UInt32(bitPattern: -1)))
        builder.set(.totalFaults, 10)
        builder.taskFaults = (1...16).map { UInt64($0) }
        builder.group = 77
        builder.groupFaults = (101...108).map { UInt64($0) }
        builder.memory = 88
        return builder.bytes
    }

    @Test("every count is found where the kernel's index has it: section, node, shared before private")
    func arrays() throws {
        let bytes = whole()
        #expect(bytes.count == 264 + 128 + 64 + 8)
        let record = try self.record(bytes)
        #expect(record.tid == 12 && record.processID == 11 && record.command == "work" && record.nodeCount == 2)
        #expect(record.runNanoseconds == 123_456_789 && record.preferredNode == -1)
        let faults = try #require(record.faults)
        #expect(faults[0].averages == .init(memoryShared: 1, memoryPrivate: 2, cpuShared: 5, cpuPrivate: 6))
        #expect(faults[1].averages == .init(memoryShared: 3, memoryPrivate: 4, cpuShared: 7, cpuPrivate: 8))
        #expect(faults[0].window == .init(memoryShared: 9, memoryPrivate: 10, cpuShared: 13, cpuPrivate: 14))
        #expect(faults[1].window == .init(memoryShared: 11, memoryPrivate: 12, cpuShared: 15, cpuPrivate: 16))
        #expect(record.group?.identity == 77)
        #expect(
            record.group?.faults?[1] == .init(memoryShared: 103, memoryPrivate: 104, cpuShared: 107, cpuPrivate: 108))
        #expect(record.memory?.identity == 88)
        #expect(!record.isTorn)
    }

    @Test("averages that do not add up to the total are torn")
    func torn() throws {
        var builder = TaskRecordBuilder()
        builder.taskFaults = Array(repeating: 1, count: 16)
        builder.set(.totalFaults, 5)
        #expect(try record(builder.bytes).isTorn)
        builder.set(.totalFaults, 4)
        #expect(try !record(builder.bytes).isTorn)
    }

    @Test("a thread without a ledger has an empty one; one whose ledger could not be read has none")
    func noLedger() throws {
        var builder = TaskRecordBuilder()
        #expect(try record(builder.bytes).faults == [])
        builder.isWithoutTaskFaults = true
        #expect(try record(builder.bytes).faults == nil)
        builder.isWithoutTaskFaults = false
        builder.taskFaults = Array(repeating: 0, count: 16)
        builder.failures = [.taskFaults, .groupFaults]
        builder.group = 1
        builder.groupFaults = Array(repeating: 0, count: 8)
        let record = try self.record(builder.bytes)
        #expect(record.faults == nil && record.group?.faults == nil && record.group?.identity == 1)
    }

    @Test("what a kernel lacks is absent")
    func absent() throws {
        var builder = TaskRecordBuilder()
        builder.absent = [.scanPeriod, .command, .locality, .cpu]
        let record = try self.record(builder.bytes)
        #expect(record.scanPeriodMilliseconds == nil && record.locality == nil && record.cpu == nil)
        #expect(record.command == "" && record.scanPeriodMaximumMilliseconds == 0)
    }

    @Test("memory that changed hands meanwhile says nothing")
    func exec() throws {
        var builder = TaskRecordBuilder()
        builder.memory = 5
        builder.memoryChanged = true
        #expect(try record(builder.bytes).memory == nil)
    }

    @Test("another version is refused by its number")
    func version() {
        var bytes = whole()
        bytes[TaskRecordFormat.Place.version] = 2
        #expect(throws: TaskRecord.Defect.version(2)) { try byteCount(bytes) }
    }

    @Test("sizes that contradict each other are refused, and nothing traps, whatever the bytes")
    func sizes() throws {
        let whole = whole()
        for size in 0..<2 * whole.count where size != whole.count {
            var bytes = whole + whole
            for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
            #expect(throws: TaskRecord.Defect.malformed, "\(size)") { try record(bytes) }
        }
        for count in 0..<whole.count {
            #expect(throws: TaskRecord.Defect.self) { try record(Array(whole[..<count])) }
        }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<5000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<16, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? record(bytes)
        }
    }

    @Test("a record's mark is the same when only time went by, and another when anything else changed")
    func mark() {
        let bytes = whole()
        func mark(_ bytes: [UInt8]) -> UInt64 { TaskRecord.mark(bytes.span, at: 0, byteCount: bytes.count) }
        let times = TaskRecordFormat.Place.time..<TaskRecordFormat.Place.jiffies + 8
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect((mark(changed) == mark(bytes)) == times.contains(index), "byte \(index)")
        }
    }
}
