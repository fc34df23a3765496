/// `/sys/devices/system/node/node<n>/distance`: one row of the SLIT. Sample: `10 21 31 21`.
///
/// One column per *online* node in ascending order, not per node number: column k belongs to the k-th node of
/// `node/online`. Where node 0 is offline the line begins with a space.
package enum NodeDistance {
    /// The distances in the order printed; 10 is local.
    ///
    /// - Throws: ``KernelTextError``; `.outOfRange` above 65535, `.missingField` for an empty file.
    package static func parse(_ bytes: Span<UInt8>) throws(KernelTextError) -> [Int] {
        let line = bytes.trimmed(0..<bytes.count)
        guard !line.isEmpty else { throw KernelTextError(.nodeDistance, "distance", at: 0, .missingField) }
        var distances: [Int] = []
        var offset = line.lowerBound
        while let word = bytes.nextWord(&offset, line.upperBound) {
            var position = word.lowerBound
            distances.append(
                try bytes.decimalInt(&position, word.upperBound, max: 65535, .nodeDistance, "distance"))
            guard position == word.upperBound else {
                throw KernelTextError(.nodeDistance, "distance", at: position, .trailingBytes)
            }
        }
        return distances
    }
}
