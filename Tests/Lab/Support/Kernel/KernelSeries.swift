/// A series of kernels that Debian's archive has packages of.
package enum KernelSeries: String, Sendable, Hashable, CaseIterable {
    case linux510 = "5.10"
    case linux61 = "6.1"
    case linux612 = "6.12"
    case linux616 = "6.16"
    case linux617 = "6.17"
    case linux618 = "6.18"
    case linux619 = "6.19"
    case linux70 = "7.0"
    case linux71 = "7.1"
    case linux72 = "7.2"
    case linux73 = "7.3"
}
