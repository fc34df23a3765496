import DomainReports
import Exposition
import FixtureSupport
import LinuxSystem
import Snapshots
import TextOutput

@testable import Commands

/// Everything numawatch says of a host: each member of each document, each sample of the metrics, each cell of each table,
/// under a name that stays the same whatever else is there.
struct Observation {
    /// Numbers, counts of elements and truths (1 and 0) by where they stand: `/v1/nodes nodes[numa_node=1].memory_tier`.
    private(set) var numbers: [String: Double] = [:]
    /// Cells of tables and lines of texts: `ps 4164 THREADS`, `status Tiers`.
    private(set) var cells: [String: String] = [:]
    /// The sources that are readable.
    private(set) var readableSources: Set<String> = []

    private static let plain = CommandOutput(widthLimit: nil, hasColour: false)

    /// - Parameters:
    ///   - change: What is done to the host at each of its two instants.
    static func make(_ change: (inout MemoryRoot) -> Void = { _ in }) async -> Observation {
        var observation = Observation()
        var (first, second) = (WholeHost.root(at: 0), WholeHost.root(at: 1))
        change(&first)
        change(&second)
        let root = ExchangedRoot(first)
        let source = LocalSource(root: root)
        source.advance()
        let earlier = try? await source.record(.status)
        root.exchange(for: second)
        source.advance()
        await observation.take(source)
        if let earlier, let later = try? await source.record(.status) { observation.takeWatch(earlier, later) }
        observation.takeNumastat(second)
        observation.takeDomains(second)
        return observation
    }

    // MARK: Documents

    private mutating func take(_ source: LocalSource) async {
        await take(.status, source) { $0.addLines("status", StatusReport($1).text(Self.plain)) }
        await take(.topology, source) { _, _ in }
        await take(.nodes, source) { observation, nodes in
            // Without nodes the command fails, and says why.
            guard !nodes.nodes.isEmpty else { return }
            observation.addTable("nodes", NodesReport(nodes).text(Self.plain))
            // The first line is blank, the second a sentence.
            let reclaim = ReclaimReport(nodes).text(Self.plain).split(separator: "\n")
            observation.addTable("reclaim", reclaim.dropFirst().joined(separator: "\n"))
            observation.cells["reclaim mode"] = reclaim.first?.split(separator: ";").last.map { String($0) }
        }
        await take(.devices, source) {
            $0.addTable("devices", DevicesReport($1).text(Self.plain), identifiedBy: ["ADDRESS"])
        }
        var pids: [Int] = []
        await take(.processes, source) { observation, processes in
            observation.addTable("ps", ProcessesReport(processes).text(Self.plain))
            pids = processes.processes.map { Int($0.identity.pid) }
        }
        await take(.groups, source) { $0.addTable("groups", GroupsReport($1).text(Self.plain)) }
        await take(.model, source) { _, _ in }
        await take(.sources, source) { observation, answer in
            observation.readableSources = Set(answer.sources.map(\.status).filter(\.isReadable).map(\.name))
        }
        for pid in pids {
            await take(.process, source, DocumentRequest(pathValues: ["pid": pid])) {
                $0.addLines("show \(pid)", ProcessReport($1).text(Self.plain))
            }
        }
        let metrics = (try? await source.metrics(.json)).flatMap { JSONValue($0) }
        for sample in metrics?["samples"]?.elements ?? [] {
            guard case .object(let members)? = sample["labels"] else { continue }
            let labels = members.map { "\($0.name)=\($0.value.text ?? "")" }.joined(separator: ",")
            numbers["metrics \(sample["name"]?.text ?? ""){\(labels)}"] = sample["value"]?.number
        }
    }

    /// A document's members, and what its table shows of them.
    private mutating func take<Record>(
        _ document: PublishedDocument<Record>, _ source: LocalSource, _ request: DocumentRequest = DocumentRequest(),
        _ show: (inout Observation, Record) -> Void
    ) async {
        guard let bytes = try? await source.answer(document, request).bytes, let value = JSONValue(bytes) else {
            return
        }
        add(value, request.target(document.path))
        guard let record = try? document.read(bytes) else { return }
        show(&self, record)
    }

    /// Members that tell an element of an array from its neighbours.
    private static let identities = [
        "pid", "tid", "numa_node", "group", "source", "memory_tier", "address", "class", "policy", "page_size_bytes",
        "name",
        "tier", "about", "source_node", "target_node", "cpu", "index",
    ]

    private mutating func add(_ value: JSONValue, _ path: String) {
        switch value {
        case .object(let members):
            numbers["\(path)#"] = Double(members.count)
            for (name, member) in members { add(member, "\(path).\(name)") }
        case .array(let elements):
            numbers["\(path)#"] = Double(elements.count)
            for (index, element) in elements.enumerated() {
                let identity = Self.identities.compactMap { name in
                    element[name].flatMap { $0.text ?? $0.number.map { "\(Int($0))" } }.map { "\(name)=\($0)" }
                }.joined(separator: ",")
                // Numbers in a list are members of a set: where they stand says nothing.
                if case .number = element { continue }
                add(element, "\(path)[\(identity.isEmpty ? "\(index)" : identity)]")
            }
        case .number(let digits): numbers[path] = Double(digits)
        case .boolean(let truth): numbers[path] = truth ? 1 : 0
        case .string, .null: break
        }
    }

    // MARK: Tables and texts

