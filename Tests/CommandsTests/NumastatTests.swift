import FixtureSupport
import LinuxSystem
import Testing

@testable import Commands

/// What numactl's own numastat printed in a guest with four nodes is what ours has to print of the same files.
struct NumastatTests {
    private static let archive = Fixture.archive("numastat/4-nodes")

    /// The tables the original printed, by its arguments.
    private static func printed(_ arguments: String) -> String {
        String(decoding: archive.files["printed/" + (arguments.isEmpty ? "nothing" : arguments)] ?? [], as: UTF8.self)
    }

    private func ours(_ arguments: String) throws -> String {
        let words = arguments.split(separator: " ").map(String.init)
        var report = try NumastatReport(
            NumastatArguments(parsing: words), root: Self.archive.root, pageSizeBytes: 4096)
        return try report.text()
    }

    // Processes 208, 209 and 211 were stopped, so their figures are those of the captured files.
    @Test(arguments: ["-p 208", "-c -p 208", "-p 208 -p 209", "-zc -p 211"])
    func `process tables equal the original's to the byte`(arguments: String) throws {
        #expect(try ours(arguments) == Self.printed(arguments))
        #expect(!Self.printed(arguments).isEmpty)
    }

    // The host's counters moved on between the table and the capture: rows, columns and widths are what can be equal.
    @Test(arguments: ["", "-m", "-c -m", "-cn", "-z"])
    func `host tables have the original's rows and columns`(arguments: String) throws {
        // Digits become blanks, so that a number may have grown a digit to the left; its column and its point stay.
        func shape(_ text: String) -> [String] {
            text.split(separator: "\n").map { line in String(line.map { $0.isNumber ? " " : $0 }) }
        }
        // “-z” alone shows the counters too.
        #expect(try shape(ours(arguments)) == shape(Self.printed(arguments)))
    }

    @Test func `a pattern finds processes by command line and one that finds none says so`() throws {
        let text = try ours("private")
        #expect(text.contains("208 (wl)") && text.contains("211 (wl)") && !text.contains("209 (wl)"))
        let none = try ours("-p zzz")
        #expect(none.hasPrefix("Found no processes containing pattern: \"zzz\"\n"))
        #expect(none.contains("Per-node numastat info (in MBs):"))
    }

    @Test func `the memory of a process whose first thread has ended is that which another thread shows`() throws {
        var root = MemoryRoot(files: [
            "/sys/devices/system/node/online": "0-1\n", "/proc/10/numa_maps": "", "/proc/10/task/10/numa_maps": "",
            "/proc/10/task/11/numa_maps": "00400000 default anon=512 N1=512 kernelpagesize_kB=4\n",
        ])
        func text() throws -> (String, NumastatReport) {
            var report = try NumastatReport(
                NumastatArguments(parsing: ["-p", "10"]), root: root, pageSizeBytes: 4096)
            return (try report.text(), report)
        }
        let (shown, report) = try text()
        #expect(shown.contains("2.00") && report.complaints.isEmpty && report.shownProcessCount == 1)
        // Without one there is no answer.
        root.addFile("/proc/10/task/11/numa_maps", text: "")
        let (_, without) = try text()
        #expect(without.complaints.first?.message == "/proc/10/numa_maps shows no mapping")
        #expect(without.shownProcessCount == 0)
    }

    @Test func `a snapshot takes along what another thread shows of a process whose first has ended`() {
        func stat(_ id: Int, _ state: String) -> String {
            "\(id) (w) \(state) 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0 9 0 7" + String(repeating: " 0", count: 28) + "\n"
        }
        var files = ["/proc/10/stat": stat(10, "Z"), "/proc/10/numa_maps": ""]
        for thread in [10, 11, 12] {
            files["/proc/10/task/\(thread)/stat"] = stat(thread, thread == 10 ? "Z" : "S")
            for name in ["status", "cgroup", "numa_maps"] { files["/proc/10/task/\(thread)/\(name)"] = "\(name)\n" }
        }
        func extra(_ includesPlacement: Bool) -> [String] {
            ProcessCapture(MemoryRoot(files: files), includesPlacement: includesPlacement).files.keys
                .filter { $0.hasPrefix("/proc/10/task/") && !$0.hasSuffix("/stat") }.sorted()
        }
        #expect(
            extra(true) == ["/proc/10/task/11/cgroup", "/proc/10/task/11/numa_maps", "/proc/10/task/11/status"])
        #expect(extra(false) == ["/proc/10/task/11/cgroup", "/proc/10/task/11/status"])
        files["/proc/10/stat"] = stat(10, "S")
        #expect(extra(true).isEmpty)
    }

    @Test func `a process that is gone is complained of and the others are shown`() throws {
        var report = try NumastatReport(
            NumastatArguments(parsing: ["208", "99999"]), root: Self.archive.root, pageSizeBytes: 4096)
        let text = try report.text()
        #expect(text.contains("208 (wl)"))
        #expect(report.complaints.count == 1)
        #expect(report.complaints.first?.message.contains("/proc/99999/numa_maps") == true)
    }

    @Test(arguments: [
        (["-vc"], true, true, nil as Int?),
        (["-s1", "-c"], true, false, 1),
        (["-czs2"], true, false, 2),
    ])
    func `letters combine and -s takes an attached node`(
        arguments: [String], isCompact: Bool, isVerbose: Bool, node: Int?
    ) throws {
        let parsed = try NumastatArguments(parsing: arguments)
        #expect(parsed.isCompact == isCompact && parsed.isVerbose == isVerbose && parsed.sortNode == node)
    }

    @Test(arguments: [["-q"], ["--frob"], ["-p"], ["-sx"], ["--root"]])
    func `wrong arguments are refused with status 64`(arguments: [String]) {
        #expect(throws: CommandFailure.self) { try NumastatArguments(parsing: arguments) }
        do {
            _ = try NumastatArguments(parsing: arguments)
        } catch {
            #expect(error.status == .usage)
        }
    }

    @Test func `sorting puts the largest first and keeps the order of equals`() {
        let table = NumastatTable(
            title: "", nodes: [0, 1],
            rows: [.init("a", [1, 5]), .init("b", [4, 0]), .init("c", [2, 4])], hasTotals: false)
        func labels(_ order: NumastatTable.Order) -> [Substring] {
            var style = NumastatTable.Style()
            style.order = order
            style.isCompact = true
            return table.text(style).split(separator: "\n").dropFirst(2).map { $0.prefix(1) }
        }
        #expect(labels(.asGiven) == ["a", "b", "c"])
        #expect(labels(.byTotal) == ["a", "c", "b"])
        #expect(labels(.byNode(0)) == ["b", "c", "a"])
        #expect(labels(.byNode(7)) == ["a", "c", "b"])
    }

    // printf rounds to the nearest, exact ties to even; pages are multiples of 1/256 MB, so ties occur.
    @Test(arguments: [(0.125, "0.12"), (0.375, "0.38"), (1.005, "1.00"), (12.0, "12.00"), (0.0078125, "0.01")])
    func `megabytes round as printf does`(value: Double, expected: String) {
        #expect(NumastatTable.number(value, decimals: 2) == expected)
    }
}
