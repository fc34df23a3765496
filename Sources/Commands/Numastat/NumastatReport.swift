package import LinuxSystem
import NUMATopology
import Snapshots
import TextOutput

/// What `numawatch numastat` prints: which tables, in which order, for which arguments.
package struct NumastatReport {
    private let arguments: NumastatArguments
    private var figures: NumastatFigures
    private let pageSizeBytes: UInt64
    /// Lines for standard error: processes that could not be read.
    package private(set) var complaints: [CommandFailure] = []
    /// Processes that could be read.
    package private(set) var shownProcessCount = 0
    /// Lines for standard error that are no failure: what to know of the figures.
    package var notes: [String] { figures.notes }

    package init(_ arguments: NumastatArguments, root: any HostRoot, pageSizeBytes: UInt64) throws(CommandFailure) {
        self.arguments = arguments
        self.pageSizeBytes = pageSizeBytes
        figures = try NumastatFigures(root: root, pageSizeBytes: pageSizeBytes)
    }

    /// `MemTotal` and what follows, in the order and the choice of the original (2.0.16). Those the kernel does not print are
    /// left out; others it prints follow where they are not zero.
    static let meminfoRows = [
        "MemTotal", "MemFree", "MemUsed", "HighTotal", "HighFree", "LowTotal", "LowFree", "Active", "Inactive",
        "Active(anon)", "Inactive(anon)", "Active(file)",
        "Inactive(file)", "Unevictable", "Mlocked", "Dirty", "Writeback", "FilePages", "Mapped", "AnonPages", "Shmem",
        "KernelStack", "PageTables", "NFS_Unstable", "Bounce", "WritebackTmp", "Slab", "SReclaimable", "SUnreclaim",
        "AnonHugePages", "ShmemHugePages", "ShmemPmdMapped", "HugePages_Total", "HugePages_Free", "HugePages_Surp",
        "KReclaimable",
    ]

    /// The whole output as text.
    package mutating func text() throws(CommandFailure) -> String {
        // Without any option that asks for a table or its looks, the counters in pages, as the first numastat printed them.
        var asked = arguments
        asked.rootPath = nil
        if asked == NumastatArguments() {
            return try plainStatistics()
        }
        var text = ""
        var showsStatistics = arguments.showsStatistics
        if !arguments.processes.isEmpty {
            let (pids, unmatched, unread) = try figures.processes(matching: arguments.processes)
            complaints += unread
            for pattern in unmatched {
                text += "Found no processes containing pattern: \"\(pattern)\"\n"
            }
            if pids.isEmpty {
                showsStatistics = true
            } else {
                text += processTables(pids)
            }
        }
        if arguments.showsMeminfo {
            text += try meminfoTable().text(arguments.style)
        }
        if showsStatistics || (arguments.processes.isEmpty && !arguments.showsMeminfo) {
            text += try statisticsTable().text(arguments.style)
        }
        return text
    }

    private mutating func plainStatistics() throws(CommandFailure) -> String {
        func line(_ label: String, _ cells: [String]) -> String {
            NumastatTable.padded(label, to: 16, atEnd: true)
                + cells.map { NumastatTable.padded($0, to: 15, atEnd: false) }.map { " " + $0 }.joined() + "\n"
        }
        var text = line("", figures.nodes.map { "node\($0)" })
        for row in try figures.statistics() {
            text += line(row.name, row.pages.map { $0.map(String.init) ?? Quantity.unknown })
        }
        return text
    }

    private mutating func statisticsTable() throws(CommandFailure) -> NumastatTable {
        let rows = try figures.statistics().map { row in
            NumastatTable.Row(Self.capitalised(row.name), row.pages.map { $0.map(megabytes(pages:)) })
        }
        return NumastatTable(
            title: "Per-node numastat info (in MBs):", nodes: figures.nodes, rows: rows, hasTotals: false)
    }

    private mutating func meminfoTable() throws(CommandFailure) -> NumastatTable {
        func row(_ name: String, _ bytes: [UInt64?]) -> NumastatTable.Row {
            NumastatTable.Row(name, bytes.map { $0.map(Self.megabytes(bytes:)) })
        }
        let lines = try figures.meminfo()
        let known = Self.meminfoRows.compactMap { name in lines.first { $0.name == name } }
        var rows = known.map { row($0.name, $0.bytes) }
        if let last = rows.lastIndex(where: { $0.label.hasPrefix("HugePages_") }) {
            rows.insert(contentsOf: figures.rowsBySize().map { row($0.name, $0.bytes) }, at: last + 1)
        }
        let others = lines.filter { line in
            !Self.meminfoRows.contains(line.name) && line.bytes.contains { $0 != 0 }
        }
        rows += others.map { row($0.name, $0.bytes) }
        return NumastatTable(
            title: "Per-node system memory usage (in MBs):", nodes: figures.nodes, rows: rows, hasTotals: false)
    }

    private mutating func processTables(_ pids: [Int32]) -> String {
        var text = ""
        var rows: [NumastatTable.Row] = []
        let isDetailed = pids.count == 1 || arguments.isVerbose
        for pid in pids {
            let regions: [MemoryRegion: [UInt64]]
            do throws(CommandFailure) {
                let placement = try figures.placement(of: pid)
                regions = placement.regions
                shownProcessCount += 1
                if let damage = placement.damage { complaints.append(damage) }
            } catch {
                complaints.append(error)
                continue
            }
            let label = "\(pid) (\((figures.name(of: pid) ?? "?").terminalSafe))"
            let parts = MemoryRegion.allCases.map { region in
                NumastatTable.Row(
                    Self.capitalised(region.rawValue), (regions[region] ?? []).map(Self.megabytes(bytes:)))
            }
            if isDetailed {
                text += NumastatTable(
                    title: "Per-node process memory usage (in MBs) for PID \(label)", nodes: figures.nodes, rows: parts,
                    hasTotals: true
                ).text(arguments.style)
            } else {
                rows.append(
                    NumastatTable.Row(
                        label,
                        figures.nodes.indices.map { column in parts.reduce(0) { $0 + ($1.megabytes[column] ?? 0) } }))
            }
        }
        guard !rows.isEmpty else { return text }
        return NumastatTable(
            title: "Per-node process memory usage (in MBs)", nodes: figures.nodes, rows: rows, labelHeading: "PID",
            hasTotals: true
        ).text(arguments.style)
    }

    private func megabytes(pages: UInt64) -> Double {
        Self.megabytes(bytes: pages.multipliedSaturated(by: pageSizeBytes))
    }

    private static func megabytes(bytes: UInt64) -> Double {
        Double(bytes) / 1_048_576
    }

    /// `numa_hit` becomes `Numa_Hit`.
    private static func capitalised(_ name: String) -> String {
        name.split(separator: "_", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined(separator: "_")
    }
}

extension NumastatReport {
    /// The same figures as a JSON document: bytes and pages, not rounded.
    package mutating func json() throws(CommandFailure) -> [UInt8] {
        var failure: CommandFailure?
        var json = JSONWriter()
        let nodes = figures.nodes
        func byNode(_ json: inout JSONWriter, _ name: String, _ values: [UInt64?]) {
            json.object(name) { json in
                for (node, value) in zip(nodes, values) {
                    json.member(ifPresent: "\(node)", value)
                }
            }
        }
        let statistics = try figures.statistics()
        let meminfo = arguments.showsMeminfo ? try figures.meminfo() : []
        let (pids, unmatched, unread) =
            arguments.processes.isEmpty ? ([], [], []) : try figures.processes(matching: arguments.processes)
        complaints += unread
        var placements: [(Int32, [MemoryRegion: [UInt64]])] = []
        for pid in pids {
            do throws(CommandFailure) {
                let placement = try figures.placement(of: pid)
                placements.append((pid, placement.regions))
                shownProcessCount += 1
                if let damage = placement.damage { complaints.append(damage) }
            } catch {
                complaints.append(error)
                if error.status != .success { failure = error }
            }
        }
        if let failure, placements.isEmpty {
            throw failure
        }
        json.object { json in
            json.member("provenance", "kernel")
            json.object("numastatPages") { json in
                for row in statistics {
                    byNode(&json, row.name, row.pages)
                }
            }
            if !meminfo.isEmpty {
                json.object("meminfoBytes") { json in
                    for row in meminfo {
                        byNode(&json, row.name, row.bytes)
                    }
                    for row in figures.rowsBySize() {
                        byNode(&json, row.name, row.bytes)
                    }
                }
            }
            if !arguments.processes.isEmpty {
                json.array("processes") { json in
                    for (pid, regions) in placements {
                        json.object { json in
                            json.member("pid", Int(pid))
                            json.member(ifPresent: "command", figures.name(of: pid))
                            json.object("bytes") { json in
                                for region in MemoryRegion.allCases {
                                    byNode(&json, region.rawValue, regions[region] ?? [])
                                }
                            }
                        }
                    }
                }
                json.array("unmatched") { json in
                    for pattern in unmatched {
                        json.value(pattern)
                    }
                }
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
