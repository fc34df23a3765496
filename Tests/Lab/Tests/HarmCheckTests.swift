import FixtureSupport
import Lab
import Testing

/// The judgement of measured sleeps, on figures made up.
@Suite struct HarmCheckTests {
    private static let sleepMilliseconds = ["nobody": 1, "numawatchd": 20, "numastat": 300]

    /// What `Guest/harm.sh` leaves: two turns of each observer on each target.
    private static func turns(_ change: (inout [String: Int]) -> Void = { _ in }) -> [String] {
        var sleeps = sleepMilliseconds
        change(&sleeps)
        return ["640 1", "640 1000"].flatMap { target in
            sleeps.keys.sorted().flatMap { name in
                (1...2).map { turn in
                    let slept = (sleeps[name] ?? 0) * 1_000_000
                    return "\(target) \(name) 5000 90000000 12 \(slept / 4) \(turn) \(slept) "
                        + (name == "numawatchd" ? (target == "640 1" ? "sampled,0.20" : "full,0.40") : "-")
                }
            }
        }
    }

    private func judge(_ turns: [String], status: Int = 0) async throws -> CheckVerdict {
        let directory = try TemporaryDirectory.make()
        try await HostFiles.makeDirectories(["\(directory)/steps/harm", "\(directory)/files/harm"])
        try HostFiles.write(Array("\(status)\n".utf8), to: "\(directory)/steps/harm/status")
        try HostFiles.write(Array((turns.joined(separator: "\n") + "\n").utf8), to: "\(directory)/files/harm/turns")
        let verdict = Result { () throws(LabFailure) in
            try HarmCheck().judge(GuestResult(directory: directory), LabTopology(name: "x"))
        }
        try await HostFiles.remove(directory)
        return try verdict.get()
    }

    @Test("Less than numastat's passes, with worst, number and sum of the sleeps of all three")
    func right() async throws {
        let verdict = try await judge(Self.turns())
        #expect(verdict.problems == [])
        let figures = "0.3, 5.0, 75.0 ms at most, 3, 3, 3 times over 1 ms, 6, 120, 1800 ms a minute"
        #expect(
            verdict.compared
                == "slept with nobody, numawatchd, numastat: 640 MiB in 1: \(figures); 640 MiB in 1000: \(figures)")
    }

    @Test(
        "More than numastat's, and what was not measured, fails",
        arguments: [
            (turns { $0["numawatchd"] = 310 }, "it slept 1860 ms a minute for the daemon, 1800 for numastat"),
            (turns { $0["numawatchd"] = 2401 }, "640 MiB in 1000: it slept 14406 ms a minute for the daemon, 1800"),
            (turns { $0["numastat"] = 1 }, "no harm that could be measured"),
            (turns { $0["numastat"] = nil }, "640 MiB in 1000, numastat: 0 of 2 turns were measured"),
            (Array(turns().dropLast()), "640 MiB in 1000, numawatchd: 1 of 2 turns"),
            (turns().map { $0.replacing(" 5000 ", with: " 0 ") }, "nobody: 2 of 2 turns were measured, 0 pairs"),
            (
                turns().map { $0.replacing("sampled", with: "none") },
                "640 MiB in 1: the daemon was to read it sampled, and did none,0.20"
            ),
        ])
    func wrong(_ turns: [String], _ message: String) async throws {
        let problems = try await judge(turns).problems
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
    }

    @Test("A step that failed, and a line that is no figures, are errors")
    func unusable() async {
        await #expect(throws: LabFailure.self) { _ = try await judge(Self.turns(), status: 1) }
        await #expect {
            _ = try await judge(Self.turns() + ["640 1 somebody 1 1 1 1 1 1 -"])
        } throws: { error in
            "\(error)".contains("somebody")
        }
    }
}
