import FixtureSupport
import Lab
import LinuxSystem
import Testing

@Suite struct GuestResultTests {
    /// A directory as a guest's archive unpacks to.
    private func withResult(_ files: [String: String], _ body: (GuestResult) throws -> Void) async throws {
        let directory = try TemporaryDirectory.make()
        for (path, text) in files {
            let parent = path.split(separator: "/").dropLast().joined(separator: "/")
            try await HostFiles.makeDirectory("\(directory)/\(parent)")
            try HostFiles.write(Array(text.utf8), to: "\(directory)/\(path)")
        }
        try body(GuestResult(directory: directory))
        try await HostFiles.remove(directory)
    }

    @Test("Steps, files, log and console are read back; what did not happen is absent")
    func whole() async throws {
        try await withResult([
            "complete": "", "dmesg": "[    0.1] Linux\n", "console": "lab: end\n",
            "files/root/proc/vmstat": "numa_hit 1\n",
            "steps/a/status": "3\n", "steps/a/stdout": "one\ntwo\n", "steps/a/stderr": "bad\n",
            "steps/a/seconds": "1.25\n",
        ]) { result in
            #expect(result.isComplete)
            #expect(result.log == "[    0.1] Linux")
            #expect(result.console == "lab: end")
            #expect(
                result.step("a")
                    == GuestResult.StepResult(status: 3, output: "one\ntwo", complaint: "bad", seconds: 1.25))
            #expect(result.step("b") == nil)
            let vmstat = try result.root().readText("/proc/vmstat")
            #expect(vmstat == "numa_hit 1")
            #expect(result.file("root/proc/vmstat") == Array("numa_hit 1\n".utf8))
            #expect(result.file("root/proc/none") == nil)
        }
    }

    @Test(
        "The first line of the log tells which kernel ran",
        arguments: [
            ("[    0.0] Linux version 5.10.0-46-amd64 (debian-kernel@lists.debian.org) #1 SMP", KernelSeries.linux510),
            ("[    0.0] Linux version 7.3.4+deb13-arm64 (x)\n[    0.1] Linux version 6.1.0", .linux73),
            ("[    0.1] Linux\n", nil),
        ])
    func series(_ log: String, _ series: KernelSeries?) async throws {
        try await withResult(["dmesg": log]) { result in
            #expect(result.series == series)
        }
    }

    @Test("Without the marker the guest did not come to its end")
    func cutShort() async throws {
        try await withResult(["dmesg": "x\n"]) { result in
            #expect(!result.isComplete)
            #expect(throws: LabFailure.self) { try result.root() }
        }
    }
}
