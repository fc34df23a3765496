/// `flags` and `groups_flags` of a scheduling domain under debugfs: flag names in bit order, each followed by a space.
///
/// Sample: `SD_BALANCE_NEWIDLE SD_BALANCE_EXEC SD_BALANCE_FORK SD_WAKE_AFFINE SD_NUMA `. Before 5.10 a decimal number,
/// whose bits mean something else in every version.
package enum SchedFlags: Hashable, Sendable {
    case names([String])
    case number(UInt64)

    /// Reads the file; an empty line is a domain without flags.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        let line = bytes.trimmed(0..<bytes.count)
        if let first = line.first, Byte.isDigit(bytes[first]) {
            self = .number(try ScalarFile.unsigned(bytes, file: .schedFlags, field: "flags"))
            return
        }
        var names: [String] = []
        var offset = line.lowerBound
        while let word = bytes.nextWord(&offset, line.upperBound) {
            for index in word {
                let byte = bytes[index]
                guard Byte.isLetter(byte) || Byte.isDigit(byte) || byte == 0x5F else {
                    throw KernelTextError(.schedFlags, "flags", at: index, .unknownWord)
                }
            }
            names.append(bytes.text(word))
        }
        self = .names(names)
    }
}
