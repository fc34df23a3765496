import SystemPackage
import Testing

@testable import LinuxSystem

@Suite("The libraries that only tracing needs")
struct TraceLibraryTests {
    @Test("what is missing is named with the Debian package that has it")
    func missing() {
        let absent = TraceLibrary(soname: "libnumawatch-absent.so.1", package: "libabsent1")
        let failure = #expect(throws: SystemFailure.self) { try TraceFSFunctions(absent) }
        #expect(failure?.errno == .noSuchFileOrDirectory)
        #expect(failure?.description.contains("cannot load libnumawatch-absent.so.1") == true)
        #expect(failure?.remedy == "install the Debian package libabsent1")
        #expect(throws: SystemFailure.self) { try TraceEventFunctions(absent) }
    }

    @Test("a library without the functions is refused, with the function it lacks")
    func foreign() {
        // It is there, as the tests themselves need it, and has nothing of libtraceevent.
        let other = TraceLibrary(soname: "libm.so.6", package: "libtraceevent1")
        let failure = #expect(throws: SystemFailure.self) { try TraceEventFunctions(other) }
        #expect(failure?.errno == .noFunction)
        #expect(failure?.operation == "find tep_set_loglevel in")
        #expect(failure?.remedy?.contains("libtraceevent1") == true)
    }

    @Test("both libraries are found by their names of today")
    func present() throws {
        _ = try TraceFSFunctions()
        _ = try TraceEventFunctions()
    }
}

@Suite("The trace file system under a sandbox")
struct TraceFileSystemTests {
    @Test("what is there is told from what is not, and either from what cannot be looked at")
    func exists() throws {
        let directory = try ScratchDirectory()
        try directory.write("kprobe_events", "")
        try directory.makeDirectory("instances")
        let files = TraceFileSystem(at: directory.path)
        #expect(try files.exists("kprobe_events"))
        #expect(try files.exists("instances"))
        #expect(try !files.exists("dynamic_events"))
        let failure = #expect(throws: SystemFailure.self) {
            try ForcedFailures.with({ $0 == .stat ? .permissionDenied : nil }) { try files.exists("kprobe_events") }
        }
        #expect(failure?.description.hasPrefix("cannot look for \(directory.path)/kprobe_events: ") == true)
    }

    @Test("a directory is listed without openat2(2), which RestrictSUIDSGID= refuses")
    func list() throws {
        let directory = try ScratchDirectory()
        for name in ["instances", "instances/numawatch", "instances/a"] { try directory.makeDirectory(name) }
        let files = TraceFileSystem(at: directory.path)
        #expect(try files.instances() == ["a", "numawatch"])
        let failure = #expect(throws: SystemFailure.self) { try files.list("missing") }
        #expect(failure?.errno == .noSuchFileOrDirectory)
        // As the filter answers: a clear word, and no mention of rights.
        let refused = #expect(throws: SystemFailure.self) {
            try ForcedFailures.with({ $0 == .open ? .noFunction : nil }) { try files.instances() }
        }
        #expect(refused?.remedy?.contains("SystemCallFilter=") == true)
    }

    @Test(
        "rights that are missing are given by the drop-in, never by a mount option",
        arguments: [Errno.permissionDenied, .readOnlyFileSystem])
    func remedy(_ errno: Errno) throws {
        let remedy = try #require(TraceFileSystem(at: "/t").failure("list", "instances", errno).remedy)
        #expect(remedy.contains("numawatchd.service.d/tracing.conf"))
        #expect(!remedy.contains("remount"))
    }
}
