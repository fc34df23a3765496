import BalancingModel

/// Reads marks in the order they were written, and joins a ledger that the kernel cut with its continuation.
///
/// Kernels before 6.9 cut a mark after 1,024 bytes; the rest arrives as a second mark of the same writer, which begins
/// anywhere. The complete part counts as a mark of its own, the rest as another one of the same task.
struct MarkJoiner: Sendable {
    enum Content {
        case ledger(BalancingEvent.LedgerMark)
        case vmstat([BalancingEvent.VmstatCounter])
        /// A ledger without a task.
        case malformed
        /// Another program's.
        case foreign
    }

    /// A longer rest is none.
    private static let longestBeginning = 512

    /// The mark that was cut: who wrote it, and how its continuation must begin.
    private var cut: (writer: Int32, beginning: [UInt8])?

    /// Reads one mark.
    ///
    /// - Parameters:
    ///   - text: What was written, without what the printing program put before it.
    ///   - writer: The thread that wrote it.
    mutating func content(_ text: Span<UInt8>, writer: Int32) -> Content {
        if let cut, cut.writer == writer {
            self.cut = nil
            if !MarkText.isLedger(text, 0), !MarkText.isVmstat(text, 0) {
                var joined = cut.beginning
                for index in text.indices { joined.append(text[index]) }
                return read(joined.span, writer)
            }
        }
        return read(text, writer)
    }

    private mutating func read(_ text: Span<UInt8>, _ writer: Int32) -> Content {
        switch MarkText.parse(text, from: 0) {
        case .ledger(let mark, let unfinished):
            if let unfinished {
                var beginning = Array("SCHED \(mark.tid) ".utf8)
                for index in unfinished..<text.count { beginning.append(text[index]) }
                if beginning.count < Self.longestBeginning { cut = (writer, beginning) }
            }
            return .ledger(mark)
        case .vmstat(let counters): return .vmstat(counters)
        case nil: return MarkText.isLedger(text, 0) ? .malformed : .foreign
        }
    }
}
