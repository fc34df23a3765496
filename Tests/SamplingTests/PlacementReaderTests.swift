import FixtureSupport
import LinuxSystem
import NUMATopology
import Snapshots
import SystemPackage
import Testing

@testable import Sampling

@Suite struct PlacementReaderTests {
    private static let page: UInt64 = 4096

    /// A process whose files are as given, and a reader.
    private func place(
        _ root: ScriptedRoot, residentPages: UInt64 = 100, settings: SamplingSettings = SamplingSettings()
    ) -> PlacementReader.Outcome {
        var reader = PlacementReader(
            root: root, units: HostUnits(pageSizeBytes: 4096, ticksPerSecond: 100), time: ManualTime(), seed: 1)
        var process = PlacementSubject(
            identity: ProcessIdentity(pid: 10, startTimeTicks: 1000), residentPages: residentPages)
        return reader.place(&process, settings: settings, nodes: [node0, node1], now: 77)
    }

    private func root(_ numaMaps: String?, maps: String? = nil, isLive: Bool = false) -> ScriptedRoot {
        var memory = MemoryRoot.twoNodes
        memory.put(FakeTask(pid: 10))
        if let numaMaps { memory.addFile("/proc/10/numa_maps", text: numaMaps) }
        if let maps { memory.addFile("/proc/10/maps", text: maps) }
        return ScriptedRoot(memory, isLive: isLive)
    }

    private func read(_ numaMaps: String) throws -> PlacementRecord {
        let outcome = place(root(numaMaps))
        guard case .read(let record) = outcome else {
            Issue.record("\(outcome)")
            throw ReadFailure(.read, "numa_maps", .ioError)
        }
        return record
    }

    @Test func sumsByNodeClassPolicyAndRegion() throws {
        let record = try read(
            """
            00400000 default file=/bin/x mapped=10 mapmax=4 active=0 N0=4 N1=6 kernelpagesize_kB=4
            00500000 default heap anon=3 dirty=3 N1=3 kernelpagesize_kB=4
            00600000 bind:0 anon=2 dirty=2 N0=2 kernelpagesize_kB=4
            00700000 interleave:0-1 file=/dev/zero\\040(deleted) dirty=8 N0=4 N1=4 kernelpagesize_kB=4
            00800000 default file=/anon_hugepage\\040(deleted) huge anon=2 dirty=2 N1=2 kernelpagesize_kB=2048
            00900000 default
            7ffc0000 default stack anon=1 dirty=1 N0=1 kernelpagesize_kB=4

            """)
        #expect(record.method == .full)
        #expect(record.provenance == .kernel)
        #expect(record.takenAtNanoseconds == 77)
        #expect(record.mappingCount == 7)
        #expect(record.halfWidth95Bytes == nil)
        #expect(record.bytes[node0] == (4 + 2 + 4 + 1) * Self.page)
        #expect(record.bytes[node1] == (6 + 3 + 4) * Self.page + (4 << 20))
        #expect(record.bytesByClass[.file]?.total == 10 * Self.page)
        #expect(record.bytesByClass[.shared]?[node1] == 4 * Self.page)
        #expect(record.bytesByClass[.anonymous]?.total == 6 * Self.page)
        #expect(record.bytesByClass[.huge(pageSizeBytes: 2 << 20)]?[node1] == 4 << 20)
        #expect(record.bytesByPolicy?["bind:0"]?.total == 2 * Self.page)
        #expect(record.bytesByPolicy?["interleave:0-1"]?.total == 8 * Self.page)
        #expect(record.bytesByRegion?[.heap]?[node1] == 3 * Self.page)
        #expect(record.bytesByRegion?[.stack]?[node0] == Self.page)
        #expect(record.bytesByRegion?[.huge]?.total == 4 << 20)
        #expect(record.bytesByRegion?[.private]?.total == 20 * Self.page)
    }

    // Private copies are anonymous memory; none is lost to rounding.
    @Test(
        arguments: [
            (3, 2, 2), (1, 1, 1), (5, 3, 4), (7, 7, 0), (0, 3, 3), (9, 1, 8),
        ] as [(UInt64, UInt64, UInt64)])
    func privateCopiesOfFilePagesAreAnonymous(copies: UInt64, first: UInt64, second: UInt64) throws {
        var line = "00400000 default file=/bin/x "
        if copies > 0 { line += "anon=\(copies) " }
        line += "dirty=1 mapped=\(first + second) N0=\(first)" + (second > 0 ? " N1=\(second)" : "")
        let record = try read(line + " kernelpagesize_kB=4\n")
        #expect(record.bytesByClass[.anonymous]?.total ?? 0 == copies * Self.page)
        #expect(record.bytesByClass[.file]?.total ?? 0 == (first + second - copies) * Self.page)
        #expect(record.bytes[node0] == first * Self.page)
        #expect(record.bytes[node1] == second * Self.page)
    }

