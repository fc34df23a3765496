import LinuxSystem
import SystemPackage

/// Files of the host: what goes into a guest, and what comes out of it.
package enum HostFiles {
    /// Larger than any program or kernel module.
    private static let limitBytes = 1 << 30

    /// Reads a whole file.
    package static func read(_ path: String) throws(LabFailure) -> [UInt8] {
        do {
            return try DirectoryRoot.live.readBytes(path, limitBytes: limitBytes)
        } catch {
            throw LabFailure("read \(path)", "\(error)")
        }
    }

    /// Whether there is something at the path, of whatever kind.
    package static func exists(_ path: String) -> Bool { DirectoryRoot.live.exists(path) }

    /// The first of several paths at which there is something.
    package static func first(of paths: [String]) -> String? { paths.first(where: exists) }

    /// The names in a directory; none if it cannot be read.
    package static func names(in directory: String) -> [String] { (try? DirectoryRoot.live.list(directory)) ?? [] }

    /// Writes a file, replacing it.
    package static func write(_ bytes: [UInt8], to path: String) throws(LabFailure) {
        do {
            let file = try create(path)
            try file.closeAfter { _ = try file.writeAll(bytes) }
        } catch {
            throw LabFailure("write \(path)", "\(error)")
        }
    }

    /// Makes a file of a size that takes no room until it is written.
    package static func makeSparse(_ path: String, sizeBytes: Int) throws(LabFailure) {
        do {
            let file = try create(path)
            try file.closeAfter { try file.resize(to: Int64(sizeBytes)) }
        } catch {
            throw LabFailure("make \(path)", "\(error)")
        }
    }

    private static func create(_ path: String) throws -> FileDescriptor {
        try FileDescriptor.open(
            FilePath(path), .writeOnly, options: [.create, .truncate], permissions: FilePermissions(rawValue: 0o644))
    }

    /// Makes a directory and those it lies in.
    package static func makeDirectory(_ path: String) async throws(LabFailure) {
        try await makeDirectories([path])
    }

    /// Makes directories and those they lie in.
    package static func makeDirectories(_ paths: Set<String>) async throws(LabFailure) {
        try await HostCommand.succeed("mkdir", ["-p", "--"] + paths)
    }

    /// Makes a directory that one run has to itself; ``remove(_:)`` takes it away.
    package static func makeTemporaryDirectory() async throws(LabFailure) -> String {
        let result = try await HostCommand.succeed("mktemp", ["--directory", "--suffix=.numawatch-lab"])
        return result.text.split(separator: "\n").first.map(String.init) ?? ""
    }

    /// Removes a file or a directory with all it holds.
    package static func remove(_ path: String) async throws(LabFailure) {
        try await HostCommand.succeed("rm", ["-rf", "--", path])
    }
}
