extension Span where Element == UInt8 {
    /// A number that lies anywhere in the bytes, little endian.
    ///
    /// - Parameter offset: Where it begins; what lies beyond the end is our own mistake, and traps.
    @inline(__always)
    package func number<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Number.Type) -> Number {
        precondition(offset >= 0 && offset <= count - MemoryLayout<Number>.size)
        return Number(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }
}