    @Test func classesPoliciesAndRegionsAlwaysAddUpToTheWhole() throws {
        var generator = SplitMix64(seed: 4)
        let words = ["", "heap ", "stack ", "file=/lib/a ", "file=/memfd:b ", "file=/anon_hugepage huge "]
        let policies = ["default", "bind:0", "prefer:1", "interleave:0-1", "local"]
        for _ in 0..<100 {
            var text = ""
            for index in 0..<Int.random(in: 1...30, using: &generator) {
                let (left, right) = (generator.next() % 1000 + 1, generator.next() % 1000 + 1)
                let word = words.randomElement(using: &generator) ?? ""
                let policy = policies.randomElement(using: &generator) ?? ""
                text += "\(String(index + 0x1000, radix: 16))000 \(policy) \(word)anon=\(generator.next() % 1500 + 1) "
                text += "N0=\(left) N1=\(right) kernelpagesize_kB=\(word.contains("huge") ? 2048 : 4)\n"
            }
            let record = try read(text)
            for node in [node0, node1] {
                #expect(record.bytesByClass.values.reduce(0) { $0 + $1[node] } == record.bytes[node])
                #expect(record.bytesByPolicy?.values.reduce(0) { $0 + $1[node] } == record.bytes[node])
                #expect(record.bytesByRegion?.values.reduce(0) { $0 + $1[node] } == record.bytes[node])
            }
        }
    }

    @Test func aFileThatEndsInsideALineIsOfAProcessThatWentAway() {
        let whole = "00400000 default anon=1 dirty=1 N0=1 kernelpagesize_kB=4\n00500000 default stack anon=2 N1=2 "
        #expect(place(root(whole, isLive: true)) == .gap(.exited))
        #expect(place(root("", isLive: true)) == .gap(.exited))
    }

    @Test("A copy that ends inside a line is cut: its whole lines count, and none is no answer")
    func cutCopy() throws {
        let record = try read(
            "00400000 default anon=1 dirty=1 N0=1 kernelpagesize_kB=4\n00500000 default stack anon=2 N1=2 ")
        #expect(record.isCut && record.mappingCount == 1)
        #expect(record.bytes[node0] == Self.page && record.bytes[node1] == 0)
        #expect(place(root("00400000 default anon=1")) == .gap(.malformed))
        #expect(place(root("")) == .gap(.malformed))
    }

    @Test("A line that is odd costs that line, on a live host as in a copy", arguments: [true, false])
    func oddLine(isLive: Bool) {
        let text =
            "00400000 default anon=1 N0=1 kernelpagesize_kB=4\nnonsense\n00500000 default anon=2 N1=2 kernelpagesize_kB=4\n"
        guard case .read(let record) = place(root(text, isLive: isLive)) else {
            Issue.record("not read")
            return
        }
        #expect(record.oddLineCount == 1 && !record.isCut && record.mappingCount == 2)
        #expect(record.bytes.total == 3 * Self.page)
    }

    // Cut at every byte: only whole lines are ever read as figures.
    @Test func noCutMakesUpFigures() {
        let line = "00400000 default anon=12 dirty=12 N0=12 kernelpagesize_kB=4\n"
        let text = Array((line + line.replacing("00400000", with: "00500000")).utf8)
        for length in text.indices {
            let outcome = place(root(String(decoding: text[..<length], as: UTF8.self), isLive: true))
            if length == line.utf8.count, case .read(let record) = outcome {
                #expect(record.bytes.total == 12 * Self.page)
            } else {
                #expect(outcome == .gap(.exited))
            }
        }
    }

    @Test(arguments: [
        "nonsense\n", "00400000 default N0=x kernelpagesize_kB=4\n", "00400000 default N0=99999999999999999999\n",
        "00400000 default anon=1 N0=1 kernelpagesize_kB=99999999999999999\n",
    ])
    func damagedTextIsMalformedNotATrap(text: String) {
        #expect(place(root(text)) == .gap(.malformed))
        #expect(place(root(text, isLive: true)) == .gap(.malformed))
    }

