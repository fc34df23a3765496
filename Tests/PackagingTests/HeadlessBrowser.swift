import Foundation

/// Chromium without a window, and the tools for what it prints, as `scripts/unpack-tools.sh report` unpacked them: nothing of it
/// is installed.
struct HeadlessBrowser {
    /// Where they were unpacked; nil where “make test” could not have them.
    static let tools = ProcessInfo.processInfo.environment["NUMAWATCH_REPORT_TOOLS"].flatMap { $0.isEmpty ? nil : $0 }

    let directory: TemporaryDirectory
    private let root: String
    private let environment: [String: String]

    init(_ root: String) throws {
        self.root = root
        directory = try TemporaryDirectory()
        let libraries = try FileManager.default.contentsOfDirectory(atPath: "\(root)/usr/lib").filter {
            $0.hasSuffix("-linux-gnu")
        }.flatMap { ["\(root)/usr/lib/\($0)", "\(root)/usr/lib/\($0)/pulseaudio"] }
        // What is installed already is not unpacked once more.
        try directory.write(
            "fonts.conf",
            """
            <?xml version="1.0"?>
            <fontconfig><dir>\(root)/usr/share/fonts</dir><dir>/usr/share/fonts</dir>\
            <cachedir>\(directory.path)/fonts</cachedir></fontconfig>
            """)
        environment = [
            "LD_LIBRARY_PATH": libraries.joined(separator: ":"), "FONTCONFIG_FILE": "\(directory.path)/fonts.conf",
            "HOME": directory.path, "XDG_CONFIG_HOME": directory.path, "XDG_CACHE_HOME": directory.path,
        ]
    }

    /// Opens a page of the directory.
    ///
    /// - Returns: What it wrote: messages of the console, and what was asked for.
    @discardableResult
    func open(_ page: String, width: Int = 900, height: Int = 1400, _ arguments: String...) throws -> Command {
        // As root, in a container: no sandbox of its own. Nothing but the page is to ask for anything.
        try Command(
            "\(root)/usr/lib/chromium/chromium-headless-shell",
            [
                "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                "--disable-component-update", "--no-first-run", "--user-data-dir=\(directory.path)/profile",
                "--enable-logging=stderr", "--log-net-log=\(directory.path)/net.json",
                "--window-size=\(width),\(height)",
            ] + arguments + ["file://\(directory.path)/\(page)"], environment: environment)
    }

    /// Lines of the console of the page that was opened.
    static func console(_ command: Command) -> [String] {
        command.output.split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init)
    }

    /// Addresses that were asked for since the browser was started, those of files apart.
    func addresses() throws -> [String] {
        let log = try text(of: "\(directory.path)/net.json")
        let asked = log.components(separatedBy: "\"url\":\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        return Set(asked.filter { !$0.hasPrefix("file:") && !$0.hasPrefix("data:") }).sorted()
    }

    /// Prints a page on paper.
    ///
    /// - Returns: The text on it, and what is to be known of the paper.
    func print(_ page: String) throws -> (text: String, facts: String) {
        let paper = "\(directory.path)/paper.pdf"
        try open(page, "--no-pdf-header-footer", "--print-to-pdf=\(paper)")
        let text = try Command("\(root)/usr/bin/pdftotext", ["-layout", paper, "-"], environment: environment)
        let facts = try Command("\(root)/usr/bin/pdfinfo", [paper], environment: environment)
        return (text.output, facts.output)
    }

    /// Looks at a page as `Accessibility.js` does: at what is there once it is laid out, not at its source.
    ///
    /// - Returns: What is wrong.
    func problems(_ page: String, width: Int = 900) throws -> [String] {
        // A copy that may run the test's own script, which the report itself forbids.
        let source = try directory.read(page)
        let script = try text(of: "\(repository)/Tests/PackagingTests/Accessibility.js")
        let copy = source.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.contains("Content-Security-Policy") }.joined(separator: "\n")
            .replacing("</body>", with: "<script>\(script)</script></body>")
        try directory.write("checked.html", copy)
        let result = try open("checked.html", width: width, "--dump-dom").output
        guard let start = result.range(of: "RESULT-BEGIN"), let end = result.range(of: "RESULT-END") else {
            return ["the checks did not come to an end: \(result.suffix(2000))"]
        }
        return result[start.upperBound..<end.lowerBound].split(separator: "\n").map(String.init)
    }
}
