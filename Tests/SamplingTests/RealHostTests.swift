// Foundation is here for its Process, which tests alone need.
import Foundation
import LinuxSystem
import NUMATopology
import Snapshots
import Testing

@testable import Sampling

/// A program of this machine, run to its end or left waiting.
private enum Program {
    static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first(where: FileManager.default.isExecutableFile(atPath:))
    }

    static let numastat = find("numastat")
    static let tail = find("tail")

    static func output(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Its end is the end of its output; waitUntilExit() needs a run loop, which a test's thread does not have.
        let text = output.fileHandleForReading.readDataToEndOfFile()
        return String(decoding: text, as: UTF8.self)
    }

    /// Runs `body` with the pid of a process that holds 8 MiB of memory and waits.
    static func withHolder(_ body: (Int32) throws -> Void) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(tail))
        process.arguments = ["-c", "8388608"]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer { try? input.fileHandleForWriting.close() }
        // It keeps what it was given until the end of its input, which does not come.
        try input.fileHandleForWriting.write(contentsOf: Data(repeating: 7, count: 8_388_608))
        try body(process.processIdentifier)
    }
}

/// Against the tools and files of the machine the tests run on.
@Suite(.serialized) struct RealHostTests {
    private static let hasNumastat = Program.numastat != nil && DirectoryRoot.live.exists("/proc/self/numa_maps")

    private func snapshot() -> HostSnapshot {
        var engine = SamplingEngine(root: DirectoryRoot.live, settings: SamplingSettings(), seed: 1)
        return engine.collectOnce()
    }