    // The errno of numa_maps, and what is said of it.
    @Test(
        arguments: [
            (.permissionDenied, .denied), (.notPermitted, .denied), (.noSuchProcess, .exited), (.ioError, .unsupported),
        ] as [(Errno, PlacementGap)])
    func aRefusalSaysWhy(errno: Errno, gap: PlacementGap) {
        let root = root("")
        root.change { $0.fail("/proc/10/numa_maps", with: errno) }
        #expect(place(root) == .gap(gap))
    }

    @Test func aKernelWithoutTheFileIsUnsupported() {
        #expect(place(root(nil)) == .gap(.unsupported))
    }

    @Test func anotherProcessUnderTheNumberIsNotRead() {
        let root = root("00400000 default anon=1 N0=1 kernelpagesize_kB=4\n")
        root.change { $0.addFile("/proc/10/stat", text: FakeTask(pid: 10, startTicks: 1001).stat()) }
        #expect(place(root) == .gap(.exited))
        #expect(root.readCount("/proc/10/numa_maps") == 0)
    }

    // What becomes of the process while its file is read: the memory map is gone, the rest reads as the file's end.
    @Test(arguments: [
        FakeTask(pid: 10, state: "Z"), FakeTask(pid: 10, command: "executed"), FakeTask(pid: 10, startTicks: 2000),
    ])
    func figuresOfAMemoryMapThatWentAwayAreNotUsed(later: FakeTask) {
        let root = root("00400000 default anon=1 N0=1 kernelpagesize_kB=4\n")
        root.after(reading: "/proc/10/numa_maps") { $0.put(later) }
        #expect(place(root) == .gap(.exited))
    }

    @Test func aDearProcessOfManyMappingsIsReadInSmallPieces() {
        // 600 MiB, in mappings of 1 MiB: all at once too long, 26 at a time not.
        var (maps, numaMaps) = ("", "")
        for index in 0..<600 {
            let start = 0x1000_0000 + index << 20
            maps += "\(String(start, radix: 16))-\(String(start + 1 << 20, radix: 16)) rw-p 00000000 00:00 0 \n"
            numaMaps += "\(String(start, radix: 16)) default anon=256 dirty=256 N0=256 kernelpagesize_kB=4\n"
        }
        let host = root(numaMaps, maps: maps, isLive: true)
        guard case .read(let record) = place(host, residentPages: 153_600) else {
            Issue.record("not read")
            return
        }
        #expect(record.bytes[node0] == 600 << 20)
    }

    // Known to have few mappings, a process is not looked up in `maps` first: one read cannot walk more than there are.
    @Test(arguments: [(nil, true), (20, false), (100, true)] as [(Int?, Bool)])
    func mappingsSeenLastTimeBoundTheHold(mappings: Int?, looksUp: Bool) {
        let host = root(
            "00400000 default anon=100 dirty=100 N0=100 kernelpagesize_kB=4\n",
            maps: "00400000-00464000 rw-p 00000000 00:00 0 \n", isLive: true)
        var reader = PlacementReader(
            root: host, units: HostUnits(pageSizeBytes: 4096, ticksPerSecond: 100), time: ManualTime(), seed: 1)
        var process = PlacementSubject(
            identity: ProcessIdentity(pid: 10, startTimeTicks: 1000), residentPages: 1000, mappingCount: mappings)
        guard case .read = reader.place(&process, settings: SamplingSettings(), nodes: [node0], now: 0) else {
            Issue.record("not read")
            return
        }
        #expect((host.readCount("/proc/10/maps") > 0) == looksUp)
    }

    // Nobody waits for the lock of a copy.
    @Test func aCopyIsReadInFullHoweverLarge() {
        let root = root("10000000 default anon=300000 N0=300000 kernelpagesize_kB=4\n")
        guard case .read(let record) = place(root, residentPages: 300_000) else {
            Issue.record("not read")
            return
        }
        #expect(record.method == .full)
        #expect(record.bytes[node0] == 300_000 * Self.page)
        #expect(root.readCount("/proc/10/maps") == 0)
    }

