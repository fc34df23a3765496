import FixtureSupport
import NUMATopology
import Snapshots
import Testing

@testable import History
@testable import HistoryFiles

@Suite("A history on disk")
struct RecorderTests {
    private static let start = MadeUpRounds.start
    private static let second = MadeUpRounds.second
    private static func at(_ seconds: Double) -> UInt64 { start + UInt64(seconds * 1e9) }

    private static func query(
        _ since: Double, _ until: Double, step: UInt64? = nil, _ scopes: HistoryQuery.Scopes = .all
    ) -> HistoryQuery {
        HistoryQuery(
            sinceNanoseconds: at(since) - 1, untilNanoseconds: at(until), stepNanoseconds: step.map { $0 * second },
            scopes: scopes)
    }

    /// Feeds a recorder with a round each five seconds.
    ///
    /// - Returns: The rounds.
    @discardableResult
    private static func feed(
        _ recorder: HistoryRecorder, _ rounds: inout MadeUpRounds, from: Double, to: Double,
        monotonicOffset: Double = 1000
    ) -> (rounds: [HistoryRound], notices: [HistoryNotice]) {
        var fed: [HistoryRound] = []
        var notices: [HistoryNotice] = []
        for place in 0..<Int((to - from) / 5) {
            let seconds = from + Double(place * 5)
            let round = rounds.round(at: seconds, monotonic: seconds + monotonicOffset)
            fed.append(round)
            notices += recorder.take(round)
        }
        return (fed, notices)
    }

