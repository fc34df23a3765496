/// A kernel version, compared number by number.
package struct KernelVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var major: Int
    package var minor: Int
    package var patch: Int

    package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    package static func < (left: KernelVersion, right: KernelVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    package var description: String { "\(major).\(minor).\(patch)" }
}

/// `/proc/sys/kernel/osrelease`, what `uname -r` prints. Samples: `6.12.107+deb12-amd64`, `6.1.0-28-amd64`, `7.3-rc2`.
///
/// A distribution's number may hide newer code: Debian's `6.1.0-28-amd64` is some 6.1.y, with its y only in
/// `/proc/version`. Compare ``version`` knowing that.
package struct KernelRelease: Hashable, Sendable, CustomStringConvertible {
    /// The leading numbers; a patch number that is not printed is 0.
    package var version: KernelVersion
    /// What follows the numbers, such as `+deb12-amd64`.
    package var suffix: String

    /// Whether this is a release candidate (`-rc<n>`), which precedes its version.
    package var isReleaseCandidate: Bool { suffix.hasPrefix("-rc") }

    package var description: String { text }
    /// The whole text.
    package private(set) var text: String

    /// Reads the file.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        try self.init(parsing: bytes, 0..<bytes.count)
    }

    /// Reads a part of a text, such as the third word of `/proc/version`.
    package init(parsing bytes: Span<UInt8>, _ part: Range<Int>) throws(KernelTextError) {
        let range = bytes.trimmed(part)
        let end = range.upperBound
        var offset = range.lowerBound
        let limit = 1_000_000
        let major = try bytes.decimalInt(&offset, end, max: limit, .kernelRelease, "major version")
        try bytes.expect(Byte.dot, ".", &offset, end, .kernelRelease, "minor version")
        let minor = try bytes.decimalInt(&offset, end, max: limit, .kernelRelease, "minor version")
        var patch = 0
        if offset + 1 < end, bytes[offset] == Byte.dot, Byte.isDigit(bytes[offset + 1]) {
            offset += 1
            patch = try bytes.decimalInt(&offset, end, max: limit, .kernelRelease, "patch version")
        }
        version = KernelVersion(major, minor, patch)
        suffix = bytes.text(offset..<end)
        text = bytes.text(range)
    }
}
