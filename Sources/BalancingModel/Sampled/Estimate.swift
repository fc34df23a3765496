/// A number that is known within bounds.
package struct Estimate: Hashable, Sendable {
    /// The likeliest value.
    package var value: Double
    package var lowest: Double
    package var highest: Double
    package var provenance: Quantity.Provenance

    package init(value: Double, lowest: Double, highest: Double, provenance: Quantity.Provenance) {
        self.lowest = min(lowest, highest)
        self.highest = max(lowest, highest)
        self.value = min(max(value, self.lowest), self.highest)
        self.provenance = provenance
    }

    /// A number the kernel reported.
    package init(observed value: UInt64) {
        self.init(
            value: Double(value), lowest: Double(value), highest: Double(value), provenance: .observed)
    }

    package static let zero = Estimate(value: 0, lowest: 0, highest: 0, provenance: .modelled)

    /// Half the distance of the bounds.
    package var error: Double { (highest - lowest) / 2 }

    /// Pages folded as pages faulted in the same time: less those that stood in the open window when it began, and with those
    /// that stand in it when it ends.
    func faulted(windowBefore: UInt64, windowAfter: UInt64) -> Estimate {
        let shift = Double(windowAfter) - Double(windowBefore)
        return Estimate(
            value: max(0, value + shift), lowest: max(0, lowest + shift), highest: max(0, highest + shift),
            provenance: provenance)
    }

    package static func + (left: Estimate, right: Estimate) -> Estimate {
        Estimate(
            value: left.value + right.value, lowest: left.lowest + right.lowest,
            highest: left.highest + right.highest,
            provenance: left.provenance == right.provenance ? left.provenance : .modelled)
    }
}
