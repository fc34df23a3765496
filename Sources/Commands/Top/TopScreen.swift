import LinuxSystem
import LiveView
import TerminalScreen

/// The loop of `numawatch top` on a terminal, on a thread of its own: keys, signals and samples in, pictures out.
actor TopScreen {
    private let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }
    private let mailbox: TopMailbox
    private let settingsFile: TopSettingsFile
    private let time = SystemTime()

    init(mailbox: TopMailbox, settingsFile: TopSettingsFile) throws(SystemFailure) {
        executor = try ThreadExecutor(name: "top")
        self.mailbox = mailbox
        self.settingsFile = settingsFile
    }

    /// Between two looks at the clock: figures grow old without anything else happening.
    private static let tickNanoseconds: UInt64 = 2_000_000_000

    /// Draws until someone quits.
    ///
    /// - Parameter count: Quit after so many samples.
    /// - Returns: The signal that ended it; nil for a key, or enough samples.
    /// - Throws: ``CommandFailure`` where the terminal cannot show pictures.
    func run(_ model: TopModel, count: Int?) throws -> TerminalSignal? {
        var screen = try Self.open()
        defer { screen.close() }
        // After ncurses, which handles some of them in its own way, from anywhere.
        try TerminalEvents.watch()
        var model = model
        var drawn = model.frame()
        screen.draw(drawn)
        var left = count.map { $0 - 1 }
        while left != 0 {
            let ready = TerminalEvents.wait(
                untilMonotonicNanoseconds: time.monotonicNanoseconds + Self.tickNanoseconds)
            var inputs: [TopModel.Input] = [.time(time.realtimeNanoseconds)]
            for signal in TerminalEvents.take() {
                switch signal {
                case .resized: break
                case .stop: screen.away { TerminalEvents.stop() }
                case .resumed: screen.away {}
                case .interrupt, .quit, .terminate, .hangup: return signal
                }
                // Whatever it was, the terminal may have another size now.
                if let size = Terminal.size(Terminal.standardOutput) {
                    screen.resize(columns: size.columns, rows: size.rows)
                    inputs.append(.resized(columns: size.columns, rows: size.rows))
                }
            }
            for input in mailbox.take() {
                inputs.append(input)
                if case .sample = input { left = left.map { $0 - 1 } }
            }
            var hasKey = false
            while let key = screen.key() {
                hasKey = true
                inputs.append(.key(key))
            }
            for input in inputs {
                for effect in model.take(input) {
                    guard effect != .quit else { return nil }
                    if let note = perform(effect) { _ = model.take(.note(note)) }
                }
            }
            if ready.isGone, !hasKey { return .hangup }
            mailbox.want(model.needs)
            let frame = model.frame()
            if frame != drawn { screen.draw(frame) }
            drawn = frame
        }
        return nil
    }

    private static func open() throws -> CursesScreen {
        do throws(CursesScreen.Failure) {
            return try CursesScreen(wantsColours: (HostFacts.environmentVariable("NO_COLOR") ?? "").isEmpty)
        } catch {
            switch error {
            case .unknownTerminal:
                throw CommandFailure(
                    .usage,
                    "The terminal “\(HostFacts.environmentVariable("TERM") ?? "")” is not known, or cannot place its cursor.",
                    remedy: "Set TERM to what it is, such as vt100; “--once” needs no terminal.")
            case .system(let failure): throw CommandFailure(.unavailable, "\(failure)")
            }
        }
    }

    /// - Returns: What to say of it.
    private func perform(_ effect: TopModel.Effect) -> String? {
        switch effect {
        case .quit: return nil
        case .recall(let recall):
            mailbox.want(recall)
            return nil
        case .remember(let settings): return settingsFile.write(settings)
        case .dump(let text):
            let path = "numawatch-top-\(time.realtimeNanoseconds / 1_000_000_000).txt"
            do throws(SystemFailure) {
                try Output.replaceFile(path, with: Array(text.utf8))
                return "The screen is in \(path)."
            } catch {
                return "\(error)"
            }
        }
    }
}
