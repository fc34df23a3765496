/// Where the fields of the kernel's structures lie, as the running kernel tells it: BTF, `/sys/kernel/btf/vmlinux`.
///
/// A header of 24 bytes, then the types one after the other, then their names (`include/uapi/linux/btf.h`,
/// `Documentation/bpf/btf.rst`, the file from 5.4 on). A type is twelve bytes (where its name is; kind and number of parts; size or
/// the type it refers to) and what its kind adds. Types are numbered from 1 in the order they come, so one walk over all of
/// them is needed before a number leads anywhere: 126,585 in 5.5 MB on a Linux 6.18.
///
/// Example: the field `se.exec_start` of `task_struct` on Debian's Linux 6.1 (amd64): the structure `task_struct` has a part
/// `se` at bit 1024, whose type is the structure `sched_entity`; that has a part `exec_start` at bit 512, an integer of 8
/// bytes: byte 128 + 64 = 192. On 6.12 it is 216.
package struct KernelTypes: Sendable {
    /// What is wrong with the bytes.
    package struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        package var byteOffset: Int
        package var reason: String

        package var description: String { "byte \(byteOffset): \(reason)" }
    }

    /// Where a field lies.
    package struct Place: Hashable, Sendable {
        package var byteOffset: Int
        /// Of one element where the field is an array.
        package var byteCount: Int

        package init(byteOffset: Int, byteCount: Int) {
            self.byteOffset = byteOffset
            self.byteCount = byteCount
        }
    }

    private enum Kind {
        static let pointer: UInt32 = 2
        static let array: UInt32 = 3
        static let structure: UInt32 = 4
        static let union: UInt32 = 5
        static let function: UInt32 = 12
        /// Those that stand for another type: typedef, volatile, const, restrict, type tag.
        static let standIns: Set<UInt32> = [8, 9, 10, 11, 18]
        /// Those with a size of their own: integer, enumeration, floating point, wide enumeration.
        static let numbers: Set<UInt32> = [1, 6, 16, 19]

        /// Bytes behind the twelve of a type, `parts` times the second; nil for a kind nobody knows.
        static func tail(_ kind: UInt32) -> (fixed: Int, each: Int)? {
            switch kind {
            case 1, 14, 17: (4, 0)
            case 2, 7, 8, 9, 10, 11, 12, 16, 18: (0, 0)
            case 3: (12, 0)
            case 4, 5, 15, 19: (0, 12)
            case 6, 13: (0, 8)
            default: nil
            }
        }
    }

    private let bytes: [UInt8]
    /// Where each type begins; the first is number 1.
    private var places: [UInt32] = []
    private let names: Range<Int>

    private static let magic: UInt32 = 0xeb9f
    private static let nestingLimit = 16
    /// Bytes of a pointer: the machines Linux has NUMA on are of 64 bits.
    private static let pointerBytes = 8

    /// Walks over the types.
    ///
    /// - Parameter bytes: The whole file, of a machine with this one's byte order: little endian.
    /// - Complexity: O(n) in the bytes.
    package init(_ bytes: [UInt8]) throws(Malformed) {
        self.bytes = bytes
        guard bytes.count >= 24, Self.word(bytes, 0) & 0xffff == Self.magic else {
            throw Malformed(byteOffset: 0, reason: "no BTF of this byte order")
        }
        let header = Int(Self.word(bytes, 4))
        let (types, typeBytes) = (header + Int(Self.word(bytes, 8)), Int(Self.word(bytes, 12)))
        let (text, textBytes) = (header + Int(Self.word(bytes, 16)), Int(Self.word(bytes, 20)))
        guard types + typeBytes <= bytes.count, text + textBytes <= bytes.count else {
            throw Malformed(byteOffset: 8, reason: "the types or names lie beyond the end of \(bytes.count) bytes")
        }
        names = text..<(text + textBytes)
        var place = types
        while place < types + typeBytes {
            guard place + 12 <= types + typeBytes else {
                throw Malformed(byteOffset: place, reason: "a type is cut off")
            }
            let info = Self.word(bytes, place + 4)
            guard let tail = Kind.tail(Self.kind(info)) else {
                throw Malformed(byteOffset: place, reason: "a type of the unknown kind \(Self.kind(info))")
            }
            places.append(UInt32(place))
            place += 12 + tail.fixed + Int(info & 0xffff) * tail.each
        }
        guard place == types + typeBytes else {
            throw Malformed(byteOffset: place, reason: "the last type reaches beyond the types' end")
        }
    }

    /// Finds a field.
    ///
    /// - Parameters:
    ///   - path: The names on the way: `se`, `avg`, `load_sum`. Parts without a name are looked through.
    ///   - structure: The structure's name.
    /// - Returns: Nil where there is no such structure or field, or where it is neither a pointer nor a number of whole bytes.
    /// - Complexity: O(n) in the number of types.
    package func place(of path: [String], in structure: String) -> Place? {
        guard
            var type = places.firstIndex(where: {
                let info = Self.word(bytes, Int($0) + 4)
                return Self.kind(info) == Kind.structure && info & 0xffff > 0 && isNamed(Int($0), structure)
            }).map({ UInt32($0) + 1 })
        else { return nil }
        var bits = 0
        for name in path {
            guard let part = part(named: name, of: type, Self.nestingLimit) else { return nil }
            bits += part.bits
            type = part.type
        }
        guard bits % 8 == 0, let byteCount = size(of: type) else { return nil }
        return Place(byteOffset: bits / 8, byteCount: byteCount)
    }

    /// The number of a function's type, by which a program is attached to it.
    ///
    /// - Returns: Nil where there is no such function, or the kernel does not describe it.
    /// - Complexity: O(n) in the number of types.
    package func number(ofFunction name: String) -> UInt32? {
        places.firstIndex {
            Self.kind(Self.word(bytes, Int($0) + 4)) == Kind.function && isNamed(Int($0), name)
        }.map { UInt32($0) + 1 }
    }

    private func part(named name: String, of type: UInt32, _ depth: Int) -> (bits: Int, type: UInt32)? {
        guard depth > 0, let place = resolved(type) else { return nil }
        let info = Self.word(bytes, place + 4)
        guard [Kind.structure, Kind.union].contains(Self.kind(info)) else { return nil }
        // With the flag, the upper eight bits are the width of a bit field, which is no number of whole bytes.
        let hasWidths = info >> 31 == 1
        for index in 0..<Int(info & 0xffff) {
            let part = place + 12 + 12 * index
            let (offset, inner) = (Self.word(bytes, part + 8), Self.word(bytes, part + 4))
            if hasWidths, offset >> 24 != 0 { continue }
            let bits = Int(hasWidths ? offset & 0xff_ffff : offset)
            if isNamed(part, name) { return (bits, inner) }
            if isNamed(part, ""), let found = self.part(named: name, of: inner, depth - 1) {
                return (bits + found.bits, found.type)
            }
        }
        return nil
    }

    /// Bytes of a number or a pointer, or of the elements of an array of these.
    private func size(of type: UInt32) -> Int? {
        guard var place = resolved(type) else { return nil }
        for _ in 0..<Self.nestingLimit where Self.kind(Self.word(bytes, place + 4)) == Kind.array {
            guard let element = resolved(Self.word(bytes, place + 12)) else { return nil }
            place = element
        }
        let kind = Self.kind(Self.word(bytes, place + 4))
        if kind == Kind.pointer { return Self.pointerBytes }
        guard Kind.numbers.contains(kind) else { return nil }
        return Int(Self.word(bytes, place + 8))
    }

    /// Where a type begins, or the one it stands for; nil for `void` and for numbers that lead nowhere.
    private func resolved(_ type: UInt32) -> Int? {
        var type = type
        for _ in 0..<Self.nestingLimit {
            guard type > 0, Int(type) <= places.count else { return nil }
            let place = Int(places[Int(type) - 1])
            guard Kind.standIns.contains(Self.kind(Self.word(bytes, place + 4))) else { return place }
            type = Self.word(bytes, place + 8)
        }
        return nil
    }

    /// Whether the name that is told at a place is this one; names end with a zero.
    private func isNamed(_ place: Int, _ name: String) -> Bool {
        var offset = names.lowerBound + Int(Self.word(bytes, place))
        for byte in name.utf8 {
            guard offset < names.upperBound, bytes[offset] == byte else { return false }
            offset += 1
        }
        return offset < names.upperBound && bytes[offset] == 0
    }

    private static func kind(_ info: UInt32) -> UInt32 { info >> 24 & 0x1f }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
            | UInt32(bytes[offset + 3]) << 24
    }
}
