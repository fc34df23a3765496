import ArchiveFiles
import LinuxSystem

/// Opens what `--root` names.
enum HostRoots {
    /// This host.
    static var live: any HostRoot { DirectoryRoot.live }

    /// What `--root` takes, for help texts.
    static let forms = "a directory or an archive (.tar, .tar.gz, .tar.xz, .tar.bz2, .tar.zst)"

    /// A captured root: a directory, or an archive of one. See ``CapturedRoot``.
    ///
    /// - Throws: ``CommandFailure`` with status `noInput` or `badData`.
    static func open(_ path: String) throws(CommandFailure) -> any HostRoot {
        do {
            let captured = try CapturedRoot.open(path)
            if let problem = captured.problem {
                CommandOutput.complain("\(problem); using what could be read")
            }
            return captured.root
        } catch {
            switch error.kind {
            case .system:
                throw CommandFailure(.noInput, "\(error)", remedy: "--root wants \(forms).")
            case .noRoot: throw CommandFailure(.noInput, "\(error)")
            case .malformed, .unknownFormat, .tooLarge, .severalRoots: throw CommandFailure(.badData, "\(error)")
            }
        }
    }
}
