import BalancingModel

/// Makes the text of marks from the kernel's files, for `trace_marker`; ``MarkText`` reads them.
package enum MarkWriter {
    /// A `SCHED` mark: the lines of `/proc/<pid>/task/<tid>/sched` that are about NUMA, and the run time.
    ///
    /// - Parameters:
    ///   - process: The process it is a thread of, where it is known.
    ///   - cpu: The CPU the task last ran on, where it is known.
    ///   - isStart: Whether the recording begins with it: then a task without a ledger has a mark as well, without its
    ///     lines of nodes, which are all zero.
    ///   - groupOrder: Where the task's group lies among the others, where the iterator tells.
    ///   - sched: The file's text.
    /// - Returns: Nil for a file that tells nothing of NUMA and, but at the start, for a task without a ledger: no fault of
    ///   it was ever counted, and it is in no group.
    package static func ledger(
        tid: Int32, process: Int32? = nil, cpu: Int32? = nil, isStart: Bool = false, groupOrder: UInt64? = nil,
        sched: Span<UInt8>
    ) -> [UInt8]? {
        var mark = Array("SCHED \(tid) ".utf8)
        if let cpu { mark += Array("\(cpu) ".utf8) }
        if let process { mark += Array("tgid:\(process);".utf8) }
        if isStart { mark += Array("start:1;".utf8) }
        if let groupOrder { mark += Array("numa_group_order:\(groupOrder);".utf8) }
        let empty = mark.count
        // The kernel prints the lines of every task; those of a task that never had a fault are all zero.
        var withoutNodes = mark
        forEachLine(sched) { line in
            let isNode = contains(line, "numa_faults node=")
            guard isNode || contains(line, "numa") || contains(line, "sum_exec_runtime") else { return }
            append(line, to: &mark)
            mark.append(UInt8(ascii: ";"))
            if !isNode {
                append(line, to: &withoutNodes)
                withoutNodes.append(UInt8(ascii: ";"))
            }
        }
        guard mark.count > empty, case .ledger(let ledger, _) = MarkText.parse(mark.span, from: 0) else { return nil }
        if (ledger.totalFaults ?? 0) > 0 || (ledger.groupID ?? 0) > 0 { return mark }
        return isStart ? withoutNodes : nil
    }

    /// A `VMSTAT` mark: the `numa_` lines of `/proc/vmstat`. Nil where there are none.
    package static func vmstat(_ text: Span<UInt8>) -> [UInt8]? {
        var mark = Array("VMSTAT ".utf8)
        let empty = mark.count
        forEachLine(text) { line in
            guard TextScanner.matches(line, at: 0, "numa_") else { return }
            for index in line.indices { mark.append(line[index]) }
            mark.append(UInt8(ascii: " "))
        }
        return mark.count == empty ? nil : mark
    }

    private static func forEachLine(_ text: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
        var start = 0
        for index in text.indices where text[index] == UInt8(ascii: "\n") {
            body(text.extracting(start..<index))
            start = index + 1
        }
        if start < text.count { body(text.extracting(start..<text.count)) }
    }

    /// `name      :   value` without the blanks around the colon; other lines as they are.
    private static func append(_ line: Span<UInt8>, to mark: inout [UInt8]) {
        var index = 0
        while index < line.count {
            if TextScanner.isBlank(line[index]) {
                var end = index
                while end < line.count, TextScanner.isBlank(line[end]) { end += 1 }
                let isBeforeColon = end < line.count && line[end] == UInt8(ascii: ":")
                let isBehindColon = index > 0 && line[index - 1] == UInt8(ascii: ":")
                if !isBeforeColon, !isBehindColon, end < line.count { mark.append(UInt8(ascii: " ")) }
                index = end
            } else {
                mark.append(line[index])
                index += 1
            }
        }
    }

    private static func contains(_ line: Span<UInt8>, _ word: String) -> Bool {
        line.indices.contains { TextScanner.matches(line, at: $0, word) }
    }
}
