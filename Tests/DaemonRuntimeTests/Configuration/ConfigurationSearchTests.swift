import FixtureSupport
import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import DaemonRuntime

@Suite("Which files make up the configuration")
struct ConfigurationSearchTests {
    private func files(_ root: MemoryRoot, file: String? = nil) throws(ConfigurationError) -> [String] {
        try ConfigurationSearch.sources(in: root, file: file).map(\.file)
    }

    @Test("a host without any file is fine")
    func none() throws {
        #expect(try files(MemoryRoot(files: [:])) == [])
    }

    @Test("the administrator's main file hides the packaged one")
    func mainFile() throws {
        var root = MemoryRoot(files: ["/usr/lib/numawatch/numawatchd.conf": ""])
        #expect(try files(root) == ["/usr/lib/numawatch/numawatchd.conf"])
        root.addFile("/etc/numawatch/numawatchd.conf", text: "")
        #expect(try files(root) == ["/etc/numawatch/numawatchd.conf"])
    }

    @Test("drop-ins follow the main file, sorted by name over all directories, other names ignored")
    func dropIns() throws {
        let root = MemoryRoot(files: [
            "/etc/numawatch/numawatchd.conf": "",
            "/etc/numawatch/numawatchd.conf.d/50-b.conf": "",
            "/etc/numawatch/numawatchd.conf.d/README": "",
            "/etc/numawatch/numawatchd.conf.d/.hidden.conf": "",
            "/run/numawatch/numawatchd.conf.d/60-c.conf": "",
            "/usr/lib/numawatch/numawatchd.conf.d/40-a.conf": "",
            "/usr/lib/numawatch/numawatchd.conf.d/50-b.conf": "",
        ])
        #expect(
            try files(root) == [
                "/etc/numawatch/numawatchd.conf",
                "/usr/lib/numawatch/numawatchd.conf.d/40-a.conf",
                "/etc/numawatch/numawatchd.conf.d/50-b.conf",
                "/run/numawatch/numawatchd.conf.d/60-c.conf",
            ])
    }

    @Test("a file given by name is read with its own drop-ins and nothing else")
    func namedFile() throws {
        let root = MemoryRoot(files: [
            "/etc/numawatch/numawatchd.conf": "", "/tmp/a.conf": "", "/tmp/a.conf.d/1.conf": "",
        ])
        #expect(try files(root, file: "/tmp/a.conf") == ["/tmp/a.conf", "/tmp/a.conf.d/1.conf"])
    }

    @Test("a file given by name has to exist")
    func namedFileMissing() {
        #expect(throws: ConfigurationError.self) { try files(MemoryRoot(files: [:]), file: "/tmp/a.conf") }
    }

    @Test("files that exist and cannot be read are all named, with the reason")
    func unreadable() {
        var root = MemoryRoot(files: [
            "/etc/numawatch/numawatchd.conf": "", "/etc/numawatch/numawatchd.conf.d/1.conf": "",
        ])
        root.fail("/etc/numawatch/numawatchd.conf", with: .permissionDenied)
        root.fail("/etc/numawatch/numawatchd.conf.d/1.conf", with: .ioError)
        do {
            _ = try files(root)
            Issue.record("accepted")
        } catch {
            #expect(
                error.problems.map(\.file) == [
                    "/etc/numawatch/numawatchd.conf", "/etc/numawatch/numawatchd.conf.d/1.conf",
                ])
            #expect(error.description.contains("Permission denied"))
        }
    }

    /// Opening the pipe would wait for a writer that never comes: the time limit ends a test that waits.
    @Test(
        "what is no regular file is refused at once: a directory, a pipe, a device, a socket",
        .timeLimit(.minutes(1)), arguments: ["directory", "pipe", "/dev/zero", "socket"])
    func noFile(_ kind: String) throws {
        let directory = try TemporaryDirectory.make()
        defer { _ = unsafe system("rm -rf '\(directory)'") }
        let path = kind.hasPrefix("/") ? kind : "\(directory)/\(kind)"
        switch kind {
        case "directory": try #require(unsafe mkdir(path, 0o755) == 0)
        case "pipe": try #require(unsafe mkfifo(path, 0o644) == 0)
        case "socket": try #require(unsafe mknod(path, S_IFSOCK | 0o644, 0) == 0)
        default: break
        }
        // By name, and as a drop-in of a file that is fine.
        try Output.replaceFile("\(directory)/a.conf", with: [])
        try #require(unsafe mkdir("\(directory)/a.conf.d", 0o755) == 0)
        try #require(unsafe symlink(path, "\(directory)/a.conf.d/1.conf") == 0)
        for file in [path, "\(directory)/a.conf"] {
            let error = #expect(throws: ConfigurationError.self) {
                try ConfigurationSearch.sources(in: DirectoryRoot.plainFiles, file: file)
            }
            #expect(error?.problems.map(\.kind) == [.notAFile])
            #expect(error?.description.contains("not a regular file") == true)
        }
    }

    @Test("the null device is an empty file, and a drop-in that is a link to it switches another off")
    func nullDevice() throws {
        let directory = try TemporaryDirectory.make()
        defer { _ = unsafe system("rm -rf '\(directory)'") }
        let sources = try ConfigurationSearch.sources(in: DirectoryRoot.plainFiles, file: "/dev/null")
        #expect(sources.map(\.bytes) == [[]])
        try #require(unsafe symlink("/dev/null", "\(directory)/a.conf") == 0)
        #expect(
            try ConfigurationSearch.sources(in: DirectoryRoot.plainFiles, file: "\(directory)/a.conf").map(\.bytes)
                == [[]])
    }
}
