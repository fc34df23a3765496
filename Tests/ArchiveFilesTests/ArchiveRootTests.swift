import ArchiveFiles
import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite struct ArchiveRootTests {
    private let directory: ToolDirectory

    init() throws {
        directory = try ToolDirectory()
        try directory.run(
            """
            mkdir -p m/root/proc/12 m/root/sys/devices/system/node/node0 m/root/sys/bus && \
            echo 'numa_hit 1' > m/root/proc/vmstat && echo '12 (a) S' > m/root/proc/12/stat && \
            echo 'Node 0 MemTotal: 1 kB' > m/root/sys/devices/system/node/node0/meminfo && \
            ln -s ../devices/system/node m/root/sys/bus/node && ln m/root/proc/vmstat m/root/proc/same && \
            echo 'domains' > m/expected.dmesg && mkdir m/root/sys/empty
            """)
    }

    private func load(_ name: String, limitBytes: Int = ArchiveRoot.defaultLimitBytes) throws -> ArchiveRoot {
        try ArchiveRoot.load("\(directory.path)/\(name)", limitBytes: limitBytes)
    }

    @Test(
        arguments: [
            ("tar cf a m", "m/root"),
            ("tar czf a m", "m/root"),
            ("tar cJf a m", "m/root"),
            ("tar cjf a m", "m/root"),
            ("tar c m | zstd -q -c > a", "m/root"),
            // As sosreport and hwloc-gather-topology lay them out: no root/, other things beside.
            ("mv m/root db1 && mkdir -p db1/etc/sys db1/sos_logs && mv m/expected.dmesg db1 && tar cjf a db1", "db1"),
            ("tar cf a ./m", "m/root"),
            ("tar cf a -C m root expected.dmesg", "root"),
            ("tar czf a -C m ./root ./expected.dmesg", "root"),
            ("tar cf a -C m/root proc sys", ""),
            ("tar cJf a -C m/root .", ""),
            ("tar cf a --format=pax m", "m/root"),
            ("tar cf a --format=v7 m", "m/root"),
        ]
    )
    func `a machine is found wherever it lies in the archive`(command: String, prefix: String) throws {
        try directory.run(command)
        let root = try load("a")
        #expect(root.prefix == prefix)
        #expect(root.problem == nil)
        #expect(!root.isLive)
        #expect(try root.readText("/proc/vmstat") == "numa_hit 1")
        #expect(try root.readText("/proc/same") == "numa_hit 1")
        #expect(try root.readText("/sys/bus/node/node0/meminfo") == "Node 0 MemTotal: 1 kB")
        #expect(try root.linkTarget("/sys/bus/node") == "../devices/system/node")
        #expect(try Set(root.list("/")).isSuperset(of: ["proc", "sys"]))
        #expect(try root.list("/sys/empty").isEmpty)
        var processes: [Int32] = []
        try root.processIDs(into: &processes)
        #expect(processes == [12])
        let gone = #expect(throws: ReadFailure.self) { try root.readBytes("/proc/13/stat") }
        #expect(gone?.kind == .gone)
    }

    @Test func `an archive that is cut short gives the members before and says where it ended`() throws {
        try directory.run("head -c 200000 /dev/urandom > m/root/proc/zz && tar cf a -C m/root proc/vmstat proc/zz")
        let whole = try directory.read("a")
        try directory.write("cut", Array(whole[..<100_000]))
        let root = try load("cut")
        #expect(try root.readText("/proc/vmstat") == "numa_hit 1")
        let problem = try #require(root.problem)
        #expect(problem.member == "proc/zz")
        #expect(problem.byteOffset <= 100_000)
        // Not read in part.
        let broken = #expect(throws: ReadFailure.self) { try root.readBytes("/proc/zz") }
        #expect(broken?.errno == .ioError)
    }

    @Test(arguments: ["tar cf a m", "tar czf a m", "tar cJf a m"])
    func `an archive cut anywhere is an error or says what is missing and never traps`(command: String) throws {
        try directory.run(command)
        let whole = try directory.read("a")
        for length in stride(from: 0, to: whole.count - 1, by: max(whole.count / 40, 1)) {
            try directory.write("cut", Array(whole[..<length]))
            guard let root = try? load("cut") else { continue }
            // Tar has no end but two empty blocks, which libarchive does not insist on: what was read is whole.
            if root.problem == nil { #expect(command == "tar cf a m", "\(length)") }
        }
    }

    @Test func `what is no archive is refused`() throws {
        let noise = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 3) }
        try directory.write("noise", noise)
        try directory.run("xz -k noise && bzip2 -k noise && zstd -q -k noise && gzip -k noise")
        for name in ["noise", "noise.xz", "noise.bz2", "noise.zst", "noise.gz"] {
            let failure = #expect(throws: ArchiveFailure.self) { try load(name) }
            #expect(failure?.kind == .unknownFormat, "\(name)")
            #expect(failure?.description.contains("gzip, xz, bzip2 or zstd") == true)
        }
        try directory.write("nothing", [])
        let empty = #expect(throws: ArchiveFailure.self) { try load("nothing") }
        #expect(empty?.kind == .noRoot)
        try directory.run("tar cf other -C m expected.dmesg")
        let other = #expect(throws: ArchiveFailure.self) { try load("other") }
        #expect(other?.kind == .noRoot)
        // Directories that hold nothing are no machine either.
        try directory.run("mkdir -p empty/proc empty/sys/devices && tar cf hollow empty")
        let hollow = #expect(throws: ArchiveFailure.self) { try load("hollow") }
        #expect(hollow?.kind == .noRoot)
        #expect(throws: ArchiveFailure.self) { try load("none") }
    }

    @Test func `an archive of two machines is refused and names them`() throws {
        try directory.run("cp -r m n && tar cf a m n")
        let failure = #expect(throws: ArchiveFailure.self) { try load("a") }
        #expect(failure?.kind == .severalRoots("m/root", "n/root"))
    }

    @Test func `an archive that unpacks to more than the bound is refused`() throws {
        try directory.run("head -c 50000000 /dev/zero > m/root/proc/zeroes && tar czf a m")
        #expect(try directory.read("a").count < 100_000)
        let failure = #expect(throws: ArchiveFailure.self) { try load("a", limitBytes: 10_000_000) }
        #expect(failure?.kind == .tooLarge(limitBytes: 10_000_000))
    }

    @Test func `a member over the limit is refused by its header and nothing of it is unpacked`() throws {
        // 1 GiB in some hundred kilobytes.
        try directory.run("truncate -s 1G m/root/proc/bomb && tar c m | zstd -q -c > a && rm m/root/proc/bomb")
        let failure = #expect(throws: ArchiveFailure.self) { try load("a") }
        #expect(failure?.kind == .tooLarge(limitBytes: ArchiveRoot.fileLimitBytes))
        #expect(failure?.member == "m/root/proc/bomb")
        #expect(failure?.description.contains("more than 64 MiB when unpacked") == true)
        // Before the rest of the file was so much as read.
        #expect(try #require(failure).byteOffset < Int64(directory.read("a").count))
    }

    @Test func `many members just below the limit are refused together`() throws {
        try directory.run(
            """
            head -c 60000000 /dev/zero > m/root/proc/0 && \
            for i in 1 2 3; do ln m/root/proc/0 m/root/proc/$i; done
            """)
        try directory.run("tar c --hard-dereference m | zstd -q -c > a")
        let failure = #expect(throws: ArchiveFailure.self) { try load("a", limitBytes: 100_000_000) }
        #expect(failure?.kind == .tooLarge(limitBytes: 100_000_000))
    }

    @Test func `empty members and deep paths are counted too`() throws {
        try directory.run("mkdir -p $(seq -f 'm/root/sys/%.0f/a/b/c/d/e/f/g/h' 1 300) && tar czf a m")
        let failure = #expect(throws: ArchiveFailure.self) { try load("a", limitBytes: 1_000_000) }
        #expect(failure?.kind == .tooLarge(limitBytes: 1_000_000))
        #expect(try load("a").list("/sys/7/a/b/c/d/e/f/g") == ["h"])
    }

    @Test func `a name longer than any path is refused`() throws {
        let writer = try TarWriter(path: directory.path + "/a")
        try writer.addFile("proc/" + String(repeating: "a/", count: 4000) + "b", [1])
        try writer.finish()
        let failure = #expect(throws: ArchiveFailure.self) { try load("a") }
        #expect(failure?.description.contains("4096") == true)
    }

    @Test func `logs beside the machine are passed over however large they are`() throws {
        try directory.run("mkdir m/root/var && head -c 90000000 /dev/zero > m/root/var/log && tar czf a m")
        let root = try load("a", limitBytes: 10_000_000)
        #expect(root.problem == nil)
        #expect(!root.exists("/var/log"))
        #expect(try root.readText("/proc/vmstat") == "numa_hit 1")
    }
}

