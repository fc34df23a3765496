/// One instruction of BPF (`struct bpf_insn`, include/uapi/linux/bpf.h): eight bytes, little endian.
///
/// Only what a program needs that copies: loads, stores, sums of 64 bits, forward jumps, calls.
package struct BPFInstruction: Hashable, Sendable {
    package enum Register: UInt8, Sendable {
        case r0, r1, r2, r3, r4, r5, r6, r7, r8, r9
        /// The end of the stack, of which 512 bytes lie before it.
        case frame
    }

    /// Bytes of a load or a store.
    package enum Width: Int, Sendable {
        case one = 1
        case two = 2
        case four = 4
        case eight = 8

        fileprivate var code: UInt8 {
            switch self {
            case .four: 0x00
            case .two: 0x08
            case .one: 0x10
            case .eight: 0x18
            }
        }

        fileprivate var name: String { "u\(8 * rawValue)" }
    }

    /// Helpers of the kernel, by their numbers.
    package enum Helper: Int32, Sendable {
        case ktimeGetNanoseconds = 5
        /// `bpf_probe_read_kernel`: refused under lockdown=confidentiality.
        case probeReadKernel = 113
        case jiffies64 = 118
        case seqWrite = 127

        fileprivate var name: String {
            switch self {
            case .ktimeGetNanoseconds: "bpf_ktime_get_ns"
            case .probeReadKernel: "bpf_probe_read_kernel"
            case .jiffies64: "bpf_jiffies64"
            case .seqWrite: "bpf_seq_write"
            }
        }
    }

    private var code: UInt8
    private var destination: Register = .r0
    private var source: Register = .r0
    /// Of a jump: the instructions that are left out.
    var offset: Int16 = 0
    private var immediate: Int32 = 0

    /// As the kernel takes it.
    package var word: UInt64 {
        UInt64(code) | UInt64(source.rawValue << 4 | destination.rawValue) << 8
            | UInt64(UInt16(bitPattern: offset)) << 16 | UInt64(UInt32(bitPattern: immediate)) << 32
    }

    static func copy(_ destination: Register, _ source: Register) -> Self {
        Self(code: 0xbf, destination: destination, source: source)
    }

    static func set(_ destination: Register, _ value: Int32) -> Self {
        Self(code: 0xb7, destination: destination, immediate: value)
    }

    /// Two instructions: a number has more bits than one has room for.
    static func setWide(_ destination: Register, _ value: UInt64) -> [Self] {
        [
            Self(code: 0x18, destination: destination, immediate: Int32(truncatingIfNeeded: value)),
            Self(code: 0x00, immediate: Int32(truncatingIfNeeded: value >> 32)),
        ]
    }

    static func add(_ destination: Register, _ value: Int32) -> Self {
        Self(code: 0x07, destination: destination, immediate: value)
    }

    static func subtract(_ destination: Register, _ source: Register) -> Self {
        Self(code: 0x1f, destination: destination, source: source)
    }

    static func or(_ destination: Register, _ value: Int32) -> Self {
        Self(code: 0x47, destination: destination, immediate: value)
    }

    static func load(_ width: Width, _ destination: Register, _ base: Register, _ offset: Int16) -> Self {
        Self(code: 0x61 | width.code, destination: destination, source: base, offset: offset)
    }

    static func store(_ width: Width, _ base: Register, _ offset: Int16, _ source: Register) -> Self {
        Self(code: 0x63 | width.code, destination: base, source: source, offset: offset)
    }

    static func store(_ width: Width, _ base: Register, _ offset: Int16, _ value: Int32) -> Self {
        Self(code: 0x62 | width.code, destination: base, offset: offset, immediate: value)
    }

    static func call(_ helper: Helper) -> Self { Self(code: 0x85, immediate: helper.rawValue) }

    /// Jumps where a register has this value.
    static func jump(_ register: Register, equals value: Int32) -> Self {
        Self(code: 0x15, destination: register, immediate: value)
    }

    /// Jumps where a register has one of these bits.
    static func jump(_ register: Register, hasAnyOf bits: Int32) -> Self {
        Self(code: 0x45, destination: register, immediate: bits)
    }

    static func jump(_ register: Register, differsFrom other: Register) -> Self {
        Self(code: 0x5d, destination: register, source: other)
    }

    static let goto = Self(code: 0x05)

    static let exit = Self(code: 0x95)
}

extension BPFInstruction: CustomStringConvertible {
    /// As the kernel's verifier writes it, or nearly.
    package var description: String {
        let (to, from) = (Self.name(destination), Self.name(source))
        switch code {
        case 0xbf: return "\(to) = \(from)"
        case 0xb7: return "\(to) = \(immediate)"
        case 0x07: return "\(to) += \(immediate)"
        case 0x1f: return "\(to) -= \(from)"
        case 0x47: return "\(to) |= \(immediate)"
        case 0x18: return "\(to) = low \(UInt32(bitPattern: immediate))"
        case 0x00: return "    high \(UInt32(bitPattern: immediate))"
        case 0x85: return "call \(Helper(rawValue: immediate)?.name ?? "#\(immediate)")"
        case 0x15: return "if \(to) == \(immediate) goto +\(offset)"
        case 0x45: return "if \(to) & \(immediate) goto +\(offset)"
        case 0x5d: return "if \(to) != \(from) goto +\(offset)"
        case 0x05: return "goto +\(offset)"
        case 0x95: return "exit"
        default: break
        }
        let width = [Width.one, .two, .four, .eight].first { $0.code == code & 0x18 } ?? .eight
        let place = offset < 0 ? "\(offset)" : "+\(offset)"
        switch code & 0x07 {
        case 1: return "\(to) = *(\(width.name) *)(\(from) \(place))"
        case 2: return "*(\(width.name) *)(\(to) \(place)) = \(immediate)"
        default: return "*(\(width.name) *)(\(to) \(place)) = \(from)"
        }
    }

    private static func name(_ register: Register) -> String {
        register == .frame ? "fp" : "r\(register.rawValue)"
    }
}
