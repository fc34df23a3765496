import FixtureSupport
import Glibc
import LinuxSystem
import Testing

/// A directory of a test's own in which Debian's own tools are run, removed with all in it at the end.
final class ToolDirectory: Sendable {
    let path: String

    init() throws {
        path = try TemporaryDirectory.make()
    }

    deinit { _ = try? Self.run("rm -rf '\(path)'") }

    /// Runs a shell command in the directory.
    func run(_ command: String) throws {
        try #require(try Self.run("cd '\(path)' && \(command)") == 0, "\(command)")
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Output.replaceFile("\(path)/\(name)", with: bytes)
    }

    func read(_ name: String) throws -> [UInt8] { try DirectoryRoot.live.readBytes("\(path)/\(name)") }

    private static func run(_ command: String) throws -> Int32 {
        let words = ["sh", "-c", command]
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var pid: pid_t = 0
        try #require(unsafe posix_spawnp(&pid, "sh", nil, nil, &arguments, environ) == 0)
        var status: Int32 = 0
        unsafe waitpid(pid, &status, 0)
        return status
    }
}
