import FixtureSupport
import Lab
import NUMATopology
import Testing

/// The judgement of recorded samples and costs, on recordings made up.
@Suite struct SamplingCheckTests {
    private static let workloads = [
        "large": "start name=large pid=10\n", "vmas": "start name=vmas pid=11\n",
        "spread": "start name=spread pid=12\nstart name=spread-child pid=13\n",
    ]
    /// One mapping with 300 pages on node 0 and 700 on node 1, and 20,000 without pages.
    private static let maps =
        "7f0000000000 default anon=1000 dirty=1000 N0=300 N1=700 kernelpagesize_kB=4\n"
        + String(repeating: "7f1000000000 default\n", count: 20_000)

    private func judge(
        _ files: [String: String], by judgement: (GuestResult) throws(LabFailure) -> CheckVerdict
    ) async throws -> CheckVerdict {
        let directory = try TemporaryDirectory.make()
        for (path, text) in files {
            let parent = path.split(separator: "/").dropLast().joined(separator: "/")
            try await HostFiles.makeDirectories(["\(directory)/\(parent)"])
            try HostFiles.write(Array(text.utf8), to: "\(directory)/\(path)")
        }
        let verdict = try judgement(GuestResult(directory: directory))
        try await HostFiles.remove(directory)
        return verdict
    }

    /// Of samples alone: on a machine of three nodes the cost is not measured.
    private func judge(samples files: [String: String]) async throws -> CheckVerdict {
        var topology = LabTopology(name: "x")
        topology.nodes = Array(repeating: .init(cpus: [], memoryMiB: 256), count: 3)
        return try await judge(files) { result throws(LabFailure) in try SamplingCheck().judge(result, topology) }
    }

    private func judge(costs files: [String: String]) async throws -> CheckVerdict {
        try await judge(files) { result throws(LabFailure) in try WatchingCost.judge(result) }
    }

    /// A recording of six draws: node 1 is published as off by `errors[draw]` half widths of 100 pages.
    private func samples(errors: [Double]) -> [String: String] {
        var files = ["steps/daemon-large/status": "0\n"]
        for (name, text) in Self.workloads { files["files/workloads/\(name)"] = text }
        for pid in [10, 11, 13] {
            for side in ["before", "after"] { files["files/large/\(side)/proc/\(pid)/numa_maps"] = Self.maps }
            for (draw, error) in errors.enumerated() {
                let off = Int(error * 100 * 4096)
                files["files/large/draws/\(draw + 1)/process-\(pid).json"] = """
                    {"placement": {"method": "sampled", "mapping_count": 20001, "cpu_seconds": 0.\(draw + 1),
                     "longest_call_seconds": 0.001, "bytes_by_node": {"0": \(300 * 4096 - off), "1": \(700 * 4096 + off)},
                     "half_width_95_bytes_by_node": {"0": 409600, "1": 409600}}}
                    """
            }
        }
        return files
    }

    @Test("Samples within their intervals pass, one in twenty outside too")
    func right() async throws {
        let verdict = try await judge(samples: samples(errors: [0, 0.5, -0.9, 0.2, 1.2, 0]))
        #expect(verdict.problems == [])
        #expect(verdict.compared == "15 of 18 samples inside the 95 % interval")
    }

    @Test("Half of the samples outside their intervals fail, however near")
    func tooNarrow() async throws {
        let verdict = try await judge(samples: samples(errors: [1.2, -1.1, 0.5, 1.3, -1.4, 1.2]))
        #expect(verdict.problems == ["3 of 18 samples hold the truth in their 95 % interval, expected 11"])
    }

    @Test("One sample far from the truth fails")
    func far() async throws {
        let verdict = try await judge(samples: samples(errors: [0, 0, 0, 2.6, 0, 0]))
        #expect(verdict.problems.count == 6)
    }

    @Test("A placement not read yet or again does not count, and memory that moved is not compared")
    func repeated() async throws {
        var files = samples(errors: [0, 0, 0, 0, 0, 0])
        let first = files["files/large/draws/2/process-13.json"]
        for draw in 3...6 { files["files/large/draws/\(draw)/process-13.json"] = first }
        files["files/large/draws/1/process-13.json"] = #"{"placement_gap": "not-yet"}"#
        let verdict = try await judge(samples: files)
        #expect(verdict.compared == "13 of 13 samples inside the 95 % interval")
        #expect(verdict.problems == ["5 placements were not read again between draws"])
        files["files/large/after/proc/13/numa_maps"] = Self.maps.replacing("N0=300 N1=700", with: "N0=301 N1=699")
        let moved = try await judge(samples: files)
        #expect(moved.problems == ["spread: the memory of 13 moved while it was stopped"])
    }

    /// A daemon that used `ticks` in 40 s under a limit of 20 %, and publishes `published` seconds.
    private func costs(ticks: Int, published: Double, late: Int = 0) -> [String: String] {
        func account(_ ticks: Int, _ uptime: Int) -> String {
            let numbers = (4...52).map { $0 == 14 ? "\(ticks)" : "0" }.joined(separator: " ")
            return "221 (numawatchd) S \(numbers)\n\(uptime).00 9.00\n"
        }
        func status(_ seconds: Double, _ readings: Int, _ late: Int) -> String {
            """
            {"cost": {"cpu_limit_ratio": 0.2, "cpu_seconds": \(seconds), "placements_full_count": \(readings),
             "placements_sampled_count": 0, "holds_over_limit_count": \(late)}}
            """
        }
        return [
            "steps/daemon-budget/status": "0\n", "files/workloads/many": "start name=vmas pid=10\n",
            "files/budget/before/end/account": account(1000, 100),
            "files/budget/after/begin/account": account(1000 + ticks, 140),
            "files/budget/after/end/account": account(1010 + ticks, 141),
            "files/budget/before/published/status.json": status(9.9, 50, 3),
            "files/budget/after/published/status.json": status(published, 60, 3 + late),
            "files/budget/after/published/process-10.json":
                #"{"placement": {"mapping_count": 20020, "age_seconds": 12.5}}"#,
        ]
    }

    @Test("CPU time within the limit passes")
    func cheap() async throws {
        let verdict = try await judge(costs: costs(ticks: 600, published: 16))
        #expect(verdict.problems == [])
        #expect(verdict.compared == "15.0 % of a CPU, limit 20.0 %; 10 readings, 0 beyond the hold")
    }

    @Test(
        "Too much CPU time, an account that is not the kernel's, and long holds fail",
        arguments: [(1200, 22.0, 0), (600, 9, 0), (600, 17, 0), (600, 16, 6)] as [(Int, Double, Int)])
    func dear(ticks: Int, published: Double, late: Int) async throws {
        let verdict = try await judge(costs: costs(ticks: ticks, published: published, late: late))
        #expect(verdict.problems.count == 1)
    }
}
