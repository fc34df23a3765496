import LinuxSystem

/// Standard error, for what is not the result.
enum CommandLineOutput {
    static func note(_ text: String) {
        // Nobody may be reading: that is no reason to stop.
        try? Output.write(Array((text + "\n").utf8), to: Terminal.standardError)
    }
}
