import FixtureSupport
import KernelText
import Testing

@testable import TaskIterator

/// Sweeps of real kernels; see `Tests/Fixtures/README.md`.
@Suite("Recorded sweeps")
struct RecordedSweepTests {
    private static let releases = ["5.10", "6.1", "6.12"]

    /// Takes a sweep apart, and sees that nothing of it is left over.
    private func records(_ bytes: [UInt8]) throws -> [TaskRecord] {
        var records: [TaskRecord] = []
        var place = 0
        while place < bytes.count {
            let found = try TaskRecord.byteCount(bytes.span, at: place)
            let count = try #require(found)
            records.append(try TaskRecord(bytes.span, at: place))
            place += count
        }
        #expect(place == bytes.count)
        return records
    }

    @Test("what a sweep says of threads that were stopped is what /proc said of them", arguments: releases)
    func stoppedThreads(_ release: String) throws {
        let records = try records(try Fixture.bytes("iterator/\(release).sweep"))
        let files = Fixture.archive("iterator/\(release)").files
        #expect(files.count >= 5)
        var openPages: UInt64 = 0
        for (path, text) in files {
            let sched = try TaskSched(parsing: text.span)
            let parts = path.split(separator: "/")
            let record = try #require(records.first { $0.tid == Int32(parts[3]) })
            #expect(record.processID == Int32(parts[1]))
            #expect(record.runNanoseconds == sched.sumExecRuntimeNanoseconds)
            #expect(record.migrationCount == sched.migrationCount)
            #expect((record.memory?.scanSequence).map(Int.init) == sched.scanSequence)
            #expect(record.pagesMigrated == sched.pagesMigrated)
            #expect(record.preferredNode.map(Int.init) == sched.preferredNode)
            #expect(record.totalFaults == sched.totalFaults)
            #expect(Int(record.group?.groupID ?? 0) == sched.groupID)
            #expect(!record.isTorn)
            let faults = try #require(record.faults)
            for line in sched.faults {
                let own = faults.indices.contains(line.node) ? faults[line.node].averages : nil
                #expect(own?.memoryPrivate ?? 0 == line.taskPrivate && own?.memoryShared ?? 0 == line.taskShared)
                let group = record.group?.faults?[line.node]
                #expect(group?.memoryPrivate ?? 0 == line.groupPrivate && group?.memoryShared ?? 0 == line.groupShared)
            }
            openPages += faults.reduce(0) { $0 + $1.window.memoryPrivate + $1.window.memoryShared }
        }
        #expect(openPages > 0)
        #expect(records.contains { $0.group != nil })
    }

    @Test("a sweep that is cut off anywhere, or of which a byte changed, traps nothing", arguments: releases)
    func damaged(_ release: String) throws {
        let whole = try Fixture.bytes("iterator/\(release).sweep")
        func readAll(_ bytes: [UInt8]) {
            var place = 0
            while place < bytes.count, let count = try? TaskRecord.byteCount(bytes.span, at: place) {
                _ = try? TaskRecord(bytes.span, at: place)
                place += count
            }
        }
        for count in stride(from: 0, to: whole.count, by: 13) { readAll(Array(whole[..<count])) }
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            var bytes = whole
            bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            readAll(bytes)
        }
    }
}
