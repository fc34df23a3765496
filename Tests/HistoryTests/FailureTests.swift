import FixtureSupport
import LinuxSystem
import NUMATopology
import Testing

@testable import History
@testable import HistoryFiles

@Suite("A history on a disk that fails")
struct FailureTests {
    private static let start = MadeUpRounds.start
    private static func at(_ seconds: Double) -> UInt64 { start + UInt64(seconds * 1e9) }

    private static let isRoot = HostFacts.effectiveUserID == 0
    private static let needsRoot: Comment = "only root can mount a file system"

    @discardableResult
    private static func feed(
        _ recorder: HistoryRecorder, _ rounds: inout MadeUpRounds, from: Double, to: Double
    ) -> [HistoryNotice] {
        stride(from: from, to: to, by: 5).flatMap { recorder.take(rounds.round(at: $0)) }
    }

    private static func range(_ recorder: HistoryRecorder, _ until: Double) throws -> HistoryRange {
        try recorder.range(
            HistoryQuery(sinceNanoseconds: start - 1, untilNanoseconds: at(until), stepNanoseconds: nil)
        ).range
    }

    @Test("A damaged file is put aside, never deleted, and a new one begun", arguments: ["text", "header", "middle"])
    func damaged(_ place: String) throws {
        let directory = try HistoryDirectory()
        var rounds = MadeUpRounds(groupCount: 40)
        var recorder = directory.recorder()
        Self.feed(recorder, &rounds, from: 0, to: 3600)
        _ = recorder.finish()
        switch place {
        case "text": try HistoryProgram.write(Array("no database at all".utf8), to: directory.file)
        case "header": try HistoryProgram.write(Array(repeating: 0x5A, count: 100), to: directory.file, at: 0)
        default:
            // The root pages of the tables, and what follows them.
            try HistoryProgram.write(Array(repeating: 0xFF, count: 60_000), to: directory.file, at: 4096)
        }
        recorder = directory.recorder()
        let notices = Self.feed(recorder, &rounds, from: 4000, to: 4200)
        let aside = notices.compactMap {
            if case .setAside(let failure, let path) = $0 { (failure, path) } else { nil }
        }
        #expect(aside.count == 1)
        #expect(aside.first?.0.kind == .damaged)
        let newName = try #require(aside.first?.1.split(separator: "/").last)
        #expect(newName.hasPrefix("history.db.damaged-"))
        #expect(try HistoryProgram.files(in: directory.path).contains(String(newName)))
        let range = try Self.range(recorder, 4200)
        #expect(range.times.count == 40)
        #expect(range.gaps.map(\.reason) == [.damaged])
        _ = recorder.finish()
        let whole = try HistoryProgram.run("/usr/bin/env", ["sqlite3", directory.file, "PRAGMA integrity_check"])
        #expect(whole == "ok\n")
    }

    @Test("A block that is damaged in a database that is whole is a gap; what is beside it is read")
    func damagedBlock() throws {
        let directory = try HistoryDirectory()
        var rounds = MadeUpRounds()
        let recorder = directory.recorder()
        Self.feed(recorder, &rounds, from: 0, to: 3600)
        _ = recorder.finish()
        let database = try Database(directory.file, .writing)
        try database.run("UPDATE rounds SET block = x'0cffffffff' WHERE id = 20")
        let range = try HistoryFileReader(path: directory.file).readRange(
            HistoryQuery(sinceNanoseconds: Self.start - 1, untilNanoseconds: Self.at(3600), stepNanoseconds: nil))
        #expect(range.gaps.map(\.reason) == [.damaged])
        // The chain of 16 from 17 on loses what is behind the damage.
        #expect(range.times.count == (60 - 13) * 12)
    }

    @Test("A history of a later version, or another program's database, is put aside")
    func otherVersion() throws {
        for statement in ["PRAGMA user_version=99", "PRAGMA application_id=7"] {
            let directory = try HistoryDirectory()
            var rounds = MadeUpRounds()
            var recorder = directory.recorder()
            Self.feed(recorder, &rounds, from: 0, to: 120)
            _ = recorder.finish()
            try Database(directory.file, .writing).execute(statement)
            #expect(throws: DatabaseFailure.self) { try HistoryFileReader(path: directory.file) }
            recorder = directory.recorder()
            let notices = Self.feed(recorder, &rounds, from: 600, to: 720)
            let kinds = notices.compactMap {
                if case .setAside(let failure, _) = $0 { failure.kind } else { nil }
            }
            #expect(kinds == [statement.contains("user_version") ? .otherVersion : .damaged])
            #expect(try Self.range(recorder, 720).times.count == 24)
        }
    }

