/// Rows as text: for a terminal, and for the documentation.
package enum LabTable {
    /// Columns filled up with spaces. What failed is told below the table.
    package static func text(_ rows: [LabRun.Row]) -> String {
        let cells = [["TOPOLOGY", "KERNEL", "CHECK", "RESULT"]] + rows.map(cells)
        let widths = (0..<3).map { column in cells.map { $0[column].count }.max() ?? 0 }
        var text = cells.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count + 2) }.joined() + row[3] + "\n"
        }.joined()
        for row in rows where !row.isPassed {
            text += "\n\(row.topology), \(row.kernel), \(row.check):\n" + problems(row)
        }
        return text
    }

    /// One row by itself, its problems below it, for who follows a run: a run that is stopped prints no table.
    package static func line(_ row: LabRun.Row) -> String {
        let line = cells(row).joined(separator: "  ")
        return row.isPassed ? line : "\(line)\n\(problems(row).dropLast())"
    }

    private static func problems(_ row: LabRun.Row) -> String {
        guard case .failed(let problems) = row.outcome else { return "" }
        return problems.map { problem in
            problem.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)\n" }.joined()
        }.joined()
    }

    /// A document with a table and, above it, what each topology and check is.
    package static func markdown(_ rows: [LabRun.Row], topologies: [LabTopology], checks: [any LabCheck]) -> String {
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
        text += "\n| topology | kernel | check | result |\n| --- | --- | --- | --- |\n"
        for row in rows { text += "| \(cells(row).joined(separator: " | ")) |\n" }
        let failed = rows.count { !$0.isPassed }
        text += "\n\(rows.count) checks, \(failed == 0 ? "all passed" : "\(failed) failed").\n"
        return text
    }

    private static func cells(_ row: LabRun.Row) -> [String] {
        let result =
            switch row.outcome {
            case .passed(let compared): "ok: \(compared)"
            case .failed(let problems): "FAILED: \(problems.count) problem\(problems.count == 1 ? "" : "s")"
            }
        return [row.topology, row.kernel, row.check, result]
    }
}
