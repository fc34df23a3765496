import Glibc
import SystemPackage

extension Output {
    /// Makes a directory and those above it, as far as they are not there.
    ///
    /// - Parameter mode: Of those that are made, less the umask.
    package static func makeDirectories(_ path: String, mode: UInt32 = 0o700) throws(SystemFailure) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += part
            do throws(Errno) {
                _ = try calling(.mkdir) { unsafe mkdir(prefix, mode) }
            } catch {
                // What is there and no directory is told by who uses it.
                guard error == .fileExists else { throw SystemFailure("make the directory", prefix, error) }
            }
            prefix += "/"
        }
    }
}

extension Output {
    /// Whether something has this name.
    package static func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Gives a file another name in its file system; what has that name already is replaced.
    package static func moveFile(_ path: String, to newPath: String) throws(SystemFailure) {
        do throws(Errno) {
            _ = try calling(.rename) { unsafe rename(path, newPath) }
        } catch {
            throw SystemFailure("rename", path, error)
        }
    }
}