    @Test("Where there is no directory and none can be made, each minute is lost, told of once, and is a gap later")
    func unavailable() throws {
        let directory = try HistoryDirectory()
        // A file is where the directory should be.
        try HistoryProgram.write([1], to: "\(directory.path)/state")
        let recorder = HistoryRecorder(
            directory: "\(directory.path)/state/numawatch", limits: HistoryLimits(), life: .first)
        var rounds = MadeUpRounds()
        let notices = Self.feed(recorder, &rounds, from: 0, to: 300)
        #expect(notices.count == 1)
        #expect(recorder.statistics.failedMinutes == 4)
        #expect(recorder.statistics.isFailing)
        try HistoryProgram.run("/bin/rm", ["\(directory.path)/state"])
        let later = Self.feed(recorder, &rounds, from: 300, to: 480)
        #expect(later.contains(.resumed(lostMinutes: 4)))
        let range = try Self.range(recorder, 480)
        #expect(range.gaps.map(\.reason) == [.writeFailed])
        #expect(range.gaps.first?.untilNanoseconds == Self.at(240))
        #expect(range.times.first == Self.at(240))
        #expect(range.settings.map(\.name).contains("kernel.numa_balancing"))
    }

    @Test(
        "A small disk that is filled to the last byte and emptied again: sampling goes on, and the gap is told",
        .enabled(if: isRoot, needsRoot))
    func full() throws {
        let directory = try HistoryDirectory()
        try HistoryProgram.run("/bin/mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", directory.path])
        defer { _ = try? HistoryProgram.run("/bin/umount", [directory.path]) }
        var rounds = MadeUpRounds(groupCount: 60)
        let recorder = directory.recorder()
        Self.feed(recorder, &rounds, from: 0, to: 600)
        #expect(recorder.statistics.failedMinutes == 0)
        // To the last byte: dd ends when there is no room.
        _ = try? HistoryProgram.run("/bin/dd", ["if=/dev/zero", "of=\(directory.path)/ballast", "bs=1"] + ["count=1"])
        _ = try? HistoryProgram.run("/bin/sh", ["-c", "cat /dev/zero > \(directory.path)/ballast"])
        let full = Self.feed(recorder, &rounds, from: 600, to: 1800)
        let failures = full.compactMap { if case .failed(let failure) = $0 { failure } else { nil } }
        #expect(failures.map(\.kind) == [.full], "\(full)")
        #expect(recorder.statistics.failedMinutes >= 15)
        let written = recorder.statistics.writtenMinutes
        try HistoryProgram.run("/bin/rm", ["\(directory.path)/ballast"])
        let emptied = Self.feed(recorder, &rounds, from: 1800, to: 2400)
        #expect(emptied.contains { if case .resumed = $0 { true } else { false } })
        #expect(recorder.statistics.writtenMinutes > written)
        let range = try Self.range(recorder, 2400)
        #expect(range.gaps.count == 1)
        let gap = try #require(range.gaps.first)
        #expect(gap.reason == .writeFailed && gap.detail?.isEmpty == false)
        #expect(!range.times.contains { $0 > gap.sinceNanoseconds && $0 < gap.untilNanoseconds })
        #expect(
            range.times.contains { $0 <= gap.sinceNanoseconds } && range.times.contains { $0 >= gap.untilNanoseconds })
        _ = recorder.finish()
        let whole = try HistoryProgram.run("/usr/bin/env", ["sqlite3", directory.file, "PRAGMA integrity_check"])
        #expect(whole == "ok\n")
    }

    @Test(
        "A disk that becomes read only and is writable again: the same, and what was written stays readable",
        .enabled(if: isRoot, needsRoot))
    func readOnly() throws {
        let directory = try HistoryDirectory()
        try HistoryProgram.run("/bin/mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", directory.path])
        defer { _ = try? HistoryProgram.run("/bin/umount", ["-l", directory.path]) }
        var rounds = MadeUpRounds()
        var recorder = directory.recorder()
        Self.feed(recorder, &rounds, from: 0, to: 300)
        _ = recorder.finish()
        try HistoryProgram.run("/bin/mount", ["-o", "remount,ro", directory.path])
        #expect(
            try HistoryFileReader(path: directory.file).readRange(
                HistoryQuery(sinceNanoseconds: Self.start - 1, untilNanoseconds: Self.at(300), stepNanoseconds: nil)
            ).times.count == 60)
        recorder = directory.recorder()
        let notices = Self.feed(recorder, &rounds, from: 600, to: 900)
        let failures = notices.compactMap { if case .failed(let failure) = $0 { failure } else { nil } }
        #expect(failures.map(\.kind) == [.readOnly], "\(notices)")
        try HistoryProgram.run("/bin/mount", ["-o", "remount,rw", directory.path])
        let later = Self.feed(recorder, &rounds, from: 900, to: 1200)
        #expect(later.contains(.resumed(lostMinutes: 4)), "\(later)")
        let range = try Self.range(recorder, 1200)
        #expect(range.gaps.map(\.sinceNanoseconds) == [Self.at(295)])
        #expect(range.times.count == 60 + 72)
    }
}
