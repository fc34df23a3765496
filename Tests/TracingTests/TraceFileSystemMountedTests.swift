import LinuxSystem
import SystemPackage
import Testing
import Tracing

@Suite("Where tracefs is mounted")
struct TraceFileSystemMountedTests {
    private func mounted(_ lines: String) throws -> String {
        let text = lines.isEmpty ? "" : lines + "\n"
        return try TraceFileSystem.mounted(
            on: MemoryRoot(files: ["/proc/self/mountinfo": "22 28 0:20 / /sys rw - sysfs sysfs rw\n\(text)"])
        ).path
    }

    @Test("its usual place is taken, whatever else is mounted before it")
    func usual() throws {
        #expect(
            try mounted("35 22 0:12 / /sys/kernel/tracing rw,nosuid shared:6 - tracefs tracefs rw")
                == "/sys/kernel/tracing")
        #expect(
            try mounted(
                """
                34 33 0:12 / /sys/kernel/debug/tracing rw - tracefs tracefs rw
                35 22 0:12 / /sys/kernel/tracing rw - tracefs tracefs rw
                """) == "/sys/kernel/tracing")
        #expect(try mounted("34 33 0:12 / /mnt/my\\040trace rw - tracefs tracefs rw") == "/mnt/my trace")
    }

    @Test("single files of it that a sandbox mounts once more are not taken for it")
    func sandbox() throws {
        #expect(
            try mounted(
                """
                90 80 0:12 /kprobe_events /sys/kernel/tracing/kprobe_events rw - tracefs tracefs rw
                91 80 0:12 /instances /sys/kernel/tracing/instances rw - tracefs tracefs rw
                92 80 0:12 / /trace ro - tracefs tracefs rw
                """) == "/trace")
    }

    @Test("a host without it is told from one whose mount table cannot be read")
    func missing() throws {
        let none = #expect(throws: SystemFailure.self) { try mounted("") }
        #expect(none?.errno == .noSuchFileOrDirectory)
        #expect(none?.remedy?.contains("mount -t tracefs") == true)
        var failing = MemoryRoot()
        failing.addFile("/proc/self/mountinfo", text: "")
        failing.fail("/proc/self/mountinfo", with: .permissionDenied)
        let unknown = #expect(throws: SystemFailure.self) { try TraceFileSystem.mounted(on: failing) }
        #expect(unknown?.errno == .permissionDenied)
        #expect(TraceSession.removeAbandoned(on: failing).map(\.kind) == [.unavailable])
        #expect(TraceSession.removeAbandoned(on: MemoryRoot(files: ["/proc/self/mountinfo": ""])) == [])
    }
}
