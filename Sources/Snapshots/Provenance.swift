package import NUMATopology

/// Where a published figure came from. Every derived figure carries one.
package enum Provenance: Hashable, Sendable, CustomStringConvertible {
    /// Read from the kernel as it is.
    case kernel
    /// Follows from what the kernel shows by the kernel's own rules, without guessing.
    case reconstructed
    /// Comes out of the in-process model of the balancing algorithm.
    case modelled
    /// A statistical estimate from a sample, with a 95 % confidence interval beside it.
    case estimated
    /// Taken to be so, because nothing says it; a note beside it says why.
    case assumed

    package var description: String {
        switch self {
        case .kernel: "kernel"
        case .reconstructed: "reconstructed"
        case .modelled: "modelled"
        case .estimated: "estimated"
        case .assumed: "assumed"
        }
    }
}

extension Machine {
    /// Where the machine's shape comes from: the kernel's own lists, or what stands for them.
    package var provenance: Provenance {
        if notes.contains(where: { $0.kind == .assumed }) { return .assumed }
        return notes.contains { $0.kind != .unknown } ? .reconstructed : .kernel
    }
}
