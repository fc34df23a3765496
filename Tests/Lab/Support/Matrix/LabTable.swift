/// Rows as text for a terminal.
package enum LabTable {
    /// Columns filled up with spaces. What failed is told below the table.
    package static func text(_ rows: [LabRun.Row]) -> String {
        let cells = [["TOPOLOGY", "KERNEL", "CHECK", "RESULT"]] + rows.map(cells)
        let widths = (0..<3).map { column in cells.map { $0[column].count }.max() ?? 0 }
        var text = cells.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count + 2) }.joined() + row[3] + "\n"
        }.joined()
        for row in rows where row.isFailed {
            text += "\n\(row.topology), \(row.kernel), \(row.check):\n" + problems(row)
        }
        return text
    }

    /// One row by itself, its problems below it, for who follows a run: a run that is stopped prints no table.
    package static func line(_ row: LabRun.Row) -> String {
        let line = cells(row).joined(separator: "  ")
        return row.isFailed ? "\(line)\n\(problems(row).dropLast())" : line
    }

    private static func problems(_ row: LabRun.Row) -> String {
        guard case .failed(let problems) = row.outcome else { return "" }
        return problems.map { problem in
            problem.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)\n" }.joined()
        }.joined()
    }

    private static func cells(_ row: LabRun.Row) -> [String] {
        [row.topology, row.kernel, row.check, row.outcome.text]
    }
}

extension LabRun.Row.Outcome {
    /// As a cell of a table.
    package var text: String {
        switch self {
        case .passed(let compared): "ok: \(compared)"
        case .failed(let problems): "FAILED: \(problems.count) problem\(problems.count == 1 ? "" : "s")"
        case .skipped(let reason): "skipped: \(reason)"
        }
    }
}
