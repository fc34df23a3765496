/// `/sys/kernel/security/lockdown`: the modes, the current one in brackets. Sample: `none [integrity] confidentiality`.
package enum Lockdown: String, Hashable, Sendable, CaseIterable {
    case none
    case integrity
    case confidentiality

    /// Reads the file.
    ///
    /// - Throws: ``KernelTextError`` when no mode, or an unknown one, is in brackets.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        let open = bytes.find(Byte.leftBracket, 0, bytes.count)
        guard open < bytes.count else { throw KernelTextError(.lockdown, "mode", at: 0, .expectedToken("[")) }
        let close = bytes.find(Byte.rightBracket, open, bytes.count)
        guard close < bytes.count else { throw KernelTextError(.lockdown, "mode", at: open, .expectedToken("]")) }
        for mode in Self.allCases where bytes.equals(mode.rawValue, open + 1..<close) {
            self = mode
            return
        }
        throw KernelTextError(.lockdown, "mode", at: open + 1, .unknownWord)
    }
}
