import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite struct DirectoryRootTests {
    private let scratch: ScratchDirectory
    private let root: DirectoryRoot

    /// A capture beneath `root`, and beside it a file that must never be read.
    init() throws {
        scratch = try ScratchDirectory()
        try scratch.write("secret", "outside")
        for directory in ["root", "root/proc", "root/proc/12", "root/sys", "root/sys/node0"] {
            try scratch.makeDirectory(directory)
        }
        try scratch.write("root/proc/vmstat", "numa_hit 1\n")
        try scratch.write("root/proc/12/stat", "12 (a) S\n")
        try scratch.write("root/sys/node0/meminfo", "inside\n")
        try scratch.link("root/sys/relative", to: "../../secret")
        try scratch.link("root/sys/absolute", to: scratch.path + "/secret")
        try scratch.link("root/sys/inner", to: "/sys/node0/meminfo")
        try scratch.link("root/sys/parent", to: "..")
        try scratch.makePipe("root/proc/pipe")
        root = try DirectoryRoot(scratch.path + "/root")
    }

    @Test func `files of a captured machine are read beneath it`() throws {
        #expect(!root.isLive)
        #expect(try root.readText("/proc/vmstat") == "numa_hit 1")
        #expect(try root.readText("proc/vmstat") == "numa_hit 1")
        #expect(try root.list("/proc") == ["12", "pipe", "vmstat"])
        #expect(try root.linkTarget("/sys/inner") == "/sys/node0/meminfo")
        #expect(try root.readText("/sys/inner") == "inside")
    }

    @Test(arguments: ["/sys/relative", "/sys/absolute", "/../secret", "/sys/parent/../../secret"])
    func `nothing leads out of a captured machine`(path: String) throws {
        let failure = #expect(throws: ReadFailure.self) { try root.readBytes(path) }
        #expect(failure?.kind == .missing)
    }

    @Test func `a pipe in a captured machine does not block`() throws {
        #expect(throws: ReadFailure.self) { try root.readBytes("/proc/pipe") }
    }

    @Test func `a captured process is read like a live one`() throws {
        var numbers: [Int32] = []
        try root.processIDs(into: &numbers)
        #expect(numbers == [12])
        var buffer: [UInt8] = []
        try ProcessFiles(12, in: root).read("stat", into: &buffer)
        #expect(buffer.elementsEqual("12 (a) S\n".utf8))
        let missing = #expect(throws: ReadFailure.self) {
            try ProcessFiles(12, in: root).read("sched", into: &buffer)
        }
        #expect(missing?.kind == .missing)
        let gone = #expect(throws: ReadFailure.self) { try root.readBytes("/proc/13/stat") }
        #expect(gone?.kind == .gone)
    }

    @Test func `the root of the host is the live root and a missing directory is an error`() throws {
        #expect(try DirectoryRoot("/").isLive)
        let failure = #expect(throws: ReadFailure.self) { try DirectoryRoot("/no/such/directory") }
        #expect(failure?.path == "/no/such/directory")
        #expect(throws: ReadFailure.self) { try DirectoryRoot("") }
    }
}
