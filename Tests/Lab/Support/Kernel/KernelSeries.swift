/// A kernel Debian 12 has packages of.
package enum KernelSeries: String, Sendable, Hashable, CaseIterable {
    case linux61 = "6.1"
    case linux612 = "6.12"
}
