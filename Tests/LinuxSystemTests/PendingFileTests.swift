import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite("A file that takes its name when it is whole")
struct PendingFileTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private var path: String { scratch.path + "/out" }

    private func text(_ name: String) throws -> String { try DirectoryRoot.live.readText("\(scratch.path)/\(name)") }

    private func names() throws -> [String] { try DirectoryRoot.live.list(scratch.path) }

    /// Writes, and looks at the directory before the file is whole.
    private func write(_ text: String, to path: String, isWhole: Bool = true) throws -> [String] {
        var file = try PendingFile(replacing: path)
        try Output.write(Array(text.utf8), to: file.descriptor.rawValue)
        let before = try names()
        if isWhole { try file.commit() }
        return before
    }

    @Test("nothing is seen of it before it is whole, and nothing is left of it if it never is")
    func appearance() throws {
        #expect(try write("half", to: path, isWhole: false) == [])
        #expect(try names() == [])
        #expect(try write("one", to: path) == [])
        #expect(try names() == ["out"])
        #expect(try write("half", to: path, isWhole: false) == ["out"])
        #expect(try text("out") == "one")
        #expect(try write("two", to: path) == ["out"])
        #expect(try text("out") == "two")
        #expect(try names() == ["out"])
    }

    @Test("a file that is replaced keeps its mode, and one that may not be written to stays")
    func mode() throws {
        try scratch.write("out", "old")
        try #require(unsafe chmod(path, 0o640) == 0)
        _ = try write("new", to: path)
        var status = stat()
        try #require(unsafe stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o640)
        #expect(try text("out") == "new")
    }

    @Test("a link stays a link, and what it points to is replaced or made")
    func links() throws {
        try scratch.write("real", "old")
        try scratch.link("out", to: "real")
        try scratch.link("dangling", to: "made")
        _ = try write("new", to: path)
        _ = try write("fresh", to: scratch.path + "/dangling")
        #expect(try text("real") == "new")
        #expect(try text("made") == "fresh")
        #expect(try DirectoryRoot.live.linkTarget(path) == "real")
        #expect(try DirectoryRoot.live.linkTarget(scratch.path + "/dangling") == "made")
    }

    @Test("a device is written to and stays a device")
    func device() throws {
        try scratch.link("out", to: "/dev/null")
        for path in ["/dev/null", path] { _ = try write("gone", to: path) }
        var status = stat()
        try #require(unsafe stat("/dev/null", &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFCHR)
        let failure = #expect(throws: SystemFailure.self) { try write("x", to: "/dev/full") }
        #expect(failure?.errno == .noSpace)
    }

    @Test("a name as long as names may be can be written")
    func longName() throws {
        let name = String(repeating: "n", count: 255)
        _ = try write("long", to: "\(scratch.path)/\(name)")
        #expect(try names() == [name])
    }

    @Test(
        "a directory that is missing, or is a file, is an error that says which", arguments: ["none/a", "file/a", ""])
    func missing(_ name: String) throws {
        try scratch.write("file", "x")
        let errno = #expect(throws: Errno.self) {
            try write("x", to: name.isEmpty ? scratch.path : "\(scratch.path)/\(name)")
        }
        #expect(errno == (name == "none/a" ? .noSuchFileOrDirectory : name == "file/a" ? .notDirectory : .isDirectory))
        #expect(try names() == ["file"])
    }
}
