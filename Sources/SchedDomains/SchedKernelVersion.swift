/// A mainline kernel version, the part of a release that decides which rules of domain building apply.
///
/// Distributions backport, so a version decides numbers and defaults but never which spelling of a name is accepted.
package struct SchedKernelVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var major: Int
    package var minor: Int
    /// The stable release within the series; absent where the release string hides it (`6.1.0-53-amd64`), in which case
    /// the series is taken to be recent.
    package var patch: Int?

    package init(_ major: Int, _ minor: Int, _ patch: Int? = nil) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Compares the series, then the stable release; an unknown one counts as the newest.
    package static func < (left: SchedKernelVersion, right: SchedKernelVersion) -> Bool {
        if left.major != right.major { return left.major < right.major }
        if left.minor != right.minor { return left.minor < right.minor }
        return left.patch ?? .max < right.patch ?? .max
    }

    package var description: String {
        patch.map { "\(major).\(minor).\($0)" } ?? "\(major).\(minor)"
    }
}
