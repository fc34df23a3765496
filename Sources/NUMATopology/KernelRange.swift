/// Kernel releases for which something holds: `lower` and later, before `upper`.
///
/// Mainline and the stable series are ranges alike: 6.6.76 and later of 6.6 is from (6, 6, 76) to before (6, 7, 0).
///
/// A release whose third number is hidden (`6.1.0-53-amd64`) counts as the newest of its series: distributions that hide it
/// follow the stable tree.
package struct KernelRange: Hashable, Sendable, CustomStringConvertible {
    /// Major, minor and patch number; compared in this order.
    package struct Bound: Hashable, Sendable, Comparable {
        package var major: Int
        package var minor: Int
        package var patch: Int

        package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
            self.major = major
            self.minor = minor
            self.patch = patch
        }

        package static func < (left: Bound, right: Bound) -> Bool {
            (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
        }

        var text: String { patch == 0 ? "\(major).\(minor)" : "\(major).\(minor).\(patch)" }
    }

    /// The first release; absent: all up to `upper`.
    package var lower: Bound?
    /// The first release no more; absent: all from `lower` on.
    package var upper: Bound?

    /// From a mainline release on.
    package static func since(_ major: Int, _ minor: Int) -> KernelRange {
        KernelRange(lower: Bound(major, minor), upper: nil)
    }

    /// Before a mainline release.
    package static func before(_ major: Int, _ minor: Int) -> KernelRange {
        KernelRange(lower: nil, upper: Bound(major, minor))
    }

    /// From one mainline release on and before another.
    package static func from(_ lower: (Int, Int), before upper: (Int, Int)) -> KernelRange {
        KernelRange(lower: Bound(lower.0, lower.1), upper: Bound(upper.0, upper.1))
    }

    /// A stable series from `patch` on, and nothing of other series.
    package static func stable(_ major: Int, _ minor: Int, from patch: Int) -> KernelRange {
        KernelRange(lower: Bound(major, minor, patch), upper: Bound(major, minor + 1))
    }

    /// A stable series before `patch`, and nothing of other series.
    package static func stable(_ major: Int, _ minor: Int, before patch: Int) -> KernelRange {
        KernelRange(lower: Bound(major, minor), upper: Bound(major, minor, patch))
    }

    /// Whether a release is in the range.
    ///
    /// - Parameter patch: Absent where the release hides it.
    package func contains(_ major: Int, _ minor: Int, _ patch: Int?) -> Bool {
        let release = Bound(major, minor, patch ?? .max)
        if let lower, release < lower { return false }
        if let upper, release >= upper { return false }
        return true
    }

    /// As tables print it: `6.7 and later`, `before 6.5`, `6.6.76 and later of 6.6`.
    package var description: String {
        switch (lower, upper) {
        case (nil, nil): "all"
        case (let lower?, nil): "\(lower.text) and later"
        case (nil, let upper?): "before \(upper.text)"
        case (let lower?, let upper?) where lower.major == upper.major && lower.minor + 1 == upper.minor:
            upper.patch == 0 ? "\(lower.text) and later of \(lower.major).\(lower.minor)" : text(lower, upper)
        case (let lower?, let upper?): text(lower, upper)
        }
    }

    private func text(_ lower: Bound, _ upper: Bound) -> String { "\(lower.text) to before \(upper.text)" }
}

/// A difference between kernels, as data: where it holds, and where that is known from.
///
/// A rule belongs to a table (`DomainRule`, `KernelSwitches`) that product code asks by name. A rule that
/// nobody reads does not exist.
package struct KernelRule: Sendable {
    /// What the kernel does where the rule holds.
    package let summary: String
    /// Where it stands: kernel file and function, or the capture that shows it.
    package let source: String
    /// Mainline, stable series and distribution kernels; the rule holds in each of them.
    package let ranges: [KernelRange]

    package init(_ summary: String, _ source: String, _ ranges: KernelRange...) {
        self.summary = summary
        self.source = source
        self.ranges = ranges
    }

    /// Whether the rule holds for a release.
    ///
    /// - Parameter patch: Absent where the release hides it.
    package func holds(_ major: Int, _ minor: Int, _ patch: Int?) -> Bool {
        ranges.contains { $0.contains(major, minor, patch) }
    }
}
