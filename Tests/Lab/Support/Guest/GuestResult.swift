package import LinuxSystem

/// What a guest left behind, unpacked in a directory of the host.
///
/// | path | what |
/// | --- | --- |
/// | `steps/NAME/{stdout,stderr,status,seconds}` | of each step; seconds are those of the guest's clock |
/// | `files/…` | what steps wrote below `$OUT` (`files/root/…`: a captured host) |
/// | `dmesg` | the kernel's log at the end |
/// | `console` | what stood on the console |
/// | `console-failed` | that of an attempt before, which failed |
package struct GuestResult: Sendable {
    /// How a step ended.
    package struct StepResult: Sendable, Hashable {
        /// 124 if its deadline ended it.
        package var status: Int
        package var output: String
        package var complaint: String
        /// By the guest's clock.
        package var seconds: Double

        package init(status: Int, output: String, complaint: String, seconds: Double) {
            self.status = status
            self.output = output
            self.complaint = complaint
            self.seconds = seconds
        }

        /// Status and messages in a line or more, for a report.
        package var summary: String {
            let text = (output + complaint).split(separator: "\n").suffix(12).joined(separator: "\n")
            return "status \(status) after \(seconds) s" + (text.isEmpty ? "" : ":\n\(text)")
        }
    }

    package let directory: String
    /// Why it was booted once more; nil where the first attempt came to its end.
    package var earlierFailure: LabFailure?

    package init(directory: String) {
        self.directory = directory
    }

    /// The kernel's log.
    package var log: String { text("dmesg") ?? "" }

    /// `uname -r`, by the first line of its log: `Linux version 5.10.0-46-amd64 (…`.
    package var release: String? {
        let log = log
        guard let begin = log.firstRange(of: "Linux version ")?.upperBound else { return nil }
        return String(log[begin...].prefix { !$0.isWhitespace })
    }

    /// The kernel's series.
    package var series: KernelSeries? { release.flatMap(KernelSeries.init(release:)) }

    /// The console.
    package var console: String { text("console") ?? "" }

    /// Whether the guest came to its end.
    package var isComplete: Bool { HostFiles.exists("\(directory)/complete") }

    /// A step's result; nil if it did not run.
    package func step(_ name: String) -> StepResult? {
        guard let status = text("steps/\(name)/status").flatMap(Int.init) else { return nil }
        return StepResult(
            status: status, output: text("steps/\(name)/stdout") ?? "", complaint: text("steps/\(name)/stderr") ?? "",
            seconds: text("steps/\(name)/seconds").flatMap(Double.init) ?? 0)
    }

    /// A collected file, by its path below `$OUT`.
    package func file(_ path: String) -> [UInt8]? { try? HostFiles.read("\(directory)/files/\(path)") }

    /// A collected directory as a root: `root` is what the `capture` function stored.
    package func root(_ path: String = "root") throws(LabFailure) -> DirectoryRoot {
        do {
            return try DirectoryRoot("\(directory)/files/\(path)")
        } catch {
            throw LabFailure("read what the guest captured", "\(error)")
        }
    }

    /// A text without the newline at its end.
    private func text(_ path: String) -> String? {
        guard var bytes = try? HostFiles.read("\(directory)/\(path)") else { return nil }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
