import HostReading
import KernelText
package import LinuxSystem
import NUMATopology
package import Snapshots

/// The figures behind the tables of `numastat`, read from a root.
///
/// Layouts follow numactl's program; the figures are the kernel's own files. Processes are read in full, on the
/// administrator's word: this is a command someone typed, not the daemon's rounds, which are budgeted.
package struct NumastatFigures: Sendable {
    /// The online nodes, ascending.
    package let nodes: [Int]
    /// What is to be said of the figures, though nothing failed.
    package private(set) var notes: [String]
    private let root: any HostRoot
    private let pageSizeBytes: UInt64

    /// - Throws: Where no node can be told: without nodes there is nothing to show.
    package init(root: any HostRoot, pageSizeBytes: UInt64) throws(CommandFailure) {
        self.root = root
        self.pageSizeBytes = pageSizeBytes
        let reading = MachineReader.read(from: root, withMemory: false)
        nodes = reading.hasNodes ? reading.machine.nodes.map(\.id.rawValue) : []
        notes = reading.machine.notes.filter { $0.about == "nodes" }.map(\.text)
        guard nodes.isEmpty else { return }
        let unknown = reading.machine.notes.first { $0.kind == .unknown && $0.about == "nodes" }
        guard let unknown else {
            throw CommandFailure(.noInput, "This kernel shows no nodes.", remedy: "It is built without CONFIG_NUMA.")
        }
        throw CommandFailure(.noInput, "No node can be shown: \(unknown.text).")
    }

    /// One row per counter of `nodeN/numastat`, in pages, in the kernel's order; absent where a node's file has no such line.
    package mutating func statistics() throws(CommandFailure) -> [(name: String, pages: [UInt64?])] {
        try perNode(file: "numastat") { (bytes) throws(KernelTextError) in
            var counters: [(String, UInt64)] = []
            try CounterLines.forEach(bytes, file: .nodeNumastat) { (name, value) throws(KernelTextError) in
                counters.append((bytes.text(name), value))
            }
            return counters
        }
    }

    /// One row per line of `nodeN/meminfo`: bytes, and the `HugePages_*` counts as the memory those pages make up; nil where a
    /// node does not print it.
    ///
    /// The kernel counts pages of the default size there. As numactl since 2.0.17, the rows are pages of all sizes together,
    /// where ``pools()`` tells them.
    package mutating func meminfo() throws(CommandFailure) -> [(name: String, bytes: [UInt64?])] {
        let defaultSize = hugePageSizeBytes()
        let pools = pools()
        var rows = try perNode(file: "meminfo") { (bytes) throws(KernelTextError) in
            var lines: [(String, UInt64)] = []
            try Meminfo.forEachNodeLine(bytes) { (name, value) in lines.append((bytes.text(name), value)) }
            return lines
        }
        for index in rows.indices where rows[index].name.hasPrefix("HugePages_") {
            let row = Self.poolRows.first { $0.name == rows[index].name }
            for column in nodes.indices {
                rows[index].pages[column] =
                    if let row, let pools = pools[column], !pools.isEmpty {
                        Self.sum(pools, row.pages)
                    } else {
                        rows[index].pages[column].flatMap { Self.bytes(pages: $0, size: defaultSize) }
                    }
            }
        }
        return rows.map { (name: $0.name, bytes: $0.pages) }
    }

    /// The memory of some huge pages; nil where there are any and their size is not known.
    private static func bytes(pages: UInt64, size: UInt64?) -> UInt64? {
        pages == 0 ? 0 : size.map { pages.multipliedSaturated(by: $0) }
    }

    /// The default huge page size: `Hugepagesize` of `/proc/meminfo`.
    private func hugePageSizeBytes() -> UInt64? {
        var buffer: [UInt8] = []
        var defects = LineDefects()
        let meminfo = try? root.parseLines("/proc/meminfo", into: &buffer, defects: &defects) {
            bytes throws(KernelTextError) in try Meminfo(parsing: bytes)
        }
        return meminfo?.hugePageSizeBytes
    }

    // MARK: Huge page pools

    /// The rows of `meminfo` that count huge pages, and the figure of a pool that each is the sum of.
    package static let poolRows: [(name: String, short: String, pages: @Sendable (HugePagePool) -> UInt64?)] = [
        ("HugePages_Total", "Total", { $0.totalPages }), ("HugePages_Free", "Free", { $0.freePages }),
        ("HugePages_Surp", "Surp", { $0.surplusPages }),
    ]

    /// The pools of each node's column; nil where they cannot be listed.
    package func pools() -> [[HugePagePool]?] {
        var buffer: [UInt8] = []
        return nodes.map { NodeMemoryReader.hugePagePools(of: NodeID($0), in: root, buffer: &buffer) }
    }

    /// The memory of all pools; nil where one of them is not known.
    private static func sum(_ pools: [HugePagePool], _ pages: (HugePagePool) -> UInt64?) -> UInt64? {
        var sum: UInt64 = 0
        for pool in pools {
            guard let bytes = pool.bytes(pages(pool)) else { return nil }
            let (total, overflow) = sum.addingReportingOverflow(bytes)
            sum = overflow ? .max : total
        }
        return sum
    }

    /// One row per page size and figure, in bytes, where pages of more than one size are set aside; empty elsewhere, where the
    /// rows of ``meminfo()`` say it all.
    package func rowsBySize() -> [(name: String, sizeBytes: UInt64, bytes: [UInt64?])] {
        let pools = pools()
        let all = pools.compactMap { $0 }.joined()
        let used = Set(all.filter { $0.totalPages != 0 || $0.surplusPages != 0 }.map(\.pageSizeBytes))
        guard used.count > 1 || used.first.map({ $0 != hugePageSizeBytes() }) ?? false else { return [] }
        return used.sorted().flatMap { size in
            Self.poolRows.map { row in
                let bytes = pools.map { node in
                    node.flatMap { node in
                        node.first { $0.pageSizeBytes == size }.flatMap { $0.bytes(row.pages($0)) }
                    }
                }
                return (name: "Huge\(Quantity.pageSize(size))_\(row.short)", sizeBytes: size, bytes: bytes)
            }
        }
    }

    /// Where one process's memory is.
    package struct Placement: Sendable {
        /// Bytes by region and node column: the rows of `numastat -p`.
        package var regions: [MemoryRegion: [UInt64]]
        /// What of `numa_maps` is not in them; absent where all of it is.
        package var damage: CommandFailure?
    }

    /// Where one process's memory is.
    package func placement(of pid: Int32) throws(CommandFailure) -> Placement {
        var rows: [MemoryRegion: [UInt64]] = [:]
        for region in MemoryRegion.allCases {
            rows[region] = [UInt64](repeating: 0, count: nodes.count)
        }
        do {
            let (path, bytes) = try memoryMap(of: pid)
            var reader = NUMAMapsReader()
            var defects = LineDefects()
            try reader.feed(bytes.span, defects: &defects) { (line, _) in
                let region: MemoryRegion =
                    line.isHuge ? .huge : line.isHeap ? .heap : line.isStack ? .stack : .private
                for entry in line.nodePages {
                    guard let column = nodes.firstIndex(of: entry.node) else { continue }
                    let bytes = entry.pages.multipliedSaturated(by: line.kernelPageSizeBytes ?? pageSizeBytes)
                    let sum = rows[region]?[column] ?? 0
                    rows[region]?[column] = sum.addingSaturated(bytes)
                }
            }
            // Every process that has memory has mappings: none is no answer, not the answer nothing.
            guard reader.lineCount > 0 else {
                let why = defects.isEmpty ? "" : ": \(defects.text)"
                throw CommandFailure(.badData, "\(path) shows no mapping\(why)")
            }
            let parts = [
                reader.endsMidLine ? "it is cut inside a line: what came after is not counted" : nil,
                defects.isEmpty ? nil : defects.text,
            ].compactMap { $0 }
            return Placement(
                regions: rows,
                damage: parts.isEmpty
                    ? nil : CommandFailure(.badData, "\(path) is damaged: \(parts.joined(separator: "; ")).")
            )
        } catch let failure as CommandFailure {
            throw failure
        } catch let failure as ReadFailure {
            throw complaint(failure)
        } catch {
            throw CommandFailure(.badData, "/proc/\(pid)/numa_maps: \(error)")
        }
    }

    /// The file that shows a process's memory: its own, or that of another thread where the first has ended and so has none.
    private func memoryMap(of pid: Int32) throws(ReadFailure) -> (path: String, bytes: [UInt8]) {
        let own = "/proc/\(pid)/numa_maps"
        let bytes = try root.readBytes(own)
        guard bytes.isEmpty else { return (own, bytes) }
        for thread in (try? root.list("/proc/\(pid)/task")) ?? [] where thread != "\(pid)" {
            let path = "/proc/\(pid)/task/\(thread)/numa_maps"
            if let bytes = try? root.readBytes(path), !bytes.isEmpty { return (path, bytes) }
        }
        return (own, bytes)
    }

    /// The processes that arguments mean: those with the id, and those whose command line holds the text. A copy without
    /// command lines has the names of commands instead.
    ///
    /// - Returns: Ascending by pid, each once, the patterns that matched none, and which command lines could not be had.
    package mutating func processes(
        matching arguments: [String]
    ) throws(CommandFailure) -> (pids: [Int32], unmatched: [String], unread: [CommandFailure]) {
        var found: Set<Int32> = []
        var unmatched: [String] = []
        var unread: [CommandFailure] = []
        var commandLines: [(pid: Int32, text: String)] = []
        var hasListed = false
        var hasCommandLines = true
        for argument in arguments {
            if let pid = Int32(argument), pid > 0 {
                found.insert(pid)
                continue
            }
            if !hasListed {
                var pids: [Int32] = []
                do {
                    try root.processIDs(into: &pids)
                } catch {
                    throw CommandFailure(.noInput, error.description(isLive: root.isLive))
                }
                // Not this process itself, whose arguments hold the pattern.
                let own = root.isLive ? HostFacts.processID : 0
                var lines: [(pid: Int32, text: String?)] = []
                for pid in pids where pid != own {
                    do throws(ReadFailure) {
                        lines.append((pid, try commandLine(of: pid)))
                    } catch {
                        if error.kind == .stuck { unread.append(complaint(error)) }
                        lines.append((pid, nil))
                    }
                }
                hasCommandLines = root.isLive || lines.contains { $0.text != nil }
                commandLines = lines.compactMap { line in
                    (hasCommandLines ? line.text : name(of: line.pid)).map { (line.pid, $0) }
                }
                hasListed = true
            }
            if !hasCommandLines {
                notes.append(
                    "the capture holds no command lines: “\(argument)” is looked for in the names of commands, of which the "
                        + "kernel keeps 15 bytes")
            }
            let matching = commandLines.filter { $0.text.contains(argument) }.map(\.pid)
            if matching.isEmpty {
                unmatched.append(argument)
            }
            found.formUnion(matching)
        }
        return (found.sorted(), unmatched, unread)
    }

    /// Why a process is not there, as a line for standard error. That one keeps its memory locked is no failure of the
    /// command's where others are shown.
    private func complaint(_ failure: ReadFailure) -> CommandFailure {
        let status: ExitStatus =
            switch failure.kind {
            case .permission: .noPermission
            case .stuck: .success
            case .gone, .missing, .tooLarge, .wrongType, .io: .negative
            }
        return CommandFailure(status, failure.description(isLive: root.isLive))
    }

    /// The arguments of a process joined by spaces; empty where it has none.
    private func commandLine(of pid: Int32) throws(ReadFailure) -> String {
        let bytes = try root.readBytes("/proc/\(pid)/cmdline")
        return String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }

    /// The process's name as the kernel keeps it; absent when it is gone.
    package func name(of pid: Int32) -> String? {
        guard let bytes = try? root.readBytes("/proc/\(pid)/stat"), let stat = try? TaskStat(parsing: bytes.span) else {
            return nil
        }
        return bytes.span.text(stat.commRange)
    }

    private mutating func perNode(
        file: String, _ parse: (Span<UInt8>) throws(KernelTextError) -> [(String, UInt64)]
    ) throws(CommandFailure) -> [(name: String, pages: [UInt64?])] {
        var rows: [(name: String, pages: [UInt64?])] = []
        var buffer: [UInt8] = []
        var missing: [CommandFailure] = []
        for (column, node) in nodes.enumerated() {
            let path = "/sys/devices/system/node/node\(node)/\(file)"
            var defects = LineDefects()
            do throws(SourceFailure) {
                let lines = try root.parseLines(path, into: &buffer, defects: &defects, parse)
                if buffer.isEmpty { missing.append(CommandFailure(.badData, "\(path): the file is empty")) }
                for (name, value) in lines {
                    if let index = rows.firstIndex(where: { $0.name == name }) {
                        rows[index].pages[column] = value
                    } else {
                        var pages = [UInt64?](repeating: nil, count: nodes.count)
                        pages[column] = value
                        rows.append((name, pages))
                    }
                }
                if !defects.isEmpty { notes.append("\(path): \(defects.text)") }
            } catch {
                let text = "\(path) \(error.reason(isLive: root.isLive))"
                if case .unreadable = error {
                    missing.append(CommandFailure(.noInput, text))
                } else {
                    missing.append(CommandFailure(.badData, text))
                }
            }
        }
        // One node's file that cannot be used leaves its column unknown; without any there is no table.
        if let first = missing.first, missing.count == nodes.count { throw first }
        notes += missing.map(\.message)
        return rows
    }
}
