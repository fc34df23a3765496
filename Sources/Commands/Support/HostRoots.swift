import ArchiveFiles
import LinuxSystem

/// Opens what `--root` names.
enum HostRoots {
    /// This host.
    static var live: any HostRoot { DirectoryRoot.live }

    /// A captured root: a directory, or an archive of one.
    ///
    /// - Throws: ``CommandFailure`` with status `noInput` or `badData`.
    static func open(_ path: String) throws(CommandFailure) -> any HostRoot {
        do {
            let root = try DirectoryRoot(path)
            // A capture's own directory holds the host's files under root/.
            guard !root.exists("/sys"), !root.exists("/proc"), root.exists("/root/sys") || root.exists("/root/proc")
            else { return root }
            return try DirectoryRoot(path + "/root")
        } catch  where error.kind == .wrongType {
            // Not a directory: an archive, whatever its name.
            return try archive(path)
        } catch {
            throw CommandFailure(
                .noInput, "\(error)", remedy: "--root wants a directory or an archive (.tar, .tar.gz, .tar.xz).")
        }
    }

    private static func archive(_ path: String) throws(CommandFailure) -> any HostRoot {
        do {
            let archive = try ArchiveRoot.load(path)
            if let problem = archive.problem {
                CommandOutput.complain("\(problem); using what could be read")
            }
            return archive
        } catch {
            throw CommandFailure(.noInput, "\(error)")
        }
    }
}
