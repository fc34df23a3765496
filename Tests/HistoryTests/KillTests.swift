// Foundation only here: these tests run and kill another program, and Process is the one way to do that without unsafe code.
import FixtureSupport
import Foundation
import LinuxSystem
import NUMATopology
import Testing

@testable import History
@testable import HistoryFiles

@Suite("A history whose writer is killed")
struct KillTests {
    /// Beside the tests' own program.
    private static var writer: String {
        let own = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
        return own.appendingPathComponent("numawatch-history-writer").path
    }

    /// Starts the writer, and kills it after it has told of some minutes and so much time.
    ///
    /// - Returns: The last minute that it told of.
    private func killed(_ directory: String, first: UInt64, minutes: Int, microseconds: UInt32) throws -> UInt64? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.writer)
        process.arguments = [directory, "\(first)"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var text = Data()
        while text.count(where: { $0 == UInt8(ascii: "\n") }) < minutes {
            let more = pipe.fileHandleForReading.availableData
            if more.isEmpty { break }
            text += more
        }
        // Anywhere in what it does next: opening, sampling, writing, syncing.
        usleep(microseconds)
        kill(process.processIdentifier, SIGKILL)
        text += try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self).split(separator: "\n").last.flatMap { UInt64($0) }
    }

    @Test("Killed 200 times while it writes, every file opens, is whole, and lacks the last minute at most")
    func kills() throws {
        let directory = try HistoryDirectory()
        var generator = SeededGenerator(seed: 20)
        var minute: UInt64 = 29_934_720
        var told: [UInt64] = []
        var starts: [UInt64] = []
        for time in 0..<200 {
            starts.append(minute)
            let last = try killed(
                directory.path, first: minute, minutes: generator.below(4),
                microseconds: UInt32(generator.below(15_000)))
            if let last { told.append(last) }
            let database = try Database(directory.file, .writing)
            var verdicts: [String] = []
            try database.rows("PRAGMA integrity_check") { row throws(DatabaseFailure) in
                verdicts.append(row.text(0) ?? "")
                return true
            }
            #expect(verdicts == ["ok"], "kill \(time)")
            // All that it told of is there.
            let hasTables = try database.number("SELECT count(*) FROM sqlite_schema") ?? 0 > 0
            let found = hasTables ? try database.number("SELECT max(until) FROM rounds") ?? 0 : 0
            if let last {
                #expect(found / 60_000 >= Int64(last), "kill \(time): \(last) was told")
            }
            // Some minutes later it is started again.
            minute = max(minute, UInt64(found) / 60_000) + 3
        }
        #expect(told.count > 100)
        let until = minute * 60 * MadeUpRounds.second
        let range = try HistoryFileReader(path: directory.file).readRange(
            HistoryQuery(sinceNanoseconds: 0, untilNanoseconds: until, stepNanoseconds: nil, scopes: .all))
        // What is there is what was written, minute by minute, and every minute that was told of is there as a whole.
        let host = try #require(range.host)
        var rounds: [UInt64: Int] = [:]
        for (place, time) in range.times.enumerated() {
            let minute = time / HistoryQuery.minuteNanoseconds
            #expect(host[.threadCount]?[place] == Double(minute))
            rounds[minute, default: 0] += 1
        }
        #expect(told.allSatisfy { rounds[$0] == 12 })
        #expect(rounds.values.allSatisfy { $0 == 12 })
        // Between two lives is a gap; what is missing before it is the minute that was under way.
        #expect(range.gaps.allSatisfy { $0.reason == .stopped })
        #expect(try !HistoryProgram.files(in: directory.path).contains { $0.contains("damaged") })
    }
}
