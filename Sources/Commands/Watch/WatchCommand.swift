import ArgumentParser
import Exposition
import LinuxSystem
import NUMATopology
import Snapshots

/// `numawatch watch`: a line of change per interval.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "A line of change per interval, until interrupted.",
        discussion: """
            LOCALITY is the share of the CPU time that was spent on the node of the memory in use; a ~ marks a figure whose bounds \
            are a percentage point apart or more. LOCAL-FAULTS is the share of hint faults that were local when taken, before \
            their pages moved: it says how the scanner fares, and nothing of locality.

            A daemon that is restarted meanwhile is waited for; that it is away is said on standard error. A line that \
            begins with “!” reports that the verdict of the host or a group has changed, or that something was detected or \
            has ended; only the daemon reports these.
            """)

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
        let source = try await source.source()
        let time = SystemTime()
        var link = WatchLink()
        var events = WatchEvents(source as? DaemonClient)
        var next = time.monotonicNanoseconds
        var lines = 0
        while lines < count ?? .max {
            source.advance()
            if let answer = try await link.get(source) {
                if self.source.isJSON {
                    try output.write(answer.bytes)
                    lines += 1
                } else {
                    switch link.next(try answer.record()) {
                    case .nothing: break
                    case .heading: try output.write(output.styled(WatchLine.heading, .heading) + "\n")
                    case .line(let text):
                        try output.write(text + "\n")
                        lines += 1
                    }
                    for line in await events.next(lives: link.lives) {
                        try output.write(output.styled(line, .warning) + "\n")
                    }
                }
            }
            // An absolute schedule: a slow answer does not push the later lines back.
            next += UInt64(interval * 1e9)
            try await time.sleep(untilMonotonicNanoseconds: next)
        }
    }
}

/// What `numawatch watch` knows of the daemon's rounds so far, and of whether it is there: one that is restarted or stands
/// still for a while is waited for.
struct WatchLink {
    enum Output: Equatable {
        case nothing, heading
        case line(String)
    }

    private var previous: StatusAnswer?
    private var hasAnswered = false
    private var isAway = false
    /// How often the daemon has come back: what it counts may begin anew then.
    private(set) var lives = 0

    init() {}

    /// The next document; nil while a daemon that has answered before does not.
    ///
    /// - Parameter complain: Gets a sentence when it goes, and when it is back.
    mutating func get(
        _ source: any DocumentSource, complain: (String) -> Void = CommandOutput.complain
    ) async throws -> Answer<StatusAnswer>? {
        do {
            let answer = try await source.answer(.status)
            if isAway {
                complain("The daemon answers again.")
                isAway = false
                lives += 1
                // Of another life, perhaps: no line compares with it.
                previous = nil
            }
            hasAnswered = true
            return answer
        } catch let failure as CommandFailure where failure.status == .unavailable && hasAnswered {
            if !isAway { complain("\(failure.message)\nTrying again at every interval.") }
            isAway = true
            return nil
        }
    }

    /// What there is to print of a round.
    mutating func next(_ status: StatusAnswer) -> Output {
        defer { previous = status }
        guard let previous else { return .heading }
        // The same round once more: nothing can have changed, so there is nothing to say.
        if previous.round.sequence == status.round.sequence { return .nothing }
        return .line(WatchLine.text(from: previous, to: status))
    }
}

/// One line of `numawatch watch`: what changed between two rounds.
enum WatchLine {
    static let heading =
        "TIME      ROUND   LOCALITY   FAULTS/s   LOCAL-FAULTS   MIGRATED/s   ARMED/s   PROCS (±)     THREADS (±)"

    static func text(from earlier: StatusAnswer, to later: StatusAnswer) -> String {
        let host = later.host
        let faults = host.vmstatRate("numa_hint_faults")
        let local = host.vmstatRate("numa_hint_faults_local")
        let share = faults.flatMap { all in local.map { all > 0 ? Quantity.percent($0 / all) : Quantity.unknown } }
        // RFC 3339: hours, minutes and seconds stand at bytes 11 to 18.
        let clock = String(UTCTime.text(nanoseconds: later.round.wallClockNanoseconds).dropFirst(11).prefix(8))
        let cells = [
            (clock, 8), ("\(later.round.sequence)", 7), (Quantity.locality(host.locality), 11),
            (Quantity.rate(faults), 11), (share ?? Quantity.unknown, 15),
            (Quantity.rate(host.vmstatRate("numa_pages_migrated")), 13),
            (Quantity.rate(host.vmstatRate("numa_pte_updates")), 10),
        ]
        var line = ""
        for (index, (cell, width)) in cells.enumerated() {
            line += index == 0 ? cell : String(repeating: " ", count: max(1, width - cell.count)) + cell
        }
        return line + "   " + change(earlier.host.processCount, host.processCount, width: 14)
            + change(earlier.host.threadCount, host.threadCount, width: 0)
    }

    private static func change(_ earlier: Int?, _ later: Int?, width: Int) -> String {
        guard let later else { return Quantity.unknown }
        let difference = later.subtractingSaturated(earlier ?? later)
        let text = "\(later) (\(difference >= 0 ? "+" : "")\(difference))"
        return text + String(repeating: " ", count: max(0, width - text.count))
    }
}
