import History
import HistoryFiles
import LinuxSystem

/// Ranges of a day from the history of 60 groups, a third of which are busy.
enum HistoryBenchmarks {
    static var all: [Benchmark] {
        [
            range("history.range-host", .host, "the host and its nodes, a day by the minute"),
            range("history.range-group", .group("unit-0.service"), "a busy group, a day by the minute"),
            range("history.range-all", .all, "the host, its nodes and 60 groups, a day by the minute"),
            range("history.range-rounds", .group("unit-0.service"), "a busy group, a day by the round", step: nil),
        ]
    }

    /// Against reading all bytes of the file.
    private static func range(
        _ name: String, _ scopes: HistoryQuery.Scopes, _ note: String, step: UInt64? = HistoryQuery.minuteNanoseconds
    ) -> Benchmark {
        Benchmark(name: name, unit: .milliseconds, baselineName: "reading the file", target: .atMost(50)) {
            let day = try Day.made.get()
            let query = HistoryQuery(
                sinceNanoseconds: MadeUpHistory.start - 1,
                untilNanoseconds: MadeUpHistory.start + 86_400 * MadeUpHistory.second, stepNanoseconds: step,
                scopes: scopes)
            let reader = try HistoryFileReader(path: day.path)
            return Workload(
                amount: 1, baselineAmount: 1,
                subject: {
                    let range = try reader.readRange(query)
                    return UInt64(range.times.count) &+ UInt64(range.series.count)
                },
                baseline: {
                    let bytes = try DirectoryRoot.plainFiles.readBytes(day.path, limitBytes: 1 << 30)
                    return UInt64(bytes.count)
                }, note: "\(note); the file has \(day.mebibytes) MiB", comparesPerUnit: false)
        }
    }

    /// A day of rounds, made once for all.
    private struct Day: Sendable {
        var path: String
        var mebibytes: Int

        static let made = Result<Day, any Error> { try make() }

        private static func make() throws -> Day {
            let directory = "/tmp/numawatch-bench-history-\(HostFacts.processID)"
            try Output.makeDirectories(directory)
            let recorder = HistoryRecorder(
                directory: directory, limits: HistoryLimits(),
                life: HistoryLife(bootID: nil, version: "bench", hostName: "made-up"))
            var host = MadeUpHistory(groupCount: 60, busyOneIn: 3)
            for number in 0..<17_280 { _ = recorder.take(host.round(number)) }
            _ = recorder.finish()
            return Day(
                path: "\(directory)/\(HistoryRecorder.fileName)",
                mebibytes: Int(recorder.statistics.fileBytes >> 20))
        }
    }
}

/// What keeping a history costs: memory and bytes written.
enum HistoryCost {
    /// Keeps the history of some hours.
    ///
    /// - Parameter busyOneIn: One group in so many is busy.
    static func measure(busyOneIn: Int) throws -> String {
        let hours = 2
        let directory = "/tmp/numawatch-bench-cost-\(HostFacts.processID)-\(busyOneIn)"
        try Output.makeDirectories(directory)
        var host = MadeUpHistory(groupCount: 60, busyOneIn: busyOneIn)
        // What makes rounds has its memory before.
        for number in 0..<24 { _ = host.round(number) }
        let before = try number("RssAnon:", of: "/proc/self/status")
        let recorder = HistoryRecorder(
            directory: directory, limits: HistoryLimits(),
            life: HistoryLife(bootID: nil, version: "bench", hostName: "made-up"))
        var most: UInt64 = 0
        var written: UInt64 = 0
        let warmUp = 720
        for round in 0..<720 * hours + warmUp {
            if round == warmUp { written = try number("wchar:", of: "/proc/self/io") }
            _ = recorder.take(host.round(24 + round))
            if round % 60 == 59 { most = max(most, try number("RssAnon:", of: "/proc/self/status")) }
        }
        written = try number("wchar:", of: "/proc/self/io") - written
        let kibibytes = Int(most) - Int(before)
        let mebibytes = Double(written) / Double(hours) / 1_048_576
        return "60 groups, one in \(busyOneIn) busy: \(kibibytes) KiB of anonymous memory more (≤ 1536: "
            + "\(kibibytes <= 1536 ? "pass" : "miss")), \(hundredths(mebibytes)) MiB written an hour (≤ 2: "
            + "\(mebibytes <= 2 ? "pass" : "miss")), the file grows by "
            + "\(hundredths(Double(recorder.statistics.usedBytes) / Double(hours + 1) / 1_048_576)) MiB an hour"
    }

    private static func hundredths(_ value: Double) -> String {
        let whole = Int((value * 100).rounded())
        return "\(whole / 100).\(whole % 100 < 10 ? "0" : "")\(whole % 100)"
    }

    /// The number behind a word in a file of `/proc`.
    private static func number(_ word: String, of path: String) throws -> UInt64 {
        let text = String(decoding: try DirectoryRoot.live.readBytes(path, limitBytes: 1 << 16), as: UTF8.self)
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let place = words.firstIndex(of: Substring(word)), place + 1 < words.count,
            let number = UInt64(words[place + 1])
        else { throw BenchmarkError("\(path) has no \(word)") }
        return number
    }
}
