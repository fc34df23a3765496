import ArgumentParser
import Comparison
import History
import LinuxSystem
import TextOutput

/// `numawatch compare A B`: whether a change helped, with its uncertainty; `--plan` says how to find out.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract:
            "Compare two spans of time, two hosts or two reports: each figure before and after, with its interval.",
        discussion: """
            A and B are each one of:

              SINCE..UNTIL            a span of the daemon's history; several with commas between them
              FILE, FILE@SINCE..UNTIL a history file, of this or another host: all of it, or a span
              REPORT.html             a page that numawatch report wrote

            Every figure comes with the 95 % interval of its difference, from the means of blocks of a minute; blocks are alike \
            their neighbours, and that is reckoned with. “rose” and “fell” stand out from all figures that were compared; \
            “perhaps” left its own interval, as one in twenty does by chance.

            --plan prints a script that tries NUMA balancing on and off, four times a quarter of an hour, in the order ABBA, and \
            compares what it found. Nothing is changed until somebody runs it.
            """)

    @Argument(help: ArgumentHelp("What is compared with.", valueName: "A"))
    var before: String?

    @Argument(help: ArgumentHelp("What is compared.", valueName: "B"))
    var after: String?

    @OptionGroup var history: HistoryOptions

    @Option(
        name: .customLong("block"),
        help: ArgumentHelp("Length of the blocks whose means are compared.", valueName: "seconds"))
    var blockSeconds: UInt64 = 60

    @Flag(help: "Only what changed, or may have.")
    var changes = false

    @Flag(name: .customLong("json"), help: "Print the JSON document instead of tables.")
    var isJSON = false

    @Flag(help: "Print the protocol of a trial instead, as a script.")
    var plan = false

    @Option(help: ArgumentHelp("The setting that --plan tries, as sysctl has it.", valueName: "name"))
    var setting = "kernel.numa_balancing"

    @Option(
        help: ArgumentHelp(
            "The value --plan tries; for kernel.numa_balancing 0, or 1 where it is off.", valueName: "value"))
    var value: String?

    @Option(name: .customLong("phase"), help: ArgumentHelp("Length of a phase of --plan.", valueName: "minutes"))
    var phaseMinutes = 15

    @Option(
        name: .customLong("settle"),
        help: ArgumentHelp("At the beginning of each phase of --plan so much does not count.", valueName: "minutes"))
    var settleMinutes = 3

    func validate() throws {
        guard (1...86_400).contains(blockSeconds) else {
            throw ValidationError("--block wants seconds from 1 to 86400.")
        }
        guard plan else {
            guard before != nil, after != nil else {
                throw ValidationError("Two sides are wanted, A and B; or --plan.")
            }
            return
        }
        guard before == nil, !isJSON, !changes else {
            throw ValidationError("--plan compares nothing yet: it goes without A, B, --json and --changes.")
        }
        guard (10...1440).contains(phaseMinutes) else {
            throw ValidationError("--phase wants minutes from 10 to 1440: an interval needs blocks.")
        }
        guard settleMinutes >= 0, phaseMinutes - settleMinutes >= MeanEstimate.leastBlocks / 2 else {
            throw ValidationError("--settle leaves too little of a phase of \(phaseMinutes) minutes.")
        }
        // It becomes a word of a script.
        guard !setting.isEmpty, setting.utf8.allSatisfy(Self.isPlain), (value ?? "0").utf8.allSatisfy(Self.isPlain)
        else {
            throw ValidationError("--setting and --value want letters, digits and any of ._/- alone.")
        }
        guard setting == "kernel.numa_balancing" || value != nil else {
            throw ValidationError("--setting \(setting) needs --value: which one is to be tried is not known.")
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    func run() async throws {
        let output = CommandOutput.standard()
        if plan { return try output.write(try planText()) }
        let sides = CompareSides(
            history: try history.source(), blockSeconds: blockSeconds,
            nowNanoseconds: SystemTime().realtimeNanoseconds)
        let comparison = Comparison(try await sides.side(before ?? ""), try await sides.side(after ?? ""))
        if isJSON {
            var json = JSONWriter(isIndented: true)
            comparison.write(to: &json)
            return try output.write(json.bytes + [UInt8(ascii: "\n")])
        }
        try output.write(ComparisonText(comparison, onlyChanges: changes).text(output))
    }

    private func planText() throws -> String {
        let path = "/proc/sys/" + setting.map { $0 == "." ? "/" : "\($0)" }.joined()
        guard let now = try? HostRoots.live.readText(path) else {
            throw CommandFailure(
                .noInput, "\(path) cannot be read: there is no such setting to try here.",
                remedy: "--setting names another; “sysctl -a” lists them.")
        }
        let other = value ?? (now == "0" ? "1" : "0")
        guard other != now else {
            throw CommandFailure(.usage, "\(setting) is \(now) already: --value wants another.")
        }
        return PlanText(
            AlternatingPlan(
                setting: setting, before: now, after: other, startSeconds: 0, phaseSeconds: UInt64(phaseMinutes) * 60,
                settlingSeconds: UInt64(settleMinutes) * 60)
        ).text
    }
}
