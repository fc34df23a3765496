package import History
package import LinuxSystem

/// Keeps a history: takes rounds as they come, writes a minute at a time, and goes on whatever happens to the file.
///
/// It has no clock: time is that of the rounds. A file that is damaged, or another version's, is put aside under another name and
/// a new one is begun; on a disk that is full or cannot be written to each minute is tried once and lost. What is missing is
/// written down as a gap, with its reason, as soon as something can be written.
///
/// Example: rounds at 12:00:57, 12:01:02 and 12:01:07: with the second the minute of 12:00 is written. A kill at 12:01:30 loses
/// half a minute. The next start finds 12:00:57 as the last sample, and writes the gap from then to its own first.
package final class HistoryRecorder {
    private let path: String
    private var limits: HistoryLimits
    private let life: HistoryLife
    private var writer: HistoryWriter?
    private var entry = HistoryEntry()
    private var settings: [String: String?] = [:]
    private var last: (wall: UInt64, monotonic: UInt64)?
    /// Why what comes next does not follow on what was written last; nil where it does.
    private var interruption: (reason: HistoryGap.Reason, detail: String?)?
    /// Whether it was looked what the file held before.
    private var hasOpened = false
    /// The last sample of the file.
    private var lastWritten: UInt64?
    private var lostMinutes: UInt64 = 0
    private var clockDoubtUntil: UInt64 = 0
    package private(set) var statistics = HistoryStatistics()

    /// The name of the file in its directory.
    package static let fileName = "history.db"

    private static let second: UInt64 = 1_000_000_000
    /// The clock is drawn by less all the time.
    private static let clockTolerance: Int64 = 2_000_000_000
    /// A clock that leaps so far may leap back: nothing is thrown away for its age for an hour.
    private static let clockDoubt: Int64 = 600_000_000_000
    /// Without a round for so long there is a gap.
    private static let longestSilence: UInt64 = 90_000_000_000
    /// Settings and events that wait for a file that can be written to; the oldest go first.
    private static let waitingLimit = 512

    /// - Parameter directory: Where the file is.
    package init(directory: String, limits: HistoryLimits, life: HistoryLife) {
        path = directory + (directory.hasSuffix("/") ? "" : "/") + Self.fileName
        self.limits = limits
        self.life = life
    }

    /// Puts other limits in force.
    package func apply(_ limits: HistoryLimits) {
        guard limits != self.limits else { return }
        self.limits = limits
        // The file is opened anew, with another size.
        writer = nil
    }

    /// Takes a round.
    ///
    /// - Returns: What is to be told.
    package func take(_ round: HistoryRound) -> [HistoryNotice] {
        var notices: [HistoryNotice] = []
        if writer == nil, last == nil { open(at: round.wallClockNanoseconds, &notices) }
        lookAtClocks(round, &notices)
        let minute = round.wallClockNanoseconds / HistoryQuery.minuteNanoseconds
        if let first = entry.minute.times.first,
            first * 1_000_000 / HistoryQuery.minuteNanoseconds != minute
                || entry.minute.times.count >= HistoryMinute.roundLimit
        {
            commit(&notices)
        }
        // A clock that is drawn back a little does not turn the order round.
        var round = round
        if let before = entry.minute.times.last ?? lastWritten.map({ $0 / 1_000_000 }),
            round.wallClockNanoseconds / 1_000_000 <= before, interruption?.reason != .clockBack
        {
            round.wallClockNanoseconds = (before + 1) * 1_000_000
        }
        round.settings.append(HistoryRound.Setting(name: HistoryRound.bootSetting, value: life.bootID))
        for setting in round.settings where settings[setting.name] != .some(setting.value) {
            // What could never be read is no setting that changed.
            if settings[setting.name] != nil || setting.value != nil {
                entry.settings.append(
                    HistorySetting(
                        sinceNanoseconds: round.wallClockNanoseconds, name: setting.name, value: setting.value))
            }
            settings[setting.name] = .some(setting.value)
        }
        entry.minute.add(round)
        last = (round.wallClockNanoseconds, round.monotonicNanoseconds)
        return notices
    }

    /// Takes an event.
    package func take(_ event: HistoryEvent) {
        entry.events.append(event)
        entry.events.removeFirst(max(0, entry.events.count - Self.waitingLimit))
    }

    /// Writes what there is, and closes the file.
    ///
    /// - Parameter isTurnedOff: No more is wanted; what is missing from now on is so on purpose.
    package func finish(isTurnedOff: Bool = false) -> [HistoryNotice] {
        var notices: [HistoryNotice] = []
        if let time = entry.minute.times.last, isTurnedOff {
            entry.gaps.append(
                HistoryGap(
                    sinceNanoseconds: time * 1_000_000, untilNanoseconds: time * 1_000_000, reason: .off))
        }
        commit(&notices)
        writer = nil
        return notices
    }

    /// What the history holds of a span, with what is not written yet.
    ///
    /// - Parameters:
    ///   - viewer: Groups of this user alone; nil for all.
    ///   - valueLimit: Values after which the answer ends.
    package func range(
        _ query: HistoryQuery, viewer: UInt32? = nil, valueLimit: Int? = nil
    ) throws(DatabaseFailure) -> (range: HistoryRange, nextSinceNanoseconds: UInt64?) {
        guard let writer else {
            throw DatabaseFailure(
                .unavailable, path: path, operation: "read", reason: "it is not open: nothing can be written to it")
        }
        let options = HistoryReader.Options(viewer: viewer, valueLimit: valueLimit, pending: entry)
        do throws(DatabaseFailure) {
            let answer = try writer.reader.range(query, options)
            return (answer.range, answer.nextSinceNanoseconds)
        } catch {
            // The next minute finds the same, and puts the file aside.
            if error.kind == .damaged { isDamaged = true }
            throw error
        }
    }

    /// Found when something was read.
    private var isDamaged = false

    // MARK: Time

    private func lookAtClocks(_ round: HistoryRound, _ notices: inout [HistoryNotice]) {
        guard let last else { return }
        let passed = Int64(clamping: round.monotonicNanoseconds) - Int64(clamping: last.monotonic)
        let jump = Int64(clamping: round.wallClockNanoseconds) - Int64(clamping: last.wall) - passed
        if abs(jump) > Self.clockDoubt {
            clockDoubtUntil = round.monotonicNanoseconds + 3600 * Self.second
        }
        if jump > Self.clockTolerance {
            notices.append(.clockSet(seconds: Double(jump) / 1e9))
            commit(&notices)
            entry.gaps.append(
                HistoryGap(
                    sinceNanoseconds: last.wall, untilNanoseconds: round.wallClockNanoseconds, reason: .clockForward))
        } else if jump < -Self.clockTolerance {
            notices.append(.clockSet(seconds: Double(jump) / 1e9))
            commit(&notices)
            entry.gaps.append(
                HistoryGap(
                    sinceNanoseconds: round.wallClockNanoseconds, untilNanoseconds: last.wall, reason: .clockBack))
            // Another life: its times ascend anew.
            writer = nil
            interruption = (.clockBack, nil)
            open(at: round.wallClockNanoseconds, &notices)
        } else if passed > Int64(Self.longestSilence) {
            commit(&notices)
            entry.gaps.append(
                HistoryGap(
                    sinceNanoseconds: last.wall, untilNanoseconds: round.wallClockNanoseconds, reason: .stalled))
        }
        entry.mayExpire = round.monotonicNanoseconds >= clockDoubtUntil
    }

    // MARK: The file

    private func open(at wallClock: UInt64, _ notices: inout [HistoryNotice]) {
        do throws(DatabaseFailure) {
            try openOnce(at: wallClock, &notices)
        } catch {
            guard error.kind == .damaged || error.kind == .otherVersion else { return fail(error, &notices) }
            guard setAside(error, at: wallClock, &notices) else { return fail(error, &notices) }
            do throws(DatabaseFailure) { try openOnce(at: wallClock, &notices) } catch { fail(error, &notices) }
        }
    }

    private func openOnce(at wallClock: UInt64, _ notices: inout [HistoryNotice]) throws(DatabaseFailure) {
        // Where it cannot be made, the library tells why.
        try? Output.makeDirectories(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        let writer = try HistoryWriter(
            path, limits: limits, life: life, nowMilliseconds: wallClock / 1_000_000)
        self.writer = writer
        isDamaged = false
        try writer.measure(&statistics)
        guard !hasOpened else { return }
        hasOpened = true
        let found = writer.found
        if settings.isEmpty { settings = found.settings }
        if let last = found.lastMilliseconds {
            lastWritten = last * 1_000_000
            let isReboot = found.bootID != nil && life.bootID != nil && found.bootID != life.bootID
            interruption = interruption ?? (found.wasOff ? .off : isReboot ? .rebooted : .stopped, nil)
        }
        notices.append(
            .opened(path: path, sinceNanoseconds: statistics.oldestNanoseconds, upgradedFrom: found.upgradedFrom))
    }

    /// Writes the minute, or loses it.
    private func commit(_ notices: inout [HistoryNotice]) {
        guard let first = entry.minute.times.first, let end = entry.minute.times.last else { return }
        if isDamaged {
            isDamaged = false
            writer = nil
            let failure = DatabaseFailure(
                .damaged, path: path, operation: "read", reason: "what was read of it contradicts itself")
            _ = setAside(failure, at: first * 1_000_000, &notices)
        }
        if writer == nil { open(at: first * 1_000_000, &notices) }
        if let interruption, interruption.reason != .clockBack {
            let since = lastWritten ?? first * 1_000_000
            // A clock that was set back while nobody watched leaves no span between.
            entry.gaps.append(
                since <= first * 1_000_000
                    ? HistoryGap(
                        sinceNanoseconds: since, untilNanoseconds: first * 1_000_000, reason: interruption.reason,
                        detail: interruption.detail)
                    : HistoryGap(
                        sinceNanoseconds: first * 1_000_000, untilNanoseconds: since, reason: .clockBack,
                        detail: interruption.reason.rawValue))
        }
        guard let writer else { return lose() }
        do throws(DatabaseFailure) {
            try writer.write(&entry)
            try writer.measure(&statistics)
        } catch {
            self.writer = nil
            if error.kind == .damaged { _ = setAside(error, at: first * 1_000_000, &notices) }
            fail(error, &notices)
            return lose()
        }
        if lostMinutes > 0 { notices.append(.resumed(lostMinutes: lostMinutes)) }
        lostMinutes = 0
        interruption = nil
        lastWritten = end * 1_000_000
        statistics.writtenMinutes += 1
        statistics.isFailing = false
        statistics.lastWriteNanoseconds = lastWritten
        entry = HistoryEntry()
    }

    private func lose() {
        lostMinutes += 1
        statistics.failedMinutes += 1
        lastWritten = lastWritten ?? entry.minute.times.first.map { $0 * 1_000_000 }
        entry.minute = HistoryMinute()
        // The gap is told as a whole, once something can be written.
        if interruption != nil { entry.gaps.removeAll { $0.reason == interruption?.reason } }
        if interruption == nil { interruption = (.writeFailed, nil) }
        entry.settings.removeFirst(max(0, entry.settings.count - Self.waitingLimit))
    }

    private func fail(_ failure: DatabaseFailure, _ notices: inout [HistoryNotice]) {
        if !statistics.isFailing { notices.append(.failed(failure)) }
        statistics.isFailing = true
        if interruption == nil { interruption = (.writeFailed, failure.reason) }
    }

    /// Gives a file that is of no use another name; it is never deleted.
    ///
    /// - Returns: Whether the name is free now.
    private func setAside(_ failure: DatabaseFailure, at wallClock: UInt64, _ notices: inout [HistoryNotice]) -> Bool {
        writer = nil
        let word = failure.kind == .otherVersion ? "other-version" : "damaged"
        let newPath = "\(path).\(word)-\(wallClock / Self.second)"
        do throws(SystemFailure) {
            try Output.moveFile(path, to: newPath)
        } catch {
            return false
        }
        // The log belongs to it; what is left of it would be taken for the new file's.
        for part in ["-wal", "-shm"] { try? Output.moveFile(path + part, to: newPath + part) }
        notices.append(.setAside(failure, newPath: newPath))
        interruption = (failure.kind == .otherVersion ? .otherVersion : .damaged, failure.reason)
        settings = [:]
        lastWritten = nil
        return true
    }
}
