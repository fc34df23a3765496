/// The maker of the processors, from the first block of `/proc/cpuinfo`, whose keys differ by architecture.
///
/// x86: `vendor_id	: AuthenticAMD`, `cpu family	: 26`. arm64: `CPU implementer	: 0x41`, `CPU part	: 0xd0c`.
package struct CPUInfo: Hashable, Sendable {
    /// Who made the processor, where it matters to us.
    package enum Maker: Hashable, Sendable {
        case intel
        case amd
        case hygon
        /// The text of `vendor_id`, or the implementer's number.
        case other(String)
    }

    /// `vendor_id`; x86, s390.
    package var vendorID: String?
    /// `cpu family`; x86.
    package var family: Int?
    /// `model`; x86.
    package var model: Int?
    /// `stepping`; x86.
    package var stepping: Int?
    /// `model name`; x86.
    package var modelName: String?
    /// `CPU implementer`; arm.
    package var implementer: Int?
    /// `CPU part`; arm.
    package var part: Int?

    package init() {}

    /// Nil when the file names none.
    package var maker: Maker? {
        if let vendorID {
            switch vendorID {
            case "GenuineIntel": return .intel
            case "AuthenticAMD": return .amd
            case "HygonGenuine": return .hygon
            default: return .other(vendorID)
            }
        }
        return implementer.map { .other("0x" + String($0, radix: 16)) }
    }

    /// Reads the file up to the first blank line behind a known key.
    ///
    /// - Throws: ``KernelTextError`` for a known key with a malformed number, or a cut last line.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        self.init()
        var offset = 0
        while let line = try bytes.nextLine(&offset, .cpuinfo) {
            let colon = bytes.find(Byte.colon, line.lowerBound, line.upperBound)
            guard colon < line.upperBound else {
                if line.isEmpty, self != CPUInfo() { return }
                continue
            }
            try assign(
                bytes, bytes.trimmed(line.lowerBound..<colon), bytes.trimmed(colon + 1..<line.upperBound))
        }
    }

    private mutating func assign(
        _ bytes: Span<UInt8>, _ key: Range<Int>, _ value: Range<Int>
    ) throws(KernelTextError) {
        if bytes.equals("vendor_id", key) {
            vendorID = bytes.text(value)
        } else if bytes.equals("cpu family", key) {
            family = try Self.number(bytes, value, "cpu family")
        } else if bytes.equals("model", key) {
            model = try Self.number(bytes, value, "model")
        } else if bytes.equals("stepping", key) {
            // `unknown` where the processor does not say.
            stepping = bytes.equals("unknown", value) ? nil : try Self.number(bytes, value, "stepping")
        } else if bytes.equals("model name", key) {
            modelName = bytes.text(value)
        } else if bytes.equals("CPU implementer", key) {
            implementer = try Self.number(bytes, value, "CPU implementer")
        } else if bytes.equals("CPU part", key) {
            part = try Self.number(bytes, value, "CPU part")
        }
    }

    /// Decimal, or hexadecimal behind `0x`.
    private static func number(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ field: String
    ) throws(KernelTextError) -> Int {
        var offset = range.lowerBound
        let value: UInt64
        if bytes.hasPrefix("0x", offset, range.upperBound) {
            offset += 2
            value = try bytes.hexadecimal(&offset, range.upperBound, .cpuinfo, field)
        } else {
            value = try bytes.decimal(&offset, range.upperBound, .cpuinfo, field)
        }
        guard offset == range.upperBound else { throw KernelTextError(.cpuinfo, field, at: offset, .trailingBytes) }
        guard value <= UInt64(Int32.max) else {
            throw KernelTextError(.cpuinfo, field, at: range.lowerBound, .outOfRange)
        }
        return Int(value)
    }
}
