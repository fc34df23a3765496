import CLinuxShims
import Glibc
package import SystemPackage

/// A file that takes its name when it is whole: until then a reader sees the old one, or none.
///
/// It is made without a name in the directory of its path (O_TMPFILE, Linux 3.11), so that nothing is left of it however
/// the process ends. Where the file system cannot do that it has a name beside its path, which is removed unless the
/// process is killed. A device, a pipe, and a file in a directory that may not be written to are written in place.
package struct PendingFile: ~Copyable, Sendable {
    private enum Place: Equatable {
        /// Already what the path names.
        case inPlace
        case nameless
        case named(String)
    }

    /// Where the bytes go.
    package let descriptor: OwnedDescriptor
    /// What is to be replaced, links followed.
    private let target: String
    private var place: Place

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - path: The name it is to take. A regular file that is there must be one that may be written to.
    ///   - mode: Its mode, less the umask; nil for that of the file it replaces, whose owner is then kept too, or 0644.
    package init(replacing path: String, mode: UInt32? = nil) throws(Errno) {
        let (real, old) = try Self.target(of: path)
        let (number, place) = try Self.make(path, real: real, exists: old != nil, mode: mode ?? 0o644)
        if let old, mode == nil, place != .inPlace {
            // Only root can give a file away; whoever else replaces one owns the new one.
            _ = fchown(number, old.st_uid, old.st_gid)
            _ = fchmod(number, old.st_mode & 0o7777)
        }
        descriptor = OwnedDescriptor(adopting: number)
        target = real ?? path
        self.place = place
    }

    /// Gives it its name. The data reaches the disk before the name does.
    package mutating func commit() throws(Errno) {
        let number = descriptor.rawValue
        if case .inPlace = place { return }
        _ = try calling(.write) { fsync(number) }
        if case .nameless = place {
            place = .named(
                try Self.firstFree(in: Self.directory(of: target)) { name throws(Errno) in
                    _ = try calling(.link) {
                        unsafe linkat(AT_FDCWD, "/proc/self/fd/\(number)", AT_FDCWD, name, AT_SYMLINK_FOLLOW)
                    }
                })
        }
        guard case .named(let name) = place else { return }
        _ = try calling(.rename) { [target] in unsafe rename(name, target) }
        place = .inPlace
    }

    deinit {
        if case .named(let name) = place { unsafe unlink(name) }
    }

    // MARK: Inside

    /// What to replace, and what is there now; no target where the path is to be written in place.
    private static func target(of path: String) throws(Errno) -> (String?, stat?) {
        var status = stat()
        do throws(Errno) {
            _ = try calling(.fstat) { unsafe stat(path, &status) }
        } catch {
            guard error == .noSuchFileOrDirectory else { throw error }
            // A link to nothing: the file is made where it points.
            return unsafe lstat(path, &status) == 0 ? (nil, nil) : (path, nil)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return (nil, nil) }
        _ = try calling(.open) { unsafe access(path, W_OK) }
        guard let real = unsafe realpath(path, nil) else { throw Errno(rawValue: errno) }
        defer { unsafe free(real) }
        return (unsafe String(cString: real), status)
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// - Parameter real: What to replace; nil where the path is to be written in place.
    private static func make(
        _ path: String, real: String?, exists: Bool, mode: UInt32
    ) throws(Errno) -> (Int32, Place) {
        guard let real else { return (try OwnedDescriptor(creating: path).release(), .inPlace) }
        do throws(Errno) {
            return try make(in: directory(of: real), mode: mode)
        } catch {
            guard exists, error == .permissionDenied || error == .notPermitted else { throw error }
            return (try OwnedDescriptor(creating: path).release(), .inPlace)
        }
    }

    private static func make(in directory: String, mode: UInt32) throws(Errno) -> (Int32, Place) {
        do throws(Errno) {
            let number = try calling(.open) {
                unsafe open(directory, numawatch_o_tmpfile | O_RDWR | O_CLOEXEC, mode)
            }
            return (number, .nameless)
        } catch {
            // A file system that knows no such files says one of these.
            guard error == .notSupported || error == .isDirectory || error == .invalidArgument else { throw error }
            var number: Int32 = -1
            let name = try firstFree(in: directory) { name throws(Errno) in
                number = try calling(.open) { unsafe open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
            }
            return (number, .named(name))
        }
    }

    /// Tries names until one is free. What an earlier process of the same number left behind is not touched.
    private static func firstFree(
        in directory: String, _ take: (String) throws(Errno) -> Void
    ) throws(Errno) -> String {
        var attempt = 0
        while true {
            let name = "\(directory)/.numawatch-\(getpid())-\(attempt).tmp"
            do throws(Errno) {
                try take(name)
                return name
            } catch {
                guard error == .fileExists, attempt < 100 else { throw error }
                attempt += 1
            }
        }
    }
}
