/// `docs/lab.md`: what the lab found, and what is made of it in other documents.
///
/// A run of some machines or kernels renews their lines; those of others stay as they are.
package struct LabDocument: Sendable, Hashable {
    /// A line of the table.
    package struct Line: Sendable, Hashable {
        package var topology: String
        /// `uname -r`; where no kernel was booted, the series, of other CPUs than ours with their name.
        package var kernel: String
        package var check: String
        package var result: String

        package init(topology: String, kernel: String, check: String, result: String) {
            self.topology = topology
            self.kernel = kernel
            self.check = check
            self.result = result
        }

        package init(_ row: LabRun.Row) {
            self.init(topology: row.topology, kernel: row.kernel, check: row.check, result: row.outcome.text)
        }

        package var source: LabKernel? { LabKernel(release: kernel) }
        package var isPassed: Bool { result.hasPrefix("ok: ") }
        package var isFailed: Bool { result.hasPrefix("FAILED") }
    }

    /// By machine, then by kernel.
    package private(set) var lines: [Line] = []

    /// Where it lies.
    package static let path = PackageTable.repository + "/docs/lab.md"

    /// Reads the table of a document; of another text, nothing.
    package init(parsing text: String = "") {
        lines = text.split(separator: "\n").compactMap { line in
            // | topology | kernel | check | result |
            guard line.hasPrefix("| "), line.hasSuffix(" |") else { return nil }
            let cells = line.dropFirst(2).dropLast(2).split(separator: " | ", maxSplits: 3).map(String.init)
            guard cells.count == 4, ["ok:", "FAILED:", "skipped:"].contains(where: cells[3].hasPrefix) else {
                return nil
            }
            return Line(topology: cells[0], kernel: cells[1], check: cells[2], result: cells[3])
        }
    }

    /// Puts the rows of guests in the place of the lines of the same machines and kernels.
    package mutating func renew(_ rows: [LabRun.Row]) {
        struct Guest: Hashable {
            var topology: String
            var source: LabKernel?
        }
        let new = rows.map(Line.init)
        let renewed = Set(new.map { Guest(topology: $0.topology, source: $0.source) })
        lines.removeAll { renewed.contains(Guest(topology: $0.topology, source: $0.source)) }
        lines += new
        func order(_ line: Line) -> Int { line.source.flatMap(LabKernel.all.firstIndex) ?? 0 }
        // Checks stay in the order in which they were made: sorting keeps equal ones as they are.
        lines = lines.enumerated().sorted { first, second in
            (first.element.topology, order(first.element), first.offset)
                < (second.element.topology, order(second.element), second.offset)
        }.map(\.element)
    }

    /// The document: a table and, above it, what each machine and check is, and what is looked at on which kernel.
    package func text(topologies: [LabTopology], checks: [any LabCheck]) -> String {
        var text = """
            # What the lab found

            Written by `make lab OUT=docs/lab.md`: guests of QEMU's full-system emulation that boot Debian's kernels with
            our release programs in them. `Tests/Lab/README.md` says how it works.

            | check | makes sure that |
            | --- | --- |

            """
        for check in checks { text += "| \(check.name) | \(check.summary) |\n" }
        text += "\n| topology | machine |\n| --- | --- |\n"
        for topology in topologies { text += "| \(topology.name) | \(topology.title) |\n" }
        text += "\n\(seriesTable(checks))"
        text += "\n| topology | kernel | check | result |\n| --- | --- | --- | --- |\n"
        for line in lines {
            text += "| \(line.topology) | \(line.kernel) | \(line.check) | \(line.result) |\n"
        }
        let failed = lines.count(where: \.isFailed)
        text += "\n\(lines.count) checks, \(failed == 0 ? "none failed" : "\(failed) failed").\n"
        return text
    }

    /// Kernels × checks: on how many machines each check passed.
    private func seriesTable(_ checks: [any LabCheck]) -> String {
        let made = LabKernel.all.filter { kernel in lines.contains { $0.source == kernel } }
        var text = "Machines on which each check passed, of those it was made on:\n\n| check |"
        for kernel in made { text += " \(kernel.name) |" }
        text += "\n| --- |" + String(repeating: " --- |", count: made.count) + "\n"
        for check in checks {
            text += "| \(check.name) |"
            for kernel in made { text += " \(count(of: check.name, on: kernel)) |" }
            text += "\n"
        }
        return text
    }

    private func count(of check: String, on kernel: LabKernel) -> String {
        let found = lines.filter { $0.check == check && $0.source == kernel }
        let passed = found.count(where: \.isPassed)
        return found.isEmpty ? "" : passed == found.count ? "\(passed)" : "\(passed) of \(found.count)"
    }
}

extension KernelSeries {
    /// The series of a release (`6.12.117+deb12-amd64`), or by its own name.
    package init?(release: String) {
        let numbers = release.prefix { $0.isNumber || $0 == "." }.split(separator: ".")
        guard numbers.count >= 2 else { return nil }
        self.init(rawValue: "\(numbers[0]).\(numbers[1])")
    }
}