    /// The cells of a table by row and column.
    ///
    /// - Parameter columns: Those that name a row; where one is blank it is that of the row above.
    private mutating func addTable(_ name: String, _ text: String, identifiedBy columns: [String] = []) {
        var rows = Self.rows(of: text)
        guard !rows.isEmpty else { return }
        let header = rows.removeFirst()
        let identities = columns.isEmpty ? [0] : columns.compactMap { header.firstIndex(of: $0) }
        var above: [String] = []
        for row in rows {
            let words = identities.enumerated().map { place, column in
                row[column].isEmpty && place < above.count ? above[place] : row[column]
            }
            above = words
            for (title, cell) in zip(header, row) {
                cells["\(name) \(words.joined(separator: " ")) \(title)"] = cell
            }
        }
    }

    /// The lines of a table as cells, the header first. Columns are told apart by two blanks in every line.
    private static func rows(of text: String) -> [[String]] {
        let lines = text.split(separator: "\n").map { Array($0) }
        let width = lines.map(\.count).max() ?? 0
        func isBlank(_ place: Int) -> Bool { lines.allSatisfy { place >= $0.count || $0[place] == " " } }
        var ranges: [Range<Int>] = []
        var start: Int?
        for place in 0...width {
            let ends = place == width || isBlank(place) && (place + 1 >= width || isBlank(place + 1))
            if ends, let begin = start {
                ranges.append(begin..<place)
                start = nil
            } else if start == nil, place < width, !isBlank(place) {
                start = place
            }
        }
        return lines.map { line in
            ranges.map { range in String(line.dropFirst(range.lowerBound).prefix(range.count)).trimmingBlanks }
        }
    }

    /// The lines of a text by their first words, up to two blanks; a table in it has a header of capitals.
    private mutating func addLines(_ name: String, _ text: String) {
        for line in text.split(separator: "\n") {
            let line = String(line).trimmingBlanks
            guard let gap = line.firstRange(of: "  ") else { continue }
            cells["\(name) \(line[..<gap.lowerBound])"] = String(line[gap.upperBound...]).trimmingBlanks
        }
    }

    /// The line of `watch` between two rounds, whose columns are as wide as their titles say.
    private mutating func takeWatch(_ earlier: StatusAnswer, _ later: StatusAnswer) {
        addTable(
            "watch", WatchLine.heading + "\n" + WatchLine.text(from: earlier, to: later), identifiedBy: ["ROUND"])
    }

    // MARK: Programs that read the host themselves

    private mutating func takeNumastat(_ root: MemoryRoot) {
        for arguments in ["", "-c", "-m", "-n", "-p 4164", "-cm", "-s -p 4164", "-v -p 4164", "-z -mn"] {
            guard let parsed = try? NumastatArguments(parsing: arguments.split(separator: " ").map(String.init)),
                var report = try? NumastatReport(parsed, root: root, pageSizeBytes: 4096), let text = try? report.text()
            else { continue }
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                for (column, word) in words.dropFirst().enumerated() {
                    cells["numastat \(arguments) \(words[0]) \(column)"] = String(word)
                }
            }
        }
        for arguments in ["-m --json", "-p 4164 --json"] {
            guard let parsed = try? NumastatArguments(parsing: arguments.split(separator: " ").map(String.init)),
                var report = try? NumastatReport(parsed, root: root, pageSizeBytes: 4096),
                let text = try? report.json(),
                let value = JSONValue(text)
            else { continue }
            add(value, "numastat \(arguments)")
        }
    }

    private mutating func takeDomains(_ root: MemoryRoot) {
        let output = DomainsCommand.show(root, format: .json)
        // Without online CPUs the command fails, and says why.
        guard output.isSuccess, let value = JSONValue(Array(output.text.utf8)) else { return }
        add(value, "domains")
        // Other domains have other flags: their number says nothing of what is known.
        numbers = numbers.filter { !($0.key.hasPrefix("domains") && $0.key.hasSuffix("flags#")) }
        addTable(
            "domains table", DomainsCommand.show(root, format: .table).text, identifiedBy: ["CPUS", "DOMAIN"])
        addTree(DomainsCommand.show(root, format: .tree).text)
        addKernelText(DomainsCommand.show(root, format: .kernel).text)
    }

    /// Each part of each domain; those that are sets of CPUs say nothing by a zero in them. The picture has nothing but sets.
    private mutating func addTree(_ text: String) {
        var place = ""
        var cpus = ""
        for line in text.split(separator: "\n").map({ String($0).trimmingBlanks }) {
            if line.hasPrefix("CPU") {
                cpus = line
            } else if line.hasPrefix("domain"), let colon = line.firstRange(of: "): ") {
                place = "domains tree \(cpus) \(line.prefix { $0 != " " })"
                let parts = line[colon.upperBound...].split(separator: ", ")
                for part in parts where part.hasSuffix(" CPUs") || part.contains("distance") {
                    cells["\(place) \(part.hasSuffix(" CPUs") ? "weight" : "distance")"] = String(part)
                }
            } else if let gap = line.firstIndex(of: " "), ["balance", "flags"].contains(line[..<gap]) {
                cells["\(place) \(line[..<gap])"] = String(line[gap...]).trimmingBlanks
            } else if line == "no domains" {
                cells["domains tree \(cpus)"] = "none"
            }
        }
    }

    /// The capacities of groups; all else are sets and names.
    private mutating func addKernelText(_ text: String) {
        var cpu: Substring = ""
        var domain: Substring = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if let word = words.first, word.hasPrefix("CPU") { cpu = word }
            if let word = words.first, word.hasPrefix("domain-") { domain = word }
            let capacities = words.filter { $0.hasPrefix("cap=") }.map { $0.dropFirst(4) }
            if !capacities.isEmpty {
                cells["domains kernel \(cpu) \(domain) capacities"] = capacities.joined(separator: " ")
            }
        }
    }
}

extension String {
    var trimmingBlanks: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
