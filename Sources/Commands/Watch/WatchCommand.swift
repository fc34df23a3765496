import ArgumentParser
import LinuxSystem
import NUMATopology

/// `numawatch watch`: a line of change per interval.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "A line of change per interval, until interrupted.")

    @OptionGroup var source: SourceOptions

    @Option(help: "Seconds between lines; the daemon's own interval bounds what can change.")
    var interval = 5.0

    @Option(help: "Stop after so many lines.")
    var count: Int?

    func validate() throws {
        guard interval.isFinite, interval >= 0.1, interval <= 86_400 else {
            throw ValidationError("--interval wants seconds from 0.1 to 86400.")
        }
        if let count, count < 1 {
            throw ValidationError("--count wants a number of 1 or more.")
        }
    }

    func run() async throws {
        let output = CommandOutput.standard()
        let source = try source.source()
        let time = SystemTime()
        var previous: StatusDocument?
        var next = time.monotonicNanoseconds
        var lines = 0
        while lines < count ?? .max {
            source.advance()
            let document = try await source.get("/v1/status")
            if self.source.isJSON {
                try output.write(document)
                lines += 1
            } else {
                let status = try Documents.decode(StatusDocument.self, from: document)
                if let previous, previous.sequence == status.sequence {
                    // The same round once more: nothing can have changed, so there is nothing to say.
                } else if let previous {
                    try output.write(WatchLine.text(from: previous, to: status) + "\n")
                    lines += 1
                } else {
                    try output.write(output.styled(WatchLine.heading, .heading) + "\n")
                }
                previous = status
            }
            // An absolute schedule: a slow answer does not push the later lines back.
            next += UInt64(interval * 1e9)
            try await time.sleep(untilMonotonicNanoseconds: next)
        }
    }
}

/// One line of `numawatch watch`: what changed between two rounds.
enum WatchLine {
    static let heading = "TIME      ROUND   FAULTS/s   LOCAL   MIGRATED/s   ARMED/s   PROCS (±)     THREADS (±)"

    static func text(from earlier: StatusDocument, to later: StatusDocument) -> String {
        let rates = later.vmstat?.ratesPerSecond ?? [:]
        let faults = rates["numa_hint_faults"]
        let local = rates["numa_hint_faults_local"]
        let share = faults.flatMap { all in local.map { all > 0 ? Quantity.percent($0 / all) : Quantity.unknown } }
        // RFC 3339: hours, minutes and seconds stand at bytes 11 to 18.
        let clock = String(later.time.dropFirst(11).prefix(8))
        let cells = [
            (clock, 8), ("\(later.sequence)", 7), (Quantity.rate(faults), 11), (share ?? Quantity.unknown, 8),
            (Quantity.rate(rates["numa_pages_migrated"]), 13), (Quantity.rate(rates["numa_pte_updates"]), 10),
        ]
        var line = ""
        for (index, (cell, width)) in cells.enumerated() {
            line += index == 0 ? cell : String(repeating: " ", count: max(1, width - cell.count)) + cell
        }
        return line + "   " + change(earlier.processCount, later.processCount, width: 14)
            + change(earlier.threadCount, later.threadCount, width: 0)
    }

    private static func change(_ earlier: Int?, _ later: Int?, width: Int) -> String {
        guard let later else { return Quantity.unknown }
        let difference = later.subtractingSaturated(earlier ?? later)
        let text = "\(later) (\(difference >= 0 ? "+" : "")\(difference))"
        return text + String(repeating: " ", count: max(0, width - text.count))
    }
}
