import ArgumentParser
import BalancingModel
import Exposition
import Insight
import TextOutput
import TraceReplay

/// `numawatch explain`: why the kernel moved, or did not move, pages and tasks.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Why pages and tasks were moved or not: the rule of the kernel's and the numbers behind it.",
        discussion: """
            Asks a daemon that traces (Enabled=yes in [Tracing], see docs/tracing.md), or with --trace replays a \
            recording. Times are UTC; of a recording, those of its clock.
            """)

    @Option(name: .customLong("socket"), help: "The daemon's socket.")
    var socketPath = DaemonClient.defaultSocketPath

    @OptionGroup var time: TimeoutOption

    @Flag(name: .customLong("json"), help: "Print JSON; with --follow an object for each line.")
    var isJSON = false

    @Flag(name: .customLong("follow"), help: "Go on with what happens from now on, until interrupted.")
    var isFollowing = false

    @Flag(name: .customLong("page"), help: "The story of one page: name the process and an address in the page.")
    var isPage = false

    @Option(name: .customLong("trace"), help: "Replay this recording instead of asking the daemon.")
    var tracePath: String?

    @Option(name: .customLong("root"), help: "With --trace: the captured root of the machine it was taken on.")
    var rootPath: String?

    @Argument(help: "A process or thread.")
    var id: Int32

    @Argument(help: "With --page: an address in the page, such as 0x7f12a4c00000.")
    var address: String?

    func validate() throws {
        if id < 1 { throw ValidationError("A process or thread id is 1 or more.") }
        if isPage != (address != nil) {
            throw ValidationError(
                isPage ? "--page wants a process and an address." : "An address is understood with --page only.")
        }
        if let address, Self.number(address) == nil {
            throw ValidationError("The address \(address) is no hexadecimal number such as 0x7f12a4c00000.")
        }
        if isFollowing, isPage || tracePath != nil {
            throw ValidationError("--follow goes with a process or thread of the running host.")
        }
        if rootPath != nil, tracePath == nil { throw ValidationError("--root goes with --trace.") }
    }

    func run() async throws {
        let output = CommandOutput.standard()
        if let tracePath { return try replay(tracePath, output) }
        let client = DaemonClient(socketPath: socketPath, timeout: time.duration)
        let format = isJSON ? "json" : "text"
        if isFollowing {
            try await client.lines("/v1/explain/\(id)/follow?format=\(format)") { line in
                try output.write(line + [UInt8(ascii: "\n")])
            }
            return
        }
        let target =
            address.flatMap(Self.number).map {
                "/v1/explain/\(id)/page?address=0x\(String($0, radix: 16))&format=\(format)"
            } ?? "/v1/explain/\(id)?format=\(format)"
        try await output.write(client.get(target))
    }

    private static func number(_ text: String) -> UInt64? {
        let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : Substring(text)
        guard digits.utf8.first.map({ $0 != UInt8(ascii: "+") }) == true else { return nil }
        return UInt64(digits, radix: 16)
    }

    // MARK: A recording

    private func replay(_ path: String, _ output: CommandOutput) throws {
        let root = try rootPath.map { try HostRoots.open($0) }
        let told: TraceExplanation
        do throws(TraceReplay.Failure) {
            told = try TraceExplanation.read(path: path, root: root)
        } catch {
            throw try ReplayCommand.failure(error)
        }
        let story: Story
        let title: String
        if let address = address.flatMap(Self.number) {
            story = told.book.story(
                ofPage: address, process: id, pageShift: told.narrator.profile.pageShift)
            title = "Page 0x\(String(address, radix: 16)) of process \(id) in \(path)"
        } else {
            guard let found = told.book.story(of: id) else {
                throw CommandFailure(.negative, "\(path) holds no hint fault or move of a task \(id).")
            }
            story = found
            title = "\(story.tasks.count > 1 ? "Process" : "Task") \(id) in \(path)"
        }
        guard isJSON else {
            var text: [UInt8] = []
            story.appendText(to: &text, title: title, narrator: told.narrator)
            return try output.write(text)
        }
        let recorded = RecordedStory(id: id, trace: path, told: NarratedStory(story, narrator: told.narrator))
        try output.write(RecordedStory.fields.document(recorded, .timeless))
    }
}
