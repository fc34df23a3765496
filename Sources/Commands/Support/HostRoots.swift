import ArchiveFiles
import LinuxSystem

/// Opens what `--root` names.
enum HostRoots {
    /// This host.
    static var live: any HostRoot { UnpackingRoot(DirectoryRoot.live) }

    /// This host as its files are, for copies of them and for readings of single files of processes: one that keeps its memory locked is given up after two seconds,
    /// the next after half a second each.
    static var patientLive: any HostRoot {
        PatientRoot(
            DirectoryRoot.live,
            Patience(
                threads: expendableThreads, firstNanoseconds: 2_000_000_000, laterNanoseconds: 500_000_000))
    }

    /// Threads for readings that may never end. More than the daemon has: the command ends soon, and they with it.
    static var expendableThreads: ExpendableThreads { ExpendableThreads(name: "reader", limit: 8) }

    /// What `--root` takes, for help texts.
    static let forms = "a directory or an archive (.tar, .tar.gz, .tar.xz, .tar.bz2, .tar.zst)"

    /// A captured root: a directory, or an archive of one. See ``CapturedRoot``.
    ///
    /// - Parameter asStored: Whether files are to be as they are, for copies of them.
    /// - Throws: ``CommandFailure`` with status `noInput` or `badData`.
    static func open(_ path: String, asStored: Bool = false) throws(CommandFailure) -> any HostRoot {
        do {
            let captured = try CapturedRoot.open(path)
            if let problem = captured.problem {
                CommandOutput.complain("\(problem); using what could be read")
            }
            return asStored ? captured.root : UnpackingRoot(captured.root)
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
