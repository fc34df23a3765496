import FixtureSupport
import Lab
import Testing

/// Judging, on a captured machine in the place of a guest's result.
@Suite struct DomainsCheckTests {
    /// A result with the machine's files, its log and a step that went well.
    private func verdict(
        status: Int = 0, _ change: (inout TextArchive) -> Void = { _ in }
    ) async throws -> CheckVerdict {
        var archive = Fixture.archive("domains/x86-4n-ring-6.12")
        change(&archive)
        let directory = try TemporaryDirectory.make()
        var places: [String: [UInt8]] = ["steps/domains-capture/status": Array("\(status)\n".utf8)]
        for (path, bytes) in archive.files {
            places[path == "expected.dmesg" ? "files/domains.log" : "files/root/\(path)"] = bytes
        }
        try await HostFiles.makeDirectories(
            Set(places.keys.map { "\(directory)/" + $0.split(separator: "/").dropLast().joined(separator: "/") }))
        for (place, bytes) in places { try HostFiles.write(bytes, to: "\(directory)/\(place)") }
        let verdict = Result { () throws(LabFailure) in
            try DomainsCheck().judge(GuestResult(directory: directory), LabTopology(name: "4-ring"))
        }
        try await HostFiles.remove(directory)
        return try verdict.get()
    }

    @Test("A machine whose domains are derived as its kernel built them passes, and the figures say what was compared")
    func right() async throws {
        let verdict = try await verdict()
        #expect(verdict.problems == [])
        #expect(verdict.compared == "8 CPUs, 24 domains, 1 partition")
    }

    @Test("A kernel that built another group fails it, with both groups shown")
    func otherGroup() async throws {
        let verdict = try await verdict { archive in
            let log = String(decoding: archive.files["expected.dmesg"] ?? [], as: UTF8.self)
            archive.files["expected.dmesg"] = Array(
                log.replacing("domain-0: span=4-5", with: "domain-0: span=4-6").utf8)
        }
        #expect(
            verdict.problems.contains { $0.contains("CPU 4") && $0.contains("span=4-5") && $0.contains("span=4-6") })
    }

    @Test("Another distance than the kernel had fails it")
    func otherDistance() async throws {
        let verdict = try await verdict { archive in
            archive.files["sys/devices/system/node/node0/distance"] = Array("10 30 20 20\n".utf8)
        }
        #expect(!verdict.isPassed)
    }

    @Test("A log without a dump fails it: nothing was compared")
    func noDump() async throws {
        let verdict = try await verdict { $0.files["expected.dmesg"] = Array("[    0.1] Linux\n".utf8) }
        #expect(verdict.problems.contains { $0.contains("sched_verbose") })
    }

    @Test("A capture that failed in the guest is an error with its status")
    func noCapture() async {
        await #expect {
            _ = try await verdict(status: 3)
        } throws: { error in
            "\(error)".contains("status 3")
        }
    }
}
