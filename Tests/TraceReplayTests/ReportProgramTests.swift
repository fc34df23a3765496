import BalancingModel
import FixtureSupport
// Foundation only here: a test that runs another program needs Process.
import Foundation
import Insight
import Testing
import TextOutput
import TraceReplay
import Tracing

/// Recordings of real kernels, read by us and printed by trace-cmd: the same events.
@Suite struct ReportProgramTests {
    private static let program = ["/usr/bin/trace-cmd", "/bin/trace-cmd"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What both sides tell of an event.
    private struct Line: Equatable {
        var microseconds: UInt64
        var tid: Int32
        var cpu: Int32
        var isFault: Bool
    }

    static let recordings = ["record-2n-6.1", "record-2n-6.12"]

    /// The recording, unpacked beside the test's other files.
    private static func unpacked(_ name: String, in directory: String) throws -> String {
        let path = directory + "/\(name).dat"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/xz")
        process.arguments = ["--decompress", "--stdout", Fixture.directory + "/traces/\(name).dat.xz"]
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return path
    }

    private static func records(_ path: String) throws -> [TraceRecord] {
        var reader = try TraceReader(FileTrace(path: path, isReopenable: true))
        var records: [TraceRecord] = []
        var all: [TraceRecord] = []
        while reader.next(into: &records) { all += records }
        try #require(reader.failure == nil)
        return all
    }

    private static func lines(_ records: [TraceRecord]) -> [Line] {
        records.compactMap { record in
            if case .lostEvents = record.event.payload { return nil }
            var isFault = false
            if case .hintFault = record.event.payload { isFault = true }
            return Line(
                microseconds: record.event.timeNanoseconds / 1000, tid: record.event.tid, cpu: record.event.cpu,
                isFault: isFault)
        }
    }

    @Test(
        .enabled(if: program != nil, "trace-cmd (Debian package trace-cmd) is not installed"), arguments: recordings,
        [[], ["-l"]])
    func printsTheEventsWeRead(name: String, options: [String]) throws {
        let directory = try TemporaryDirectory.make()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = try Self.unpacked(name, in: directory)
        let ours = Self.lines(try Self.records(path))
        #expect(ours.count > 1000)
        #expect(ours.contains { $0.isFault })

        let report = directory + "/report"
        _ = FileManager.default.createFile(atPath: report, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.program))
        process.arguments = ["report", "-t"] + options + ["-i", path]
        let errors = Pipe()
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: report))
        process.standardError = errors
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "")
        let theirs = Self.lines(try Self.records(report))
        #expect(theirs.count == ours.count)
        // Events of the same microsecond on different CPUs may change places between the two.
        #expect(theirs.map(\.microseconds) == ours.map(\.microseconds))
        for cpu in 0..<4 as Range<Int32> {
            #expect(theirs.filter { $0.cpu == cpu } == ours.filter { $0.cpu == cpu })
        }
    }

    @Test(arguments: recordings)
    func aRecordingIsAllAReplayNeeds(name: String) throws {
        let directory = try TemporaryDirectory.make()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var sink = ByteArraySink()
        let report = try TraceReplay.run(
            .init(path: try Self.unpacked(name, in: directory)), sink: &sink)
        #expect(report.readFailure == nil)
        #expect(report.level.name == .full)
        #expect(report.run.machine.layout.count == 2)
        #expect(!report.run.machine.facts.contains { $0.isAssumed })
        #expect(report.run.agreement.overall.total > 100)
        #expect(try #require(report.run.agreement.overall.share) >= 0.999)
        // A mark is written a moment after its file was read; only the last two counters did not move in between.
        #expect(report.run.vmstat.identities.count == 4)
        #expect(report.run.vmstat.identities.suffix(2).allSatisfy { $0.holds })
        #expect(!report.diagnostics.isLossy)
    }
}
