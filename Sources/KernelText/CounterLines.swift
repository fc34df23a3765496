/// Files of `name value` lines: `/proc/vmstat`, a node's `vmstat` and `numastat`, a cgroup's `memory.stat`.
package enum CounterLines {
    /// Calls `body` with the range of each name and its value, in order. Allocates nothing.
    ///
    /// - Throws: ``KernelTextError`` for a line that is not a name and a number, or a cut last line.
    package static func forEach(
        _ bytes: Span<UInt8>, file: KernelFile, _ body: (Range<Int>, UInt64) throws(KernelTextError) -> Void
    ) throws(KernelTextError) {
        var offset = 0
        while let line = try bytes.nextLine(&offset, file) {
            guard !line.isEmpty else { continue }
            let nameEnd = bytes.wordEnd(line.lowerBound, line.upperBound)
            var position = nameEnd
            bytes.skipBlanks(&position, line.upperBound)
            let value = try bytes.decimal(&position, line.upperBound, file, "value")
            bytes.skipBlanks(&position, line.upperBound)
            guard position == line.upperBound else {
                throw KernelTextError(file, "value", at: position, .trailingBytes)
            }
            try body(line.lowerBound..<nameEnd, value)
        }
    }

    /// The value of one counter, or nil when it is not printed. O(bytes).
    package static func value(
        of name: String, in bytes: Span<UInt8>, file: KernelFile = .vmstat
    ) throws(KernelTextError) -> UInt64? {
        var result: UInt64?
        try forEach(bytes, file: file) { (range, value) throws(KernelTextError) in
            if bytes.equals(name, range) { result = value }
        }
        return result
    }
}