@Suite struct TarWriterTests {
    private func fill(_ writer: TarWriter) throws {
        try writer.addDirectory("root/sys")
        try writer.addFile("root/proc/vmstat", Array("numa_hit 1\n".utf8))
        try writer.addFile("root/proc/empty", [])
        try writer.addFile("root/proc/" + String(repeating: "long/", count: 60) + "name", [1, 2, 3])
        try writer.addFile("root/proc/gr\u{F6}\u{DF}e", [4])
        try writer.addLink("root/sys/link", target: "../proc/vmstat")
        try writer.finish()
    }

    @Test(arguments: ["a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2", "a.tar.zst"])
    func `what is written is read again and the same twice`(name: String) throws {
        let directory = try ToolDirectory()
        try fill(try TarWriter(path: "\(directory.path)/\(name)"))
        let first = try directory.read(name)
        try fill(try TarWriter(path: "\(directory.path)/\(name)"))
        #expect(try directory.read(name) == first)
        let root = try ArchiveRoot.load("\(directory.path)/\(name)")
        #expect(root.prefix == "root")
        #expect(try root.readText("/sys/link") == "numa_hit 1")
        #expect(try root.readBytes("/proc/empty").isEmpty)
        #expect(try root.readBytes("/proc/" + String(repeating: "long/", count: 60) + "name") == [1, 2, 3])
        #expect(try root.readBytes("/proc/gr\u{F6}\u{DF}e") == [4])
    }