    /// The rows of a table of numastat: first word, and the figures behind it.
    private func rows(_ text: String, nodes: Int) -> [String: [Double]] {
        var rows: [String: [Double]] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            let figures = words.suffix(nodes + 1).compactMap { Double($0) }
            if let name = words.first, figures.count == nodes + 1 { rows[String(name)] = figures }
        }
        return rows
    }

    private func isPrinted(_ bytes: UInt64, as figure: Double?) -> Bool {
        figure.map { abs(Double(bytes) / Double(1 << 20) - $0) <= 0.0050001 } ?? false
    }

    @Test(.enabled(if: hasNumastat, "needs numastat (Debian's numactl) and a kernel with numa_maps"))
    func everyProcessBothCanReadHasTheFiguresOfNumastat() throws {
        try Program.withHolder { holder in
            let numastat = try #require(Program.numastat)
            let pids = snapshot().processes.filter { $0.placement?.method == .full }.map(\.identity.pid)
            let arguments = pids.flatMap { ["-p", "\($0)"] }
            var compared: Set<Int32> = []
            // Processes that change between the tool's two runs cannot be compared; most of them stand still.
            for _ in 0..<10 where !compared.contains(holder) {
                let before = try Program.output(numastat, arguments)
                let ours = snapshot()
                let after = try Program.output(numastat, arguments)
                let nodes = ours.machine.nodes.map(\.id)
                let (first, second) = (rows(before, nodes: nodes.count), rows(after, nodes: nodes.count))
                for pid in pids {
                    guard let row = first["\(pid)"], row == second["\(pid)"],
                        let placement = ours.process(pid: pid)?.placement, placement.method == .full
                    else { continue }
                    // Only one that stood still from our side as well.
                    compared.insert(pid)
                    for (column, node) in nodes.enumerated() {
                        #expect(isPrinted(placement.bytes[node], as: row[column]), "process \(pid), node \(node)")
                    }
                }
            }
            #expect(compared.contains(holder))
        }
    }

    @Test(.enabled(if: hasNumastat, "needs numastat (Debian's numactl) and a kernel with numa_maps"))
    func regionsOfAProcessAreTheRowsOfNumastat() throws {
        try Program.withHolder { pid in
            let numastat = try #require(Program.numastat)
            var isCompared = false
            for _ in 0..<10 where !isCompared {
                let before = try Program.output(numastat, ["-p", "\(pid)"])
                let ours = snapshot()
                guard try Program.output(numastat, ["-p", "\(pid)"]) == before else { continue }
                let nodes = ours.machine.nodes.map(\.id)
                let printed = rows(before, nodes: nodes.count)
                let placement = try #require(ours.process(pid: pid)?.placement)
                for region in MemoryRegion.allCases {
                    for (column, node) in nodes.enumerated() {
                        let bytes = placement.bytesByRegion?[region]?[node] ?? 0
                        #expect(isPrinted(bytes, as: printed[region.rawValue.capitalized]?[column]), "\(region)")
                    }
                }
                isCompared = true
            }
            #expect(isCompared)
        }
    }

    @Test(.enabled(if: Program.tail != nil, "needs tail"))
    func aSampleAgreesWithTheFullReading() throws {
        try Program.withHolder { pid in
            let process = try #require(snapshot().process(pid: pid))
            let full = try #require(process.placement)
            #expect(full.bytes.total >= 8 << 20)
            // Sampled by force: no hold is short enough.
            var settings = SamplingSettings()
            settings.maximumHold = .zero
            var reader = PlacementReader(
                root: DirectoryRoot.live, units: HostUnits(of: DirectoryRoot.live), time: SystemTime(), seed: 5)
            var subject = PlacementSubject(
                identity: process.identity,
                residentPages: process.residentBytes / HostUnits(of: DirectoryRoot.live).pageSizeBytes)
            let nodes = try MachineNodes.all()
            let outcome = reader.place(&subject, settings: settings, nodes: nodes, now: 0)
            guard case .read(let record) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            guard case .sampled = record.method else {
                Issue.record("not sampled")
                return
            }
            #expect(record.provenance == .estimated)
            // The resident set the estimate is anchored to is inexact in the kernel: by up to 32 pages a CPU and kind.
            let slack = UInt64(HostFacts.onlineProcessorCount * 64 * 4096) + 512 * 1024
            for node in nodes {
                let (ours, truth) = (record.bytes[node], full.bytes[node])
                let distance = ours > truth ? ours - truth : truth - ours
                #expect(distance <= 2 * (record.halfWidth95Bytes?[node] ?? 0) + slack, "node \(node)")
            }
        }
    }

    @Test func ourOwnMemoryIsFoundOnItsNode() throws {
        let memory = [UInt8](repeating: 9, count: 8 << 20)
        let own = try #require(snapshot().process(pid: HostFacts.processID))
        let placement = try #require(own.placement)
        #expect(placement.bytesByClass[.anonymous]?.total ?? 0 >= UInt64(memory.count))
        #expect(memory.last == 9)
    }

    @Test(.enabled(if: DirectoryRoot.live.exists("/proc/vmstat"), "needs /proc/vmstat"))
    func countersOfTheHostAreThoseOfTheKernel() throws {
        func counters() throws -> [String: UInt64] {
            let text = try DirectoryRoot.live.readText("/proc/vmstat")
            return Dictionary(
                uniqueKeysWithValues: text.split(separator: "\n").compactMap { line in
                    let words = line.split(separator: " ")
                    return words.count == 2 ? UInt64(words[1]).map { (String(words[0]), $0) } : nil
                })
        }
        let before = try counters()
        let ours = try #require(snapshot().host.vmstat)
        let after = try counters()
        #expect(!ours.isEmpty)
        for counter in ours {
            let (low, high) = (try #require(before[counter.name]), try #require(after[counter.name]))
            #expect(low <= counter.value && counter.value <= high, "\(counter.name)")
        }
    }
}

private enum MachineNodes {
    static func all() throws -> [NodeID] {
        var engine = SamplingEngine(root: DirectoryRoot.live, settings: SamplingSettings(), seed: 1)
        return engine.collectOnce().machine.nodes.map(\.id)
    }
}
