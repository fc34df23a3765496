import FixtureSupport
import TextOutput

/// What the daemon says it can read is what a program of its user and capability can read in the same guest.
package struct SourcesCheck: LabCheck {
    package let name = "sources"
    package let summary = "each source is published as readable, or with the errno, as its user finds when it tries"

    package init() {}

    package func steps(for topology: LabTopology) -> [GuestStep] { [DaemonSteps.start, DaemonSteps.sources] }

    private static let errors = [
        "Permission denied": "EACCES", "Operation not permitted": "EPERM", "No such file or directory": "ENOENT",
    ]

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        let recording = try Recording(result, "sources", step: DaemonSteps.sources.name)
        var found: [String: String] = [:]
        let probed = String(decoding: result.file("sources/probed") ?? [], as: UTF8.self)
        for line in probed.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            if parts.count == 2 { found[parts[0]] = parts[1] }
        }
        var problems: [String] = []
        var readable = 0
        var refused = 0
        for source in try recording.published("sources")["sources"]?.elements ?? [] {
            guard let name = source["source"]?.text, let path = source["path"]?.text, path.hasPrefix("/") else {
                continue
            }
            guard let outcome = Self.outcome(path, found) else {
                problems.append("\(name): \(path) was not tried")
                continue
            }
            switch (source["state"]?.text, outcome) {
            // Some sources are directories, which the guest's program cannot print.
            case ("readable", "ok"), ("readable", "Is a directory"): readable += 1
            // Found, but with nothing in it that this kernel or machine has: the reason says what.
            case ("not-applicable", "ok") where source["reason"]?.text != nil: readable += 1
            // This machine has none, which is no fault of the host's: the reason says so.
            case ("not-applicable", "No such file or directory") where source["reason"]?.text != nil: continue
            // A switch in debugfs of what older kernels show without: nobody wants it.
            case ("not-applicable", _)
            where source["reason"]?.text?.hasPrefix("this kernel always shows") ?? false:
                continue
            // Readable or not: nobody wants it.
            case ("not-applicable", _)
            where source["reason"]?.text?.hasPrefix("off in the configuration") ?? false:
                continue
            case ("unavailable", _) where source["errno_name"]?.text == Self.errors[outcome]:
                refused += 1
                if source["remedy"]?.text ?? "" == "" { problems.append("\(name): no remedy is published") }
            default: problems.append("\(name): published \(source), found \(outcome)")
            }
        }
        if readable < 10 { problems.append("only \(readable) sources are readable") }
        return CheckVerdict(compared: "\(readable) readable, \(refused) refused", problems: problems)
    }

    /// The daemon's own files were tried below its number.
    private static func outcome(_ path: String, _ found: [String: String]) -> String? {
        if let outcome = found[path] { return outcome }
        guard path.hasPrefix("/proc/self/") else { return nil }
        let rest = path.dropFirst("/proc/self".utf8.count)
        return found.first { $0.key.hasPrefix("/proc/") && $0.key.hasSuffix(rest) }?.value
    }
}