    @Test func `an archive has its name once it is finished and nothing is left of one that is not`() throws {
        let directory = try ToolDirectory()
        try directory.write("a.tar", Array("old".utf8))
        let names = { try DirectoryRoot.live.list(directory.path) }
        do {
            let writer = try TarWriter(path: directory.path + "/a.tar")
            try writer.addFile("root/proc/vmstat", [UInt8](repeating: 7, count: 1 << 20))
            #expect(try names() == ["a.tar"])
        }
        #expect(try names() == ["a.tar"])
        #expect(try directory.read("a.tar") == Array("old".utf8))
        try fill(try TarWriter(path: directory.path + "/a.tar"))
        #expect(try names() == ["a.tar"])
        #expect(try ArchiveRoot.load(directory.path + "/a.tar").prefix == "root")
    }

    @Test func `tar itself reads it and sees no time and no owner`() throws {
        let directory = try ToolDirectory()
        try fill(try TarWriter(path: directory.path + "/a.tar.gz"))
        try directory.run("mkdir out && tar xzf a.tar.gz -C out && TZ=UTC tar tvzf a.tar.gz > listing")
        #expect(try directory.read("out/root/sys/link") == Array("numa_hit 1\n".utf8))
        let listing = String(decoding: try directory.read("listing"), as: UTF8.self).split(separator: "\n")
        #expect(listing.count == 6)
        for line in listing { #expect(line.contains("0/0") && line.contains("1970-01-01 00:00"), "\(line)") }
    }

    @Test func `a full disk is an error`() throws {
        let writer = try TarWriter(try OwnedDescriptor(creating: "/dev/full"), path: "/dev/full", compression: nil)
        let failure = #expect(throws: ArchiveFailure.self) {
            try writer.addFile("a", [UInt8](repeating: 7, count: 1 << 20))
            try writer.finish()
        }
        #expect(failure?.kind == .system(.noSpace))
    }

    @Test func `a directory that is missing is an error`() {
        let failure = #expect(throws: ArchiveFailure.self) { try TarWriter(path: "/no/such/directory/a.tar") }
        #expect(failure?.kind == .system(.noSuchFileOrDirectory))
    }
}