    @Test func whereNothingCanBeSampledALargeMappingIsTooExpensive() {
        let root = root(
            "10000000 default anon=1 N0=1 kernelpagesize_kB=4\n",
            maps: "10000000-60000000 rw-s 00000000 00:06 1                          /dev/accelerator\n", isLive: true)
        #expect(place(root, residentPages: 300_000) == .gap(.tooExpensive))
        #expect(root.readCount("/proc/10/numa_maps") == 0)
    }

    @Test("a process is not asked about under a number that is another's to system calls")
    func foreignNumbers() {
        // A process of this number is there and may be asked about: our own.
        let pid = HostFacts.processID
        var memory = MemoryRoot.twoNodes
        memory.put(FakeTask(pid: pid))
        memory.addFile("/proc/\(pid)/maps", text: "10000000-60000000 rw-p 00000000 00:00 0 \n")
        let root = ScriptedRoot(memory, isLive: true)
        func isSampled(_ numbers: String) -> Bool {
            root.change { $0.addFile("/proc/self/status", text: "Name:\tx\nNSpid:\t\(numbers)\n") }
            var reader = PlacementReader(
                root: root, units: HostUnits(pageSizeBytes: 4096, ticksPerSecond: 100), time: ManualTime(), seed: 1)
            var process = PlacementSubject(
                identity: ProcessIdentity(pid: pid, startTimeTicks: 1000), residentPages: 300_000)
            let outcome = reader.place(&process, settings: SamplingSettings(), nodes: [node0, node1], now: 77)
            if case .read(let record) = outcome { return record.method != .full }
            #expect(outcome == .gap(.tooExpensive))
            return false
        }
        #expect(isSampled("812"))
        #expect(!isSampled("812\t10"))
    }

    @Test(arguments: ["10000000-20000000 rw-p 00000000 00:00 0 \nnonsense\n", "10000000-2000", ""])
    func mappingsThatAreNotKnownWholeGiveNoBound(maps: String) {
        let root = root("10000000 default anon=1 N0=1 kernelpagesize_kB=4\n", maps: maps, isLive: true)
        let outcome = place(root, residentPages: 300_000)
        #expect(outcome == .gap(maps.hasSuffix("nonsense\n") ? .unsupported : .exited))
        #expect(root.readCount("/proc/10/numa_maps") == 0)
    }
}

/// A guest with four nodes, and what numactl's own numastat printed there of processes that were stopped.
@Suite struct CapturedNumastatTests {
    private static let archive = Fixture.archive("numastat/4-nodes")

    /// The rows of a table: name, then one figure a node in MB, then the total.
    private func rows(_ table: String) -> [String: [Double]] {
        let text = String(decoding: Self.archive.files["printed/\(table)"] ?? [], as: UTF8.self)
        var rows: [String: [Double]] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            let figures = words.compactMap { Double($0) }
            if let name = words.first, figures.count >= 5 { rows[String(name)] = Array(figures.suffix(5)) }
        }
        return rows
    }

    private func snapshot() -> HostSnapshot {
        var engine = SamplingEngine(
            root: Self.archive.root, settings: SamplingSettings(), time: ManualTime(), cost: FakeCost(), seed: 1)
        return engine.collectOnce()
    }

    private func isPrinted(_ bytes: UInt64, as figure: Double?) -> Bool {
        figure.map { abs(Double(bytes) / Double(1 << 20) - $0) <= 0.0050001 } ?? false
    }

    @Test func regionsOfAProcessAreThoseNumastatPrinted() throws {
        let rows = rows("-p 208")
        let placement = try #require(snapshot().process(pid: 208)?.placement)
        for region in MemoryRegion.allCases {
            let name = region.rawValue.prefix(1).uppercased() + region.rawValue.dropFirst()
            for node in 0..<4 {
                let bytes = placement.bytesByRegion?[region]?[NodeID(node)] ?? 0
                #expect(isPrinted(bytes, as: rows[name]?[node]), "\(region) on node \(node)")
            }
        }
        #expect(isPrinted(placement.bytes.total, as: rows["Total"]?[4]))
    }

    @Test(arguments: [208, 209, 211] as [Int32])
    func totalsByNodeAreThoseNumastatPrinted(pid: Int32) throws {
        let row = try #require(rows("-s9 wl")["\(pid)"])
        let placement = try #require(snapshot().process(pid: pid)?.placement)
        for node in 0..<4 {
            #expect(isPrinted(placement.bytes[NodeID(node)], as: row[node]), "node \(node)")
        }
        #expect(isPrinted(placement.bytes.total, as: row[4]))
    }
}
