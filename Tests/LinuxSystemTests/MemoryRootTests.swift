import LinuxSystem
import SystemPackage
import Testing

@Suite struct MemoryRootTests {
    private let machine: MemoryRoot = {
        var root = MemoryRoot(files: [
            "/proc/vmstat": "numa_hit 1\n",
            "/proc/12/stat": "12 (a) S\n",
            "/proc/12/task/13/sched": "a (13, #threads: 1)\n",
            "/sys/devices/system/node/node0/meminfo": "Node 0 MemTotal: 1 kB\n",
        ])
        root.addLink("/sys/bus/node/devices/node0", target: "../../../devices/system/node/node0")
        root.addLink("/sys/absolute", target: "/sys/devices/system/node")
        root.addLink("/proc/12/exe", target: "/usr/bin/a")
        root.addLink("/loop", target: "loop")
        root.addLink("/outside", target: "../../../../proc/vmstat")
        return root
    }()

    @Test func `a file is read whole and replaces what the buffer held`() throws {
        var buffer = Array("something longer that was there before".utf8)
        try machine.read("/proc/vmstat", into: &buffer)
        #expect(String(decoding: buffer, as: UTF8.self) == "numa_hit 1\n")
        #expect(try machine.readText("/proc/vmstat") == "numa_hit 1")
    }

    @Test(arguments: [
        "/sys/bus/node/devices/node0/meminfo",  // a relative link in the middle of the path
        "/sys/absolute/node0/meminfo",  // an absolute link, which starts again at the root
        "//sys/./absolute/node0/../node0/meminfo",
    ])
    func `links are followed within the root`(path: String) throws {
        #expect(try machine.readText(path) == "Node 0 MemTotal: 1 kB")
    }

    @Test func `a link upwards stops at the root`() throws {
        #expect(try machine.readText("/outside") == "numa_hit 1")
    }

    @Test func `the target of a link is given as written`() throws {
        #expect(try machine.linkTarget("/proc/12/exe") == "/usr/bin/a")
    }

    @Test func `names are listed sorted and only those directly beneath`() throws {
        #expect(try machine.list("/proc/12") == ["exe", "stat", "task"])
        #expect(try machine.list("/") == ["loop", "outside", "proc", "sys"])
    }

    @Test(arguments: [
        ("/proc/schedstat", ReadFailure.Kind.missing),  // no such file on this machine
        ("/proc/12/sched", .missing),  // the process is there, the file is not
        ("/proc/77/stat", .gone),  // no such process
        ("/proc/77", .gone),
        ("/proc/12/task/14/sched", .gone),  // no such thread
        ("/proc/12", .wrongType),  // a directory
        ("/proc/vmstat/more", .wrongType),  // beneath a file
        ("/loop", .wrongType),  // a link to itself
    ])
    func `what cannot be read is classified`(path: String, kind: ReadFailure.Kind) {
        let failure = #expect(throws: ReadFailure.self) { try machine.readBytes(path) }
        #expect(failure?.kind == kind)
        #expect(failure?.path == path)
    }

    @Test func `a file over the bound is refused and leaves the buffer empty`() throws {
        var buffer: [UInt8] = [1, 2, 3]
        let failure = #expect(throws: ReadFailure.self) {
            try machine.read("/proc/vmstat", into: &buffer, limitBytes: 10)
        }
        #expect(failure?.kind == .tooLarge)
        #expect(buffer.isEmpty)
        try machine.read("/proc/vmstat", into: &buffer, limitBytes: 11)
        #expect(buffer.count == 11)
    }

    @Test func `a path told to fail fails with all beneath it`() throws {
        var machine = machine
        machine.fail("/proc/12", with: .permissionDenied)
        let failure = #expect(throws: ReadFailure.self) { try machine.readBytes("/proc/12/task/13/sched") }
        #expect(failure?.kind == .permission)
        #expect(failure?.errno == .permissionDenied)
        #expect(failure?.description.contains("CAP_SYS_PTRACE") == true)
        #expect(try machine.readText("/proc/vmstat") == "numa_hit 1")
    }

    @Test func `what is removed is gone from its directory`() throws {
        var machine = machine
        machine.remove("/proc/12")
        #expect(try machine.list("/proc") == ["vmstat"])
        #expect(!machine.exists("/proc/12/stat"))
        #expect(machine.exists("/proc/vmstat"))
        #expect(machine.exists("/proc"))
    }

    @Test func `a path that is added again takes the place of what was there`() throws {
        var root = MemoryRoot(files: ["/a/b/c": "1", "/a/b/d": "2", "/a/x": "3"])
        root.addFile("/a/b", text: "file")
        #expect(try root.list("/a") == ["b", "x"])
        #expect(try root.readText("/a/b") == "file")
        #expect(!root.exists("/a/b/c"))
        root.addFile("/a/b/e", text: "4")
        #expect(try root.list("/a/b") == ["e"])
        #expect(!root.exists("/a/b/c"))
        root.addDirectory("/a/x")
        #expect(try root.list("/a/x").isEmpty)
        root.remove("/")
        #expect(try root.list("/").isEmpty)
        root.addFile("/a", text: "5")
        #expect(try root.list("/") == ["a"])
    }

    /// Each name of a directory, and each removal, must cost the same however many there are: with the cost of a copy of
    /// the directory each this would take an hour.
    @Test(.timeLimit(.minutes(1)))
    func `a directory of very many names is built name by name`() throws {
        var root = MemoryRoot()
        let count = 100_000
        for number in 0..<count { root.addFile("/proc/\(number)", []) }
        // Each file becomes a directory and a file again.
        for number in 0..<count { root.addFile("/proc/\(number)/stat", []) }
        for number in 0..<count { root.addFile("/proc/\(number)", [1]) }
        #expect(try root.list("/proc").count == count)
        #expect(root.paths.count == count)
    }

    @Test func `a host has something in proc or sys`() {
        #expect(!MemoryRoot().holdsMachine())
        var root = MemoryRoot(files: ["/etc/passwd": ""])
        root.addDirectory("/proc")
        root.addDirectory("/sys")
        #expect(!root.holdsMachine())
        root.addFile("/root/sys/x", [])
        #expect(!root.holdsMachine())
        #expect(root.holdsMachine(in: "/root"))
        root.addFile("/proc/stat", [])
        #expect(root.holdsMachine())
    }

    @Test func `processes and threads are found and read through their directory`() throws {
        var numbers: [Int32] = [99]
        try machine.processIDs(into: &numbers)
        #expect(numbers == [12])
        let process = try ProcessFiles(12, in: machine)
        try process.threadIDs(into: &numbers)
        #expect(numbers == [13])
        var buffer: [UInt8] = []
        try process.read("task/13/sched", into: &buffer)
        #expect(buffer.starts(with: "a (13".utf8))
        #expect(try process.linkTarget("exe") == "/usr/bin/a")
    }

    @Test(arguments: [1, 3, 9, 4096])
    func `chunks put together are the file`(chunkBytes: Int) throws {
        let process = try ProcessFiles(12, in: machine)
        var (scratch, whole): ([UInt8], [UInt8]) = ([], [])
        let result = try process.readChunks("stat", chunkBytes: chunkBytes, scratch: &scratch) { chunk, _ in
            #expect(chunk.count <= chunkBytes)
            for index in chunk.indices { whole.append(chunk[index]) }
            return true
        }
        #expect(String(decoding: whole, as: UTF8.self) == "12 (a) S\n")
        #expect(result.bytes == 9)
        #expect(result.reads == (9 + chunkBytes - 1) / chunkBytes)
        #expect(!result.stoppedEarly)
    }
}
