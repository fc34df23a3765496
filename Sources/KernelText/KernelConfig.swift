/// A kernel's configuration: `/boot/config-<release>`, or `/proc/config.gz` after decompression.
///
/// ```
/// CONFIG_NUMA_BALANCING=y
/// CONFIG_NODES_SHIFT=10
/// # CONFIG_SCHED_CLUSTER is not set
/// ```
package struct KernelConfig: Hashable, Sendable {
    /// What an option is set to.
    package enum Value: Hashable, Sendable {
        /// `=y`
        case yes
        /// `=m`
        case module
        /// `# … is not set`, or `=n`.
        case no
        /// A number, decimal or `0x` hexadecimal.
        case number(Int64)
        /// Anything else, quotes taken off.
        case text(String)

        /// Whether the option is built in or a module.
        package var isEnabled: Bool { self == .yes || self == .module }
    }

    private var values: [String: Value]

    /// The value of an option, named with its `CONFIG_`; nil when the file does not mention it, which for an option whose
    /// prerequisites are off means off.
    package subscript(name: String) -> Value? { values[name] }

    /// Options kept.
    package var count: Int { values.count }

    /// Reads a whole file.
    ///
    /// - Parameter wanted: the options to keep, with their `CONFIG_`; nil keeps all (some ten thousand).
    /// - Throws: ``KernelTextError`` for a line that is no option, comment or blank, or a cut last line.
    package init(parsing bytes: Span<UInt8>, keeping wanted: Set<String>? = nil) throws(KernelTextError) {
        values = [:]
        var offset = 0
        while let line = try bytes.nextLine(&offset, .kernelConfig) {
            let body = bytes.trimmed(line)
            guard let first = body.first else { continue }
            if bytes[first] == Byte.hash {
                if let name = Self.unsetName(bytes, body), wanted?.contains(name) ?? true { values[name] = .no }
                continue
            }
            let equals = bytes.find(Byte.equals, body.lowerBound, body.upperBound)
            guard bytes.hasPrefix("CONFIG_", body.lowerBound, equals) else {
                throw KernelTextError(.kernelConfig, "option", at: body.lowerBound, .expectedToken("CONFIG_"))
            }
            guard equals < body.upperBound else {
                throw KernelTextError(.kernelConfig, "option", at: body.upperBound, .expectedToken("="))
            }
            let name = bytes.text(body.lowerBound..<equals)
            if wanted?.contains(name) ?? true { values[name] = Self.value(bytes, equals + 1..<body.upperBound) }
        }
    }

    /// The name in `# CONFIG_X is not set`; nil for any other comment.
    private static func unsetName(_ bytes: Span<UInt8>, _ line: Range<Int>) -> String? {
        let (prefix, suffix) = ("# CONFIG_", " is not set")
        let end = line.upperBound - suffix.utf8.count
        guard bytes.hasPrefix(prefix, line.lowerBound, line.upperBound), end > line.lowerBound + prefix.utf8.count,
            bytes.hasPrefix(suffix, end, line.upperBound)
        else { return nil }
        return bytes.text(line.lowerBound + 2..<end)
    }

    private static func value(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Value {
        if bytes.equals("y", range) { return .yes }
        if bytes.equals("m", range) { return .module }
        if bytes.equals("n", range) { return .no }
        let text = bytes.text(range)
        if let number = Int64(text) { return .number(number) }
        if text.hasPrefix("0x"), let number = Int64(text.dropFirst(2), radix: 16) { return .number(number) }
        if text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
            return .text(String(text.dropFirst().dropLast()))
        }
        return .text(text)
    }
}
