import ArchiveFiles
import LinuxSystem
import SystemPackage
import Testing

@Suite("A captured machine by the path of what holds it")
struct CapturedRootTests {
    private let directory: ToolDirectory

    init() throws {
        directory = try ToolDirectory()
        try directory.run("mkdir -p m/proc m/sys/devices && echo 'numa_hit 1' > m/proc/vmstat")
    }

    @Test(
        "it is found at the top, in root/ and below a single directory, in a directory and in an archive of it",
        arguments: [
            "mv m c",
            "mkdir c && mv m c/root && mkdir c/other",
            // As tar leaves an archive of sosreport or hwloc-gather-topology.
            "mkdir c && mv m c/sosreport-db1 && touch c/README && ln -s sosreport-db1 c/last",
            "mkdir -p c/case && mv m c/case/root && touch c/case/expected.dmesg",
            "mkdir -p c/a/b && mv m c/a/b/host",
            // Only one of the two was captured.
            "mkdir -p c/host && mv m/proc c/host",
        ])
    func layouts(_ layout: String) throws {
        try directory.run(layout + " && tar cjf a.tar.bz2 c")
        for name in ["c", "c/", "a.tar.bz2"] {
            let captured = try CapturedRoot.open("\(directory.path)/\(name)")
            #expect(captured.problem == nil)
            #expect(!captured.root.isLive)
            #expect(try captured.root.readText("/proc/vmstat") == "numa_hit 1")
        }
    }

    @Test(
        "a directory without a machine is refused, never an empty one",
        arguments: [
            "mkdir c", "mkdir -p c/proc c/sys", "mkdir -p c/etc && touch c/passwd",
            "mkdir -p c/one && mkdir c/two && mv m c/one/h",
            "mkdir -p c/a/b/c/d/e && mv m c/a/b/c/d/e", "mkdir c && ln -s ../m c/m",
        ])
    func none(_ layout: String) throws {
        try directory.run(layout)
        let failure = #expect(throws: ArchiveFailure.self) { try CapturedRoot.open("\(directory.path)/c") }
        #expect(failure?.kind == .noRoot)
        let text = "\(try #require(failure))"
        #expect(text.contains("/c holds no /proc and no /sys"))
        #expect(text.contains("sosreport") && text.contains("hwloc-gather-topology"))
    }

    @Test("a path that is missing says so") func missing() throws {
        let failure = #expect(throws: ArchiveFailure.self) { try CapturedRoot.open("\(directory.path)/none") }
        #expect(failure?.kind == .system(.noSuchFileOrDirectory))
    }
}
