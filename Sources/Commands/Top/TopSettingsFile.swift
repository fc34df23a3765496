import LinuxSystem
import LiveView
import SystemPackage

/// `$XDG_CONFIG_HOME/numawatch/top.conf`, else below `~/.config`.
struct TopSettingsFile {
    /// Nil where neither says where to keep anything.
    let path: String?

    init(environment: (String) -> String? = HostFacts.environmentVariable) {
        let home = environment("HOME").flatMap { $0.hasPrefix("/") ? $0 + "/.config" : nil }
        // Relative paths are to be ignored (XDG Base Directory Specification).
        let configured = environment("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        path = (configured ?? home).map { $0 + "/numawatch/top.conf" }
    }

    /// More than a person writes.
    private static let limitBytes = 64 << 10

    /// What was remembered, and what is wrong with it.
    func read() -> (settings: TopSettings, problem: String?) {
        guard let path else { return (TopSettings(), nil) }
        let bytes: [UInt8]
        do throws(ReadFailure) {
            bytes = try DirectoryRoot.live.readBytes(path, limitBytes: Self.limitBytes)
        } catch {
            return (TopSettings(), error.errno == .noSuchFileOrDirectory ? nil : "\(error)")
        }
        var problem: String?
        let settings = TopSettings(parsing: String(decoding: bytes, as: UTF8.self)) { line, complaint in
            // A row of the screen has room for the name of the file, not for where it lies.
            problem = problem ?? "top.conf:\(line): \(complaint)"
        }
        return (settings, problem)
    }

    /// - Returns: Why it could not be kept.
    func write(_ settings: TopSettings) -> String? {
        guard let path, let slash = path.lastIndex(of: "/") else { return nil }
        do throws(SystemFailure) {
            try Output.makeDirectories(String(path[..<slash]))
            try Output.replaceFile(path, with: Array(settings.text.utf8), mode: 0o600)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
