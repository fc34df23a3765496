import FixtureSupport
import Glibc
import Testing

/// A directory of a test's own, removed with all in it at the end.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        path = try TemporaryDirectory.make()
    }

    deinit {
        Self.remove(path)
    }

    func makeDirectory(_ name: String) throws { try #require(unsafe mkdir("\(path)/\(name)", 0o755) == 0) }

    func makePipe(_ name: String) throws { try #require(unsafe mkfifo("\(path)/\(name)", 0o644) == 0) }

    func link(_ name: String, to target: String) throws { try #require(unsafe symlink(target, "\(path)/\(name)") == 0) }

    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        try #require(file >= 0)
        defer { close(file) }
        try #require(unsafe Glibc.write(file, bytes, bytes.count) == bytes.count)
    }

    private static func remove(_ path: String) {
        if unsafe unlink(path) == 0 { return }
        if let stream = unsafe opendir(path) {
            while let entry = unsafe readdir(stream) {
                let name = unsafe withUnsafePointer(to: entry.pointee.d_name) {
                    unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            unsafe closedir(stream)
        }
        unsafe rmdir(path)
    }
}
