package import LinuxSystem
import SystemPackage

/// A captured machine by the path of whatever holds it: a directory, or an archive of one.
package struct CapturedRoot: Sendable {
    /// The machine's files.
    package let root: any HostRoot
    /// Why not all of an archive could be read; nil when all was, and for a directory.
    package let problem: ArchiveFailure?

    /// A capture's own directory, that of the capture, that of the one who unpacked it.
    private static let deepestDirectory = 4

    /// Opens it.
    ///
    /// - Parameter path: A directory whose files lie at its top, in `root/`, or below a single directory, as an archive of
    ///   sosreport or hwloc-gather-topology leaves them when it is unpacked; or an archive, see ``ArchiveRoot``. `/` is the
    ///   running host.
    /// - Throws: Where it cannot be read, is neither, or holds no machine.
    package static func open(_ path: String) throws(ArchiveFailure) -> CapturedRoot {
        let top: DirectoryRoot
        do throws(ReadFailure) {
            top = try DirectoryRoot(path)
        } catch {
            // Not a directory: an archive, whatever its name.
            guard error.kind == .wrongType else { throw ArchiveFailure(path: path, kind: .system(error.errno)) }
            let archive = try ArchiveRoot.load(path)
            return CapturedRoot(root: archive, problem: archive.problem)
        }
        if top.isLive { return CapturedRoot(root: top, problem: nil) }
        do throws(ReadFailure) {
            return CapturedRoot(root: try machine(in: path, top), problem: nil)
        } catch {
            throw ArchiveFailure(path: path, kind: error.kind == .missing ? .noRoot : .system(error.errno))
        }
    }

    /// The directory that holds the machine.
    ///
    /// - Throws: `missing` where there is none.
    private static func machine(in path: String, _ top: DirectoryRoot) throws(ReadFailure) -> DirectoryRoot {
        var inner = ""
        for _ in 0..<deepestDirectory {
            if top.holdsMachine(in: inner) { return inner.isEmpty ? top : try DirectoryRoot(path + inner) }
            // A capture's own directory holds the host's files under root/, and others beside it.
            if top.holdsMachine(in: inner + "/root") { return try DirectoryRoot("\(path)\(inner)/root") }
            let directories = try top.list(inner.isEmpty ? "/" : inner).filter { isDirectory(top, "\(inner)/\($0)") }
            guard directories.count == 1 else { break }
            inner += "/" + directories[0]
        }
        throw ReadFailure(.list, path, .noSuchFileOrDirectory, kind: .missing)
    }

    /// Whether it is a directory itself, not a link to one.
    private static func isDirectory(_ top: DirectoryRoot, _ path: String) -> Bool {
        (try? top.linkTarget(path)) == nil && (try? top.openDirectory(path)) != nil
    }
}