    private static func expectSame(_ range: HistoryRange, _ rounds: [HistoryRound]) {
        #expect(range.times == rounds.map(\.wallClockNanoseconds))
        for (place, round) in rounds.enumerated() {
            for scope in round.scopes {
                for value in scope.values {
                    let found = range[scope.scope]?.columns[value.key]?[place]
                    #expect(
                        found == value.key.figure.amount(value.steps),
                        "\(scope.scope) \(value.key) in round \(place)")
                }
            }
        }
    }

    @Test("Every round that was taken is in the range, written or not")
    func rounds() throws {
        let directory = try HistoryDirectory()
        let recorder = directory.recorder()
        var rounds = MadeUpRounds()
        // More than a chain, and a minute that is not over.
        let (fed, notices) = Self.feed(recorder, &rounds, from: 0, to: 40 * 60 + 25)
        #expect(notices == [.opened(path: directory.file, sinceNanoseconds: nil, upgradedFrom: nil)])
        Self.expectSame(try recorder.range(Self.query(0, 3600)).range, fed)
        // In the middle of a chain.
        let part = fed.filter { $0.wallClockNanoseconds >= Self.at(1500) && $0.wallClockNanoseconds <= Self.at(1800) }
        Self.expectSame(try recorder.range(Self.query(1500, 1800)).range, part)
        #expect(recorder.finish().isEmpty)
        // From the file, as another program reads it.
        Self.expectSame(try HistoryFileReader(path: directory.file).readRange(Self.query(0, 3600)), fed)
    }

    @Test("A step has the mean of levels, the last of counters, and what they grew by a second")
    func steps() throws {
        let directory = try HistoryDirectory()
        let recorder = directory.recorder()
        var rounds = MadeUpRounds()
        let (fed, _) = Self.feed(recorder, &rounds, from: 0, to: 1800)
        _ = recorder.finish()
        let reader = try HistoryFileReader(path: directory.file)
        for step in [20, 60, 300] as [UInt64] {
            let range = try reader.readRange(Self.query(600, 1799, step: step))
            let node = try #require(range[.node(NodeID(0))])
            let host = try #require(range.host)
            let perSecond = range.figures(HistoryKey(.hintFaults), of: host)
            #expect(range.times.count == 1200 / Int(step))
            for (place, end) in range.times.enumerated() {
                let within = fed.filter {
                    $0.wallClockNanoseconds < end && $0.wallClockNanoseconds >= end - step * Self.second
                }
                let busy = within.compactMap { $0.value(HistoryKey(.busyRatio), of: .node(NodeID(0))) }
                let mean = busy.reduce(0, +) / Double(busy.count)
                // Minutes are rounded to a ten thousandth.
                #expect(abs((node[.busyRatio]?[place] ?? -1) - mean) < 0.000_06, "\(step) \(place)")
                let last = try #require(within.last?.value(HistoryKey(.hintFaults), of: .host))
                #expect(host[.hintFaults]?[place] == last)
                let before = fed.last { $0.wallClockNanoseconds < end - step * Self.second }
                let earlier = try #require(before?.value(HistoryKey(.hintFaults), of: .host))
                // The first step is compared with the sample just before it, the others with the end of a step.
                let found = try #require(perSecond[place])
                let growth = last - earlier
                #expect(abs(found * Double(step) - growth) <= growth * 0.3, "\(step) \(place)")
            }
        }
    }

    @Test("A node that is missing where the total is known counts as zero in the mean")
    func nodes() throws {
        let directory = try HistoryDirectory()
        let recorder = directory.recorder()
        for place in 0..<12 {
            var round = HistoryRound(
                wallClockNanoseconds: Self.at(Double(place * 5)), monotonicNanoseconds: Self.at(Double(place * 5)))
            var scope = HistoryRound.Scope(scope: .host, group: nil, values: [])
            scope.values.append(HistoryRound.Value(key: HistoryKey(.movedPagesPerSecond), steps: 1200))
            if place < 3 {
                scope.values.append(
                    HistoryRound.Value(
                        key: HistoryKey(.movedPagesPerSecond, node: NodeID(0), target: NodeID(1)), steps: 1200))
            }
            round.scopes = [scope]
            _ = recorder.take(round)
        }
        _ = recorder.finish()
        let reader = try HistoryFileReader(path: directory.file)
        for step in [30, 60] as [UInt64] {
            let range = try reader.readRange(Self.query(0, 59, step: step))
            let host = try #require(range.host)
            let key = HistoryKey(.movedPagesPerSecond, node: NodeID(0), target: NodeID(1))
            #expect(host[.movedPagesPerSecond]?[0] == 120)
            #expect(host.value(key, at: 0) == (step == 60 ? 30 : 60))
            if step == 30 { #expect(host.value(key, at: 1) == 0) }
        }
    }

    @Test("A stop is a gap with its reason, and so is a reboot; counters do not grow over it")
    func gaps() throws {
        let directory = try HistoryDirectory()
        var rounds = MadeUpRounds()
        var recorder = directory.recorder()
        Self.feed(recorder, &rounds, from: 0, to: 120)
        _ = recorder.finish()
        recorder = directory.recorder()
        Self.feed(recorder, &rounds, from: 420, to: 600)
        _ = recorder.finish()
        recorder = directory.recorder(.afterReboot)
        Self.feed(recorder, &rounds, from: 900, to: 1020, monotonicOffset: -890)
        _ = recorder.finish()
        let range = try HistoryFileReader(path: directory.file).readRange(Self.query(0, 1200, step: 60))
        #expect(range.gaps.map(\.reason) == [.stopped, .rebooted])
        #expect(range.gaps[0].sinceNanoseconds == Self.at(115))
        #expect(range.gaps[0].untilNanoseconds == Self.at(420))
        #expect(range.gaps[1].sinceNanoseconds == Self.at(595))
        #expect(range.gaps[1].untilNanoseconds == Self.at(900))
        #expect(range.times == [60, 120, 480, 540, 600, 960, 1020].map { Self.at($0) })
        let faults = range.figures(HistoryKey(.hintFaults), of: try #require(range.host))
        #expect(faults.map { $0 != nil } == [false, true, false, true, true, false, true])
        let verdicts = range.verdicts(of: try #require(range[MadeUpRounds.group(1)]))
        #expect(verdicts.map(\.verdict) == [.converged, .converged, .converged])
        #expect(verdicts.map(\.untilNanoseconds) == [120, 600, 1020].map { Self.at($0) })
    }

    @Test("A clock set forward is a gap; set back, the span that was twice is shown once")
    func clocks() throws {
        let directory = try HistoryDirectory()
        var rounds = MadeUpRounds()
        let recorder = directory.recorder()
        Self.feed(recorder, &rounds, from: 0, to: 120)
        // An hour ahead.
        let (_, forward) = Self.feed(recorder, &rounds, from: 3720, to: 3840, monotonicOffset: -2600)
        // And back to the hour before.
        let (last, back) = Self.feed(recorder, &rounds, from: 240, to: 360, monotonicOffset: 1000)
        #expect(forward.contains { if case .clockSet(let seconds) = $0 { abs(seconds - 3600) < 10 } else { false } })
        #expect(back.contains { if case .clockSet(let seconds) = $0 { abs(seconds + 3600) < 10 } else { false } })
        let range = try recorder.range(Self.query(0, 7200)).range
        #expect(range.gaps.map(\.reason) == [.clockForward, .clockBack])
        #expect(range.times == range.times.sorted())
        // What was an hour ahead is not shown: it had not been yet.
        #expect(range.times.last == last.last?.wallClockNanoseconds)
        #expect(range.times.count == 24 + 24)
    }

    @Test("A setting that changes is told with the time, and one that stays is not told again")
    func settings() throws {
        let directory = try HistoryDirectory()
        var rounds = MadeUpRounds()
        var recorder = directory.recorder()
        Self.feed(recorder, &rounds, from: 0, to: 60)
        _ = recorder.finish()
        recorder = directory.recorder()
        for seconds in stride(from: 120.0, to: 240, by: 5) {
            var round = rounds.round(at: seconds)
            round.settings[0].value = seconds < 180 ? "1" : "0"
            _ = recorder.take(round)
        }
        let range = try recorder.range(Self.query(60, 240)).range
        #expect(
            range.settingChanges == [
                HistoryRange.SettingChange(
                    atNanoseconds: Self.at(180), name: "kernel.numa_balancing", before: "1", after: "0")
            ])
        #expect(range.settings.map(\.name) == ["kernel.numa_balancing", "boot_id", "kernel.numa_balancing"])
        #expect(range.settingsAtEnd == ["kernel.numa_balancing": "0", "boot_id": "boot-1"])
    }

    @Test("Another user sees the host and its own groups, and events of its own")
    func viewers() throws {
        let directory = try HistoryDirectory()
        var rounds = MadeUpRounds()
        let recorder = directory.recorder()
        for (uid, kind) in [(nil, "host"), (1000, "own"), (2000, "others")] as [(UInt32?, String)] {
            recorder.take(
                HistoryEvent(wallClockNanoseconds: Self.at(1), kind: kind, severity: 5, message: "m", uid: uid))
        }
        Self.feed(recorder, &rounds, from: 0, to: 90)
        for isWritten in [false, true] {
            if isWritten { Self.feed(recorder, &rounds, from: 90, to: 180) }
            let own = try recorder.range(Self.query(0, 200), viewer: 1000).range
            #expect(Set(own.groups.map(\.scope)) == Set([0, 2, 4].map { MadeUpRounds.group($0) }))
            #expect(own.host != nil && own.nodes.count == 2)
            #expect(own.events.map(\.kind) == ["host", "own"])
            #expect(try recorder.range(Self.query(0, 200), viewer: 2000).range.groups.isEmpty)
            let named = try recorder.range(Self.query(0, 200, .group("unit-1.service")), viewer: 1000).range
            #expect(named.series.isEmpty)
            #expect(try recorder.range(Self.query(0, 200)).range.groups.count == 6)
        }
    }

    @Test("An answer that is cut goes on where it ended, and is the same put together")
    func pages() throws {
        let directory = try HistoryDirectory()
        var rounds = MadeUpRounds()
        let recorder = directory.recorder()
        Self.feed(recorder, &rounds, from: 0, to: 3600 * 2)
        for step in [nil, 60, 600] as [UInt64?] {
            let whole = try recorder.range(Self.query(0, 7200, step: step)).range
            var query = Self.query(0, 7200, step: step)
            var joined: HistoryRange?
            var pages = 0
            while true {
                let (range, next) = try recorder.range(query, valueLimit: 500)
                pages += 1
                if joined == nil { joined = range } else { joined?.append(range) }
                guard let next else { break }
                query.sinceNanoseconds = next
            }
            #expect(pages > 1)
            #expect(joined?.times == whole.times)
            for series in whole.series {
                for (key, column) in series.columns {
                    let other = joined?[series.scope]?.columns[key]
                    #expect(other?.values.count == column.values.count)
                    #expect(other == column, "\(series.scope) \(key)")
                }
            }
        }
    }

    @Test("A file of version 1 is brought up to date, and a range goes over it and what came after")
    func upgrade() throws {
        let directory = try HistoryDirectory()
        // Written by version 1: minutes 29,934,720 to 29,934,740.
        try HistoryProgram.write(Fixture.bytes("history/version-1.db"), to: directory.file)
        let old = try HistoryFileReader(path: directory.file)
        let first = try #require(try old.span())
        #expect(first.lowerBound == 29_934_720 * HistoryQuery.minuteNanoseconds)
        let query = HistoryQuery(
            sinceNanoseconds: first.lowerBound - 1, untilNanoseconds: first.upperBound + 3600 * Self.second,
            stepNanoseconds: nil)
        let before = try old.readRange(query)
        let recorder = directory.recorder()
        var rounds = MadeUpRounds()
        let offset = Double((first.upperBound - Self.start) / Self.second + 300)
        let (fed, notices) = Self.feed(recorder, &rounds, from: offset, to: offset + 120)
        #expect(
            notices == [
                .opened(path: directory.file, sinceNanoseconds: first.lowerBound, upgradedFrom: 1)
            ])
        _ = recorder.finish()
        let range = try HistoryFileReader(path: directory.file).readRange(query)
        #expect(range.times == before.times + fed.map(\.wallClockNanoseconds))
        #expect(range.gaps.map(\.reason) == [.rebooted])
        let threads = try #require(range.host?[.threadCount])
        for (place, time) in before.times.enumerated() {
            #expect(threads[place] == Double(time / HistoryQuery.minuteNanoseconds))
        }
    }

    @Test("A user's own figures are in ranges of all, each step with their mean, beside what the daemon kept")
    func metrics() throws {
        let directory = try HistoryDirectory()
        var rounds = MadeUpRounds()
        let recorder = directory.recorder()
        Self.feed(recorder, &rounds, from: 0, to: 120)
        _ = recorder.finish()
        let own = "\(directory.path)/metrics.db"
        let file = try MetricsFile(writing: own)
        for (seconds, value) in [(10, 3.0), (50, 5), (200, 7)] {
            try file.add(value, name: "latency", at: Self.at(Double(seconds)))
        }
        var range = try HistoryFileReader(path: directory.file).readRange(Self.query(0, 300, step: 60))
        try HistoryFileReader(path: own).addMetrics(to: &range)
        #expect(range.times == [60, 120, 240].map { Self.at($0) })
        let series = try #require(range[.metric("latency")])
        #expect(range.figures(HistoryKey(.value), of: series) == [4, nil, 7])
        #expect(range.host?[.processCount]?[1] == 400)
        #expect(range.host?[.processCount]?[2] == nil)
    }

    @Test("What is too old goes, rounds before minutes, and the file stays below its size")
    func limits() throws {
        let directory = try HistoryDirectory()
        var limits = HistoryLimits()
        limits.roundAgeMilliseconds = 3600 * 1000
        limits.minuteAgeMilliseconds = 4 * 3600 * 1000
        var rounds = MadeUpRounds()
        let recorder = directory.recorder(.first, limits)
        Self.feed(recorder, &rounds, from: 0, to: 6 * 3600)
        var statistics = recorder.statistics
        // A chain is kept until all of it is too old.
        #expect((60...80).contains(statistics.roundBlocks), "\(statistics.roundBlocks)")
        #expect((240...260).contains(statistics.minuteBlocks), "\(statistics.minuteBlocks)")
        // What is older than the rounds is there by the minute.
        let range = try recorder.range(Self.query(0, 6 * 3600)).range
        #expect(range.times.first.map { $0 >= Self.at(2 * 3600 - 20 * 60) } ?? false)
        #expect(range.times.count > 240)
        limits.sizeBytes = 1 << 20
        recorder.apply(limits)
        rounds.groupCount = 60
        Self.feed(recorder, &rounds, from: 6 * 3600, to: 10 * 3600)
        statistics = recorder.statistics
        #expect(statistics.fileBytes <= 1 << 20)
        #expect(statistics.failedMinutes == 0)
        #expect(statistics.minuteBlocks > statistics.roundBlocks)
    }
}
