/// Lists of CPUs or nodes as the kernel prints them (`%*pbl`): ascending numbers and ranges joined by commas.
///
/// Found in `cpu/online`, `node/nodeN/cpulist`, `Cpus_allowed_list:`, policy node lists, and many more. Sample:
/// `0-3,8,10-11`. The empty set is an empty line; `cpu/nohz_full` prints `(null)` instead on some kernels.
package enum CPUList {
    /// The largest number a list may hold. Far above any kernel (8192 CPUs, 1024 nodes), small enough that a set of it
    /// can be built without harm.
    package static let largestNumber = 1 << 20 - 1
    /// The largest number of a CPU for which tables are made: four times what any kernel can be built for.
    package static let largestCPU = 1 << 15 - 1
    /// The largest number of a node: `MAX_NUMNODES` is 2 to the power of `NODES_SHIFT`, which is at most 10.
    package static let largestNode = 1 << 10 - 1

    /// The ranges of a whole file, ascending, merged and disjoint.
    ///
    /// - Parameter largest: A number above it is out of range.
    /// - Throws: ``KernelTextError`` naming `file`, with `.expectedDecimal`, `.outOfRange`, `.malformedSet`.
    package static func parse(
        _ bytes: Span<UInt8>, file: KernelFile = .cpuList, largest: Int = largestNumber
    ) throws(KernelTextError) -> [ClosedRange<Int>] {
        try parse(bytes, 0..<bytes.count, file: file, field: "list", largest: largest)
    }

    /// The ranges of a part of a text.
    package static func parse(
        _ bytes: Span<UInt8>, _ range: Range<Int>, file: KernelFile = .cpuList, field: String = "list",
        largest: Int = largestNumber
    ) throws(KernelTextError) -> [ClosedRange<Int>] {
        let body = bytes.trimmed(range)
        if body.isEmpty || bytes.equals("(null)", body) { return [] }
        var ranges: [ClosedRange<Int>] = []
        var offset = body.lowerBound
        while true {
            ranges.append(try element(bytes, &offset, body.upperBound, file, field, largest))
            if offset == body.upperBound { break }
            try bytes.expect(Byte.comma, ",", &offset, body.upperBound, file, field)
        }
        return normalised(ranges)
    }

    /// One `a` or `a-b`.
    static func element(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ file: KernelFile, _ field: String, _ largest: Int
    ) throws(KernelTextError) -> ClosedRange<Int> {
        let start = offset
        let first = try bytes.decimalInt(&offset, end, max: largest, file, field)
        guard offset < end, bytes[offset] == Byte.minus else { return first...first }
        offset += 1
        let last = try bytes.decimalInt(&offset, end, max: largest, file, field)
        guard first <= last else { throw KernelTextError(file, field, at: start, .malformedSet) }
        return first...last
    }

    /// Sorted, with touching and overlapping ranges merged.
    package static func normalised(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
        var isNormal = true
        for index in ranges.indices.dropFirst() where ranges[index].lowerBound <= ranges[index - 1].upperBound + 1 {
            isNormal = false
            break
        }
        if isNormal { return ranges }
        var merged: [ClosedRange<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    /// The text of a list, as the kernel would print it.
    package static func text(_ ranges: [ClosedRange<Int>]) -> String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }
}
