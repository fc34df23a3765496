import Foundation

/// A terminal of tmux with a shell in it: keys go in, what it shows comes out.
final class TerminalSession {
    private let socket: String
    private let tmux: String
    let directory: TemporaryDirectory

    /// - Parameters:
    ///   - type: What TERM says to programs.
    ///   - environment: Added to that of the shell.
    init(columns: Int, rows: Int, type: String, environment: [String: String] = [:]) throws {
        guard let tmux = Command.path(of: "tmux") else { throw Missing() }
        self.tmux = tmux
        directory = try TemporaryDirectory()
        socket = "\(directory.path)/tmux"
        try directory.write(
            "tmux.conf",
            "set -g default-terminal \(type)\nset -g status off\nset -g escape-time 0\nset -g remain-on-exit on\n")
        var words = ["-u", "-S", socket, "-f", "\(directory.path)/tmux.conf", "new-session", "-d"]
        words += ["-x", "\(columns)", "-y", "\(rows)"]
        let settings = [
            "XDG_CONFIG_HOME": "\(directory.path)/config", "HOME": directory.path, "ENV": "",
            "LC_ALL": "C.UTF-8", "HISTFILE": "",
            // A crash is to end at once, without Swift's own report of it.
            "SWIFT_BACKTRACE": "enable=no",
        ].merging(environment) { _, new in new }
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) { words += ["-e", "\(name)=\(value)"] }
        // A shell that is not interactive, as tmux's is, drops PS1.
        words += ["cd '\(directory.path)' && PS1='ready$ ' exec bash --norc --noprofile -i"]
        let started = try Command(
            "/bin/bash", ["-c", Self.closing, "bash", tmux] + words, environment: ["LC_ALL": "C.UTF-8", "TMUX": ""])
        guard started.status == 0 else { throw Failure(text: started.output) }
        guard waitForPrompt() else { throw Failure(text: screen) }
    }

    /// Runs a program without the descriptors it would inherit: tmux's server keeps them, and by one of them Foundation learns
    /// that a process has ended.
    private static let closing = """
        for path in /proc/self/fd/*; do fd=${path##*/}; [ "$fd" -le 2 ] || eval "exec $fd>&-"; done 2>/dev/null; exec "$@"
        """

    struct Missing: Error {}
    struct Failure: Error { var text: String }

    deinit {
        _ = try? Command(tmux, ["-S", socket, "kill-server"])
    }

    private func run(_ words: [String]) -> String {
        (try? Command(tmux, ["-u", "-S", socket] + words, environment: ["LC_ALL": "C.UTF-8", "TMUX": ""]).output) ?? ""
    }

    // MARK: Keys

    /// Types text as it is.
    func type(_ text: String) { _ = run(["send-keys", "-l", text]) }

    /// Presses keys by tmux's names: `Enter`, `Down`, `C-z`.
    func press(_ names: String...) { _ = run(["send-keys"] + names) }

    /// A command of the shell.
    func command(_ text: String) {
        type(text)
        press("Enter")
    }

    func resize(columns: Int, rows: Int) { _ = run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"]) }

    // MARK: The screen

    /// What is shown, a line each, without the spaces at their ends.
    var screen: String { run(["capture-pane", "-p"]) }

    /// The same with the sequences of its looks.
    var styledScreen: String { run(["capture-pane", "-p", "-e"]) }

    /// Whether the second screen is shown, and whether the cursor is.
    var modes: String {
        run(["display-message", "-p", "#{alternate_on} #{cursor_flag}"]).trimmingCharacters(in: .newlines)
    }

    /// Waits until the screen is as wanted.
    ///
    /// - Returns: Whether it was, in good time: half a minute is far more than any picture takes.
    func waitFor(_ isRight: (String) -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if isRight(screen) { return true }
            // Only so that looking does not take what it looks at the time it needs.
            usleep(20_000)
        }
        return isRight(screen)
    }

    func waitFor(_ text: String) -> Bool { waitFor { $0.contains(text) } }

    /// Waits until the shell asks for the next command.
    func waitForPrompt() -> Bool { waitFor { Self.lines($0).last == "ready$" } }

    /// Waits until the screen is a text, line by line.
    func waitForScreen(_ text: String) -> Bool { waitFor { Self.lines($0) == Self.lines(text) } }

    private static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
