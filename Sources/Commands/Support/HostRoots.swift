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
        let isArchive = [".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz"].contains { path.hasSuffix($0) }
        guard isArchive else {
            do {
                return try DirectoryRoot(path)
            } catch {
                throw CommandFailure(
                    .noInput, "\(error)", remedy: "--root wants a directory or an archive (.tar, .tar.gz, .tar.xz).")
            }
        }
        do {
            return try ArchiveRoot.load(path)
        } catch {
            throw CommandFailure(.noInput, "\(error)")
        }
    }
}
