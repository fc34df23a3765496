/// The memory policy column of a `numa_maps` line: `mode [ "=" flags ] [ ":" nodelist ]`.
///
/// The kernel builds it in a buffer of 64 bytes and cuts it silently: a long node list may lack its end.
package struct NUMAMapsPolicy: Hashable, Sendable {
    /// The mode word.
    package enum Mode: UInt8, Hashable, Sendable, CaseIterable {
        /// `default`: no policy of its own, or the per-node default.
        case `default`
        /// `prefer`: `MPOL_PREFERRED`.
        case prefer
        /// `prefer (many)`: `MPOL_PREFERRED_MANY`, since 5.15.
        case preferMany
        /// `bind`: `MPOL_BIND`.
        case bind
        /// `interleave`: `MPOL_INTERLEAVE`.
        case interleave
        /// `weighted interleave`: `MPOL_WEIGHTED_INTERLEAVE`, since 6.9.
        case weightedInterleave
        /// `local`: `MPOL_LOCAL`.
        case local
        /// `unknown`: the kernel's own word for a mode it cannot name.
        case unknown
        /// A word this version does not know. ``NUMAMapsPolicy/range`` holds it.
        case unrecognised
    }

    /// The mode flags.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `static`: `MPOL_F_STATIC_NODES`.
        package static let `static` = Flags(rawValue: 1)
        /// `relative`: `MPOL_F_RELATIVE_NODES`.
        package static let relative = Flags(rawValue: 2)
        /// `balancing`: `MPOL_F_NUMA_BALANCING`; printed since 6.11 and 6.1.103.
        package static let balancing = Flags(rawValue: 4)
        /// A flag word this version does not know.
        package static let unrecognised = Flags(rawValue: 128)
    }

    package var mode: Mode = .default
    package var flags: Flags = []
    /// Where the node list lies in the bytes parsed; nil when the policy has none.
    package var nodesRange: Range<Int>?
    /// Where the whole policy text lies in the bytes parsed.
    package var range: Range<Int> = 0..<0

    package init() {}

    /// Length at which the kernel's 64-byte buffer is full.
    static let fullLength = 63

    /// Whether the text fills the kernel's buffer, so that its end may be missing.
    package var mayBeCut: Bool { range.count >= Self.fullLength }

    /// The nodes of the policy, ascending; nil when it names none. Of a text that may be cut, the last element is left
    /// out, as its number may lack digits.
    ///
    /// - Parameter bytes: the bytes the line was parsed from.
    package func nodes(in bytes: Span<UInt8>) throws(KernelTextError) -> [ClosedRange<Int>]? {
        guard var nodes = nodesRange else { return nil }
        if mayBeCut {
            var end = nodes.upperBound
            while end > nodes.lowerBound, bytes[end - 1] != Byte.comma { end -= 1 }
            nodes = nodes.lowerBound..<Swift.max(nodes.lowerBound, end - 1)
        }
        return try CPUList.parse(bytes, nodes, file: .numaMaps, field: "policy nodes")
    }
}

extension NUMAMapsPolicy {
    /// Reads the policy at `offset`; leaves `offset` at the blank behind it.
    @inline(__always)
    static func parse(_ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int) throws(KernelTextError) -> NUMAMapsPolicy {
        var policy = NUMAMapsPolicy()
        let start = offset
        guard start < end else { throw KernelTextError(.numaMaps, "policy", at: start, .unexpectedEnd) }
        policy.mode = parseMode(bytes, &offset, end)
        guard offset > start else { throw KernelTextError(.numaMaps, "policy", at: start, .expectedToken("policy")) }
        if offset < end, bytes[offset] != Byte.space {
            try policy.parseSuffix(bytes, &offset, end)
        }
        policy.range = start..<offset
        return policy
    }

    /// The longest known mode at `offset` that ends where a mode may end; any other word is `.unrecognised`.
    @inline(__always)
    private static func parseMode(_ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int) -> Mode {
        func accept(_ word: String, _ mode: Mode) -> Mode? {
            guard bytes.hasPrefix(word, offset, end) else { return nil }
            let behind = offset + word.utf8.count
            guard behind == end || isModeEnd(bytes[behind]) else { return nil }
            offset = behind
            return mode
        }
        let known: Mode? =
            switch bytes[offset] {
            case 0x64: accept("default", .default)
            case 0x70: accept("prefer (many)", .preferMany) ?? accept("prefer", .prefer)
            case 0x62: accept("bind", .bind)
            case 0x69: accept("interleave", .interleave)
            case 0x77: accept("weighted interleave", .weightedInterleave)
            case 0x6C: accept("local", .local)
            case 0x75: accept("unknown", .unknown)
            default: nil
            }
        if let known { return known }
        while offset < end, !isModeEnd(bytes[offset]) { offset += 1 }
        return .unrecognised
    }

    @inline(__always)
    private static func isModeEnd(_ byte: UInt8) -> Bool {
        byte == Byte.space || byte == Byte.equals || byte == Byte.colon
    }

    /// `"=" flags` and `":" nodelist`.
    private mutating func parseSuffix(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int
    ) throws(KernelTextError) {
        let policyEnd = bytes.find(Byte.space, offset, end)
        if offset < policyEnd, bytes[offset] == Byte.equals {
            offset += 1
            let flagsEnd = bytes.find(Byte.colon, offset, policyEnd)
            while offset < flagsEnd {
                let wordEnd = bytes.find(Byte.bar, offset, flagsEnd)
                flags.formUnion(Self.flag(bytes, offset..<wordEnd))
                offset = wordEnd < flagsEnd ? wordEnd + 1 : flagsEnd
            }
        }
        if offset < policyEnd, bytes[offset] == Byte.colon {
            nodesRange = (offset + 1)..<policyEnd
            for index in offset + 1..<policyEnd {
                let byte = bytes[index]
                guard Byte.isDigit(byte) || byte == Byte.comma || byte == Byte.minus else {
                    throw KernelTextError(.numaMaps, "policy nodes", at: index, .malformedSet)
                }
            }
        }
        offset = policyEnd
    }

    private static func flag(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Flags {
        if bytes.equals("static", range) { return .static }
        if bytes.equals("relative", range) { return .relative }
        if bytes.equals("balancing", range) { return .balancing }
        return range.isEmpty ? [] : .unrecognised
    }
}
